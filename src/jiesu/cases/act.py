"""The one door through which a stored case changes: one case, locked, checked, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jiesu.cases import idempotency, lawbook
from jiesu.cases.compose import composer
from jiesu.cases.draft import Composer, Draft
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import CaseState, Data
from jiesu.cases.files import Upload, store_files
from jiesu.cases.idempotency import answering, owner_of, plain
from jiesu.cases.kinds import Kind
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.fields import SHANGHAI, BadValue, Field, clean
from jiesu.cases.lifecycle.table import Context, Row
from jiesu.cases.locking import ask, lock
from jiesu.cases.models import Case, Clock, Event, Link
from jiesu.cases.opening import Opening, make_number, next_serial, open_draft, placed, words_of
from jiesu.cases.permission import may, may_propose, needs_approval
from jiesu.cases.queries import not_found, standing, visible
from jiesu.cases.saving import NewCase, insert, save
from jiesu.cases.statements import fetched
from jiesu.cases.step import check, find_row
from jiesu.cases.targets import UNDECIDED, check_targets, known_officers
from jiesu.people import ground
from jiesu.people.actors import Actor
from jiesu.people.ground import Ground
from jiesu.people.visibility import Capacity, Part, capacities, visible_parts
from jiesu.statements import broken_constraint

#: What a face refuses besides; it raises ActionError.
Check = Callable[[CaseState], None]


@dataclass(frozen=True)
class Acted:
    """What an action did.

    Args:
        case: the case row after it.
        state: the same as a value.
        event: seq of its event.
        messages: seqs of the notices it issued.
        created: numbers reserved for cases that follow from it (split, lead, converted).
        version, reached: the case's version and its state right after it.
        linked: whether the case has links, which others may have to complete.
        repeated: True when the key had been answered before and nothing was done again: what it was answered stands
            here, while the case may have moved on.
    """

    case: Case
    state: CaseState
    event: int
    messages: tuple[int, ...] = ()
    created: tuple[int, ...] = ()
    version: int = 0
    reached: str = ""
    linked: bool = False
    repeated: bool = False

    @property
    def told(self) -> dict[str, Any]:
        """What whoever acted is told, and is told again for the same key."""
        return {
            "event": self.event,
            "version": self.version,
            "state": self.reached,
            "messages": list(self.messages),
            "created": [str(number) for number in self.created],
        }


def actor_kind(actor: Actor) -> str:
    if actor.system:
        return "system"
    return "citizen" if actor.party is not None else "staff"


def options_for(standing_on: Ground, organisation: int | None, at: datetime) -> dict[str, Any]:
    """Settings of law in force for a bureau that differ from their defaults; they enter the event."""
    values = standing_on.settings(organisation, at)
    defaults = lawbook.option_defaults()
    return {k: v for k, v in values.items() if k in defaults and v != defaults[k]}


def context(case: Case, actor: Actor, at: datetime, *, standing_on: Ground | None = None) -> Context:
    """What surrounds an action: calendar and settings as in force when the case was received."""
    return surroundings(
        standing_on or ground.current(),
        actor,
        at,
        organisation=case.organisation_id or case.registered_by_id,
        received=case.received_at,
    )


def surroundings(
    standing_on: Ground, actor: Actor, at: datetime, *, organisation: int, received: datetime
) -> Context:
    """What surrounds an action on a case that an organisation holds and that was received at an instant."""
    return Context(
        at=at,
        actor=actor.staff_id,
        authority=actor.authority_id,
        party=actor.party,
        seq=0,
        calendar=standing_on.calendar,
        options=options_for(standing_on, organisation, received),
    )


def proposal_needed(action: str) -> ActionError:
    return ActionError(
        Code.NEEDS_APPROVAL,
        _("此项决定须经部门负责人批准，请提交拟办意见。"),
        data={"action": action, "propose": True},
    )


def clean_fields(row: Row, raw: Mapping[str, Any], case: CaseState, at: datetime) -> Data:
    """The action's fields as values.

    Raises:
        ActionError: ``fields_invalid`` with a message for each field at fault.
    """
    on = at.astimezone(SHANGHAI).date()
    data: Data = {}
    problems: dict[str, str] = {}
    for field in row.fields:
        value = raw.get(field.name)
        if _blank(value):
            continue
        try:
            data[field.name] = clean(field, value, at=at, choices=resolve(field, case, on))
        except BadValue as bad:
            problems[field.name] = str(bad)
    for field in row.fields:
        if field.name not in problems and _blank(data.get(field.name)) and field.needed({**raw, **data}):
            problems[field.name] = _missing(field)
    data.update({k: v for k, v in raw.items() if k in RESERVED})
    unknown = set(raw) - {f.name for f in row.fields} - RESERVED
    for name in sorted(unknown):
        problems[name] = _("没有这一项。")
    if problems:
        raise ActionError(Code.FIELDS_INVALID, _("有内容需要改正，请按提示修改。"), fields=problems)
    return data


#: Keys that ride along with the fields: filled by the door, never by a person.
RESERVED = frozenset(
    {"suggestions", "new_case", "proposed", "other_closed", "consent_required", "from_organisation"}
)


#: What the system itself may hand in beside the fields, by action.
RIDES_ALONG = {"suggest": frozenset({"suggestions"})}


def _blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def _missing(field: Field) -> str:
    return _("请填写“%(label)s”。") % {"label": field.label}


def act(
    number: int,
    action: str,
    data: Mapping[str, Any] | None = None,
    *,
    actor: Actor,
    at: datetime,
    version: int | None = None,
    key: str | None = None,
    body: Any = None,
    files: Sequence[Upload] = (),
    reasons: Mapping[str, list[str]] | None = None,
    check: Check | None = None,
) -> Acted:
    """Takes one action on one case.

    Args:
        number: the case.
        action: name of a row in the kind's life-cycle table.
        data: raw fields, as a form or JSON gives them.
        actor: who acts.
        at: the instant of the action (aware).
        version: the version the screen showed; refused when the case has changed since.
        key: Idempotency-Key; the same key and body give the same answer once only.
        body: what came with the key; by default case, action and data.
        files: files handed in with the action.
        reasons: of suggestions, by topic; kept beside them and out of the event.
        check: what the caller refuses besides, given the state under the lock.

    Raises:
        ActionError: with code, Chinese message, fields at fault and data. Nothing is changed then.
    """
    given = RIDES_ALONG.get(action, frozenset()) if actor.system else frozenset[str]()
    raw = {k: v for k, v in (data or {}).items() if k not in RESERVED or k in given}
    if body is None:
        body = {"case": str(number), "action": action, "data": plain(raw)}
    taking = _Taking(number, action, raw, actor, at, version, key, body, files, reasons or {}, check)
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return taking.take()
        except IntegrityError as error:
            # The same key came with another case at this moment: the second look finds what it was answered.
            if attempt == TRIES or broken_constraint(error) != idempotency.ONCE:
                raise
    raise AssertionError("unreachable")


TRIES = 2


@dataclass(frozen=True)
class _Taking:
    """One go at an action, inside its transaction."""

    number: int
    action: str
    raw: Data
    actor: Actor
    at: datetime
    version: int | None
    key: str | None
    body: Any
    files: Sequence[Upload]
    reasons: Mapping[str, list[str]]
    check: Check | None

    def take(self) -> Acted:
        actor, owner = self.actor, owner_of(self.actor)
        case = lock(self.number)
        asked = ask(self.number, owner=owner, key=self.key, body=self.body)
        if asked.known is not None:
            return _repeated(case, asked.known)
        case_standing = standing(case, asked.participants)
        held = capacities(case_standing, actor)
        # Nobody acts on what he may not see, and a hidden case is as good as none.
        if not held or (actor.is_staff and Part.OUTLINE not in visible_parts(case_standing, actor)):
            raise not_found(case.pk)
        row = _checked_row(case, self.action, held, actor)
        if self.version is not None and self.version != case.version:
            raise changed(case)
        draft = load(case)
        if self.check is not None:
            self.check(draft.state)
        draft.reasons.update(self.reasons)
        holder = case.organisation_id or case.registered_by_id
        ctx = surroundings(asked.standing_on, actor, self.at, organisation=holder, received=case.received_at)
        cleaned = _clean(draft, row, self.raw, ctx, held, actor)
        done = _run(draft, self.action, cleaned, ctx, actor, self.files, composer(asked.standing_on))
        taken = (
            [
                answering(
                    owner,
                    self.key,
                    self.body,
                    response={**done.told, "linked": done.linked},
                    at=self.at,
                    status=200,
                )
            ]
            if self.key
            else []
        )
        save(draft, asked.standing_on, parts=taken)
        return done


def _repeated(case: Case, answer: dict[str, Any]) -> Acted:
    return Acted(
        case,
        load(case).state,
        answer["event"],
        tuple(answer["messages"]),
        tuple(int(n) for n in answer.get("created", ())),
        version=answer.get("version", case.version),
        reached=answer.get("state", case.state),
        linked=answer.get("linked", False),
        repeated=True,
    )


def _clean(
    draft: Draft, row: Row, raw: Mapping[str, Any], ctx: Context, held: frozenset[Capacity], actor: Actor
) -> Data:
    if row.action == "propose":
        return _clean_proposal(draft, row, raw, ctx, held, actor)
    if needs_approval(row, draft.state, actor, ctx.options, held):
        raise proposal_needed(row.action)
    return clean_fields(row, raw, draft.state, ctx.at)


def _clean_proposal(
    draft: Draft, row: Row, raw: Mapping[str, Any], ctx: Context, held: frozenset[Capacity], actor: Actor
) -> Data:
    """A proposal carries the fields of the decision it proposes, checked as if it were taken now."""
    target = find_row(draft.state, str(raw.get("action", "")))
    if not may(target, held, actor) and not may_propose(target, held, actor):
        raise ActionError(Code.NOT_PERMITTED, _("您没有办理此项的权限。"), data={"action": target.action})
    if not target.approval and not may_propose(target, held, actor):
        raise ActionError(
            Code.GUARD_FAILED, _("这项操作不需要批准，可以直接办理。"), fields={"action": _("不需要批准。")}
        )
    own = {k: v for k, v in raw.items() if k in {f.name for f in row.fields}}
    rest = {k: v for k, v in raw.items() if k in {f.name for f in target.fields}}
    if "note" in raw and any(f.name == "note" for f in target.fields):
        rest["note"] = raw["note"]
    data = clean_fields(row, own, draft.state, ctx.at)
    data["proposed"] = clean_fields(target, rest, draft.state, ctx.at)
    data["proposed"] = known_officers(draft.state, data["proposed"])
    check_targets(target.action, draft.state, data["proposed"], actor=actor)
    check(draft.state, target, data["proposed"], replace(ctx, seq=draft.state.next_seq))
    return data


def _run(
    draft: Draft,
    action: str,
    data: Data,
    ctx: Context,
    actor: Actor,
    files: Sequence[Upload],
    compose: Composer,
) -> Acted:
    if files:
        data["files"] = store_files(draft, files, at=ctx.at, from_citizen=actor.party is not None)
    created: list[int] = []
    messages: list[int] = []
    first = 0
    waiting = [(action, data)]
    while waiting:
        name, fields = waiting.pop(0)
        fields = known_officers(draft.state, fields)
        check_targets(name, draft.state, fields, actor=actor)
        fields = enrich(draft, name, fields, ctx)
        done = draft.apply(name, fields, ctx, actor_kind=actor_kind(actor), compose=compose)
        first = first or done.seq
        messages.extend(n.seq for n in done.notices)
        created.extend(
            int(c.values["other"]) for c in done.children if c.table == "link" and fields.get("new_case")
        )
        waiting = list(done.follow) + waiting
    state = draft.state
    return Acted(
        draft.case,
        state,
        first,
        tuple(messages),
        tuple(created),
        version=state.version,
        reached=state.state,
        linked=bool(created or state.facts.links),
    )


def enrich(
    draft: Draft, action: str, data: Data, ctx: Context, *, serial: Callable[[], int] = next_serial
) -> Data:
    """Adds what only the database knows: a number for the case that follows, what another case says.

    Args:
        serial: where sequence values come from; bulk takes them from blocks.
    """
    row = table(draft.state.kind).rows.get(action)
    if row is None:
        return data
    follows = action in ("split", "convert", "raise_lead") or (
        data.get("violation") and action in ("refuse", "terminate") and not draft.state.facts.lead_raised
    )
    if follows and not data.get("new_case"):
        data = {**data, "new_case": str(make_number(str(draft.case.pk)[:6], ctx.at, serial()))}
    if action == "merge_repeat":
        earlier = Case.objects.filter(pk=int(data["other"]), kind=Kind.REPORT).only("state").first()
        if earlier is None:
            raise ActionError(
                Code.FIELDS_INVALID, _("没有找到先前的举报。"), fields={"other": _("请核对编号。")}
            )
        data = {**data, "other_closed": earlier.state not in UNDECIDED}
    if action == "commission":
        needed = bool(lawbook.cited("commission", ctx.on)) and lawbook.commission_needs_consent(ctx.on)
        data = {**data, "consent_required": needed}
    return data


def _checked_row(case: Case, action: str, held: frozenset[Capacity], actor: Actor) -> Row:
    if case.redacted_at is not None:
        raise ActionError(Code.REDACTED, _("此案的个人信息已依保存期限删除，不能再办理。"))
    row = table(case.kind).rows.get(action)
    if row is None:
        raise ActionError(Code.UNKNOWN_ACTION, _("此类案件没有这项操作。"), data={"action": action})
    if not may(row, held, actor):
        if may_propose(row, held, actor):
            raise proposal_needed(action)
        raise ActionError(Code.NOT_PERMITTED, _("您没有办理此项的权限。"), data={"action": action})
    return row


def changed(case: Case) -> ActionError:
    """The refusal of a stale screen: who changed the case, and what they did."""
    last = Event.objects.filter(case_id=case.pk).order_by("-seq").values("type", "actor_id", "at").first()
    return ActionError(
        Code.CASE_CHANGED,
        _("案件在您打开之后已有变化，请看过最新情况再提交；您填写的内容还在。"),
        data={
            "version": case.version,
            "event": last["type"] if last else "",
            "by": last["actor_id"] if last else None,
            "at": last["at"].isoformat() if last else "",
        },
    )


def load(case: Case) -> Draft:
    """A draft of a stored case; for changing it the caller holds its lock."""
    return Draft.of(case, fetched(Clock, "case_id = %s", [case.pk]))


def open_case(
    opening: Opening,
    *,
    actor: Actor,
    at: datetime,
    files: Sequence[Upload] = (),
    words: str = "",
    standing_on: Ground | None = None,
) -> Draft:
    """Inserts a new case inside the caller's transaction (linked cases); arguments and errors as for ``new_case``."""
    new = new_case(opening, actor=actor, at=at, files=files, words=words, standing_on=standing_on)
    insert([new])
    return new.draft


def new_case(
    opening: Opening,
    *,
    actor: Actor,
    at: datetime,
    files: Sequence[Upload] = (),
    words: str = "",
    standing_on: Ground | None = None,
) -> NewCase:
    """A new case with all its rows, for ``saving.insert`` inside the caller's transaction (``intake.register``).

    Args:
        words: text under which the case is found; by default facts, demand and respondent.
        standing_on: the ground, where the caller has it.

    Raises:
        ActionError: where the first step is refused.
    """
    standing_on = standing_on or ground.current()
    holder = opening.organisation or opening.registered_by
    opening = placed(opening, standing_on)
    ctx = surroundings(standing_on, actor, at, organisation=holder, received=opening.received_at)
    draft = open_draft(opening, ctx, actor_kind=actor_kind(actor), compose=composer(standing_on), files=files)
    return NewCase(draft, words_of(opening, draft.case, words))


def may_see(case: Case, actor: Actor, part: Part) -> bool:
    """Whether one part of one case is visible to an actor."""
    return visible(actor, part).filter(pk=case.pk).exists()


def pending_links(number: int) -> list[Link]:
    """Links this case opened whose other side has not answered yet."""
    return list(Link.objects.filter(case_id=number, pending=True, initiating=True).order_by("seq"))
