"""Registering: the one transaction in which a contact becomes one case, or two (order 121 art. 9)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from jiesu.businesses import asking
from jiesu.businesses.linking import link
from jiesu.businesses.models import Business
from jiesu.cases import idempotency, jobs, keys
from jiesu.cases.act import new_case
from jiesu.cases.beginning import Begun, begin
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import replace
from jiesu.cases.files import Upload, store
from jiesu.cases.idempotency import answering, owner_of
from jiesu.cases.kinds import Kind
from jiesu.cases.opening import Opening, make_number, new_query_code
from jiesu.cases.saving import NewCase, insert
from jiesu.intake.checking import Checked, check, strict_for
from jiesu.intake.contacts import content, new_contact, refusal, registrar
from jiesu.intake.forms import ContactForm
from jiesu.intake.models import Contact
from jiesu.intake.opening import named_business, opening_of, parties
from jiesu.intake.suggesting import SuggestKind, kind_of
from jiesu.people.actors import Actor
from jiesu.people.roles import WORKING
from jiesu.places.models import Organisation
from jiesu.statements import broken_constraint

#: A picture of a whole letter may show both matters: where the letter is split, it goes to the report alone.
WHOLE_LETTER = frozenset({"letter"})


@dataclass(frozen=True)
class Split:
    """A mixed letter as a person has confirmed to divide it: the words of each matter (order 121 art. 9)."""

    complaint_text: str
    report_text: str

    @property
    def parts(self) -> tuple[str, str]:
        return self.complaint_text, self.report_text


@dataclass(frozen=True)
class RegisteredCase:
    """A case that came of a contact. ``query_code`` is told once and stored hashed only."""

    number: int
    kind: str
    state: str
    query_code: str


@dataclass(frozen=True)
class Registered:
    """What registering gave. ``repeated``: the key had been answered before and nothing was done again."""

    contact: Contact
    cases: tuple[RegisteredCase, ...]
    incomplete: tuple[str, ...] = ()
    repeated: bool = False


def register(
    *,
    form: ContactForm,
    actor: Actor,
    at: datetime,
    key: str | None,
    files: Sequence[Upload] = (),
    split: Split | None = None,
    suggest_kind: SuggestKind | None = None,
    registered_by: Organisation | None = None,
    strict: bool | None = None,
) -> Registered:
    """Takes in one contact: all of it or nothing.

    Args:
        form: what came in. Kind ``auto`` opens the suggested kind, which a person then confirms.
        actor: who registers; staff register for the organisation in which they sit, a citizen's own contact goes to
            the 12315 centre of the respondent's place.
        key: Idempotency-Key: the same key and content give the same answer once only.
        files: go to the case; of a split contact to both, a picture of the whole letter to the report alone.
        split: the two matters of a mixed letter, confirmed by a person.
        suggest_kind: suggests the kind, for ``auto`` and to notice mixed letters.
        registered_by: the registering organisation, if it does not follow from the actor.
        strict: whether missing items are refused; by default as the channel has it.

    Raises:
        ActionError: ``fields_invalid`` with a message for each field and ``data["codes"]`` with its stable code;
            ``file_refused``; ``idempotency_mismatch``; ``not_permitted``.
    """
    if actor.is_staff and not actor.roles & WORKING:
        # Administration, security and audit are kept apart from the work.
        raise ActionError(Code.NOT_PERMITTED, _("您没有登记来件的权限。"))
    strict = strict_for(form.channel) if strict is None else strict
    checked = check(form, strict=strict, at=at, some_files=bool(files))
    if checked.problems:
        raise refusal(checked)
    _check_split(split)
    for attempt in range(1, TRIES + 1):
        taking = _Taking(checked, actor, at, key, tuple(files), split, suggest_kind, registered_by)
        try:
            return taking.take()
        except IntegrityError as error:
            taking.leave_nothing()
            if attempt == TRIES or broken_constraint(error) not in RIVALS:
                raise
    raise AssertionError("unreachable")


def _check_split(split: Split | None) -> None:
    if split is None:
        return
    for name in ("complaint_text", "report_text"):
        if not getattr(split, name).strip():
            message = _("拆分后两件都要有内容。")
            raise ActionError(
                Code.FIELDS_INVALID, message, fields={name: message}, data={"codes": {name: "split_empty"}}
            )


#: What two requests at once may both want to write first. The slower one then looks again, and finds it there.
RIVALS = frozenset({idempotency.ONCE, asking.ONCE})
TRIES = 3


@dataclass
class _Taking:
    """One go at taking a contact in: it looks, makes all the rows, and writes them in one statement."""

    checked: Checked
    actor: Actor
    at: datetime
    key: str | None
    files: tuple[Upload, ...]
    split: Split | None
    suggest_kind: SuggestKind | None
    registered_by: Organisation | None
    numbers: list[int] = field(default_factory=list)

    def take(self) -> Registered:
        """Raises IntegrityError where a rival was faster; nothing is written then."""
        named = named_business(self.checked.form)
        question = asking.question(named) if named is not None else None
        body = (
            content(self.checked.form, self.files, self.split.parts if self.split else ())
            if self.key
            else None
        )
        begun = begin(
            2 if self.split else 1,
            beside=Contact,
            owner=owner_of(self.actor),
            key=self.key,
            body=body,
            also=question.asked if question else None,
        )
        if begun.known is not None:
            return _known(begun.known)
        settled = question.settle(begun.also, at=self.at) if question else None
        if settled is not None or named is None:
            with _undone_alone():
                return self._write(
                    begun, settled.pk if settled else None, settled.fresh if settled else None, body
                )
        with transaction.atomic():
            return self._write(begun, link(named, at=self.at), None, body)

    def leave_nothing(self) -> None:
        """Removes the files of cases that have not come about."""
        if self.files:
            for number in self.numbers:
                store().remove_all(number)

    def _write(self, begun: Begun, business_id: int | None, fresh: Business | None, body: Any) -> Registered:
        checked, actor, at = self.checked, self.actor, self.at
        form, standing_on = checked.form, begun.standing_on
        centre = self.registered_by.pk if self.registered_by else registrar(form, actor)
        kind, confirmed, mixed = (
            (Kind.COMPLAINT.value, True, "split")
            if self.split
            else kind_of(form, checked.amount, self.suggest_kind)
        )
        if form.kind == "auto":
            # What the law asks for depends on what it turns out to be.
            turned = check(replace(form, kind=kind), strict=False, at=at, some_files=True)
            checked = replace(checked, incomplete=turned.incomplete)
        division = standing_on.place(centre).division_code[:6]
        # Numbers first: what came in then names its cases from the start.
        self.numbers = numbers = [make_number(division, at, serial) for serial in begun.serials]
        contact = new_contact(
            checked,
            actor=actor,
            at=at,
            centre=centre,
            cases=numbers,
            pk=begun.beside,
            said=body["form"] if body else None,
        )
        base = opening_of(
            checked,
            kind=kind,
            confirmed=confirmed,
            mixed=mixed,
            registered_by=centre,
            division=division,
            contact=contact.pk,
            business=business_id,
        )
        new: list[NewCase] = []
        cases: list[RegisteredCase] = []
        for opening in _openings(base, form, self.split, numbers, business_id):
            code = new_query_code()
            kept = [f for f in self.files if self._belongs(f, opening)]
            one = new_case(
                replace(opening, query_code=code), actor=actor, at=at, files=kept, standing_on=standing_on
            )
            new.append(one)
            case = one.draft.case
            cases.append(RegisteredCase(case.pk, case.kind, case.state, code))
        done = Registered(contact, tuple(cases), checked.incomplete)
        insert(
            new,
            beside=[contact, fresh] if fresh is not None else [contact],
            parts=[answering(owner_of(actor), self.key, body, response=_answer(done), at=at)]
            if self.key
            else [],
            waiting=[jobs.job("suggest", case=str(case.number)) for case in cases],
        )
        return done

    def _belongs(self, file: Upload, opening: Opening) -> bool:
        return self.split is None or opening.kind == Kind.REPORT or file.purpose not in WHOLE_LETTER


def _undone_alone() -> AbstractContextManager[Any]:
    """Inside somebody's transaction what fails must be undone by itself; one statement alone needs no transaction."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _openings(
    base: Opening, form: ContactForm, split: Split | None, numbers: list[int], business_id: int | None
) -> tuple[Opening, ...]:
    if split is None:
        found = parties(form, base.kind, business_id=business_id)
        return (replace(base, number=numbers[0], parties=found),)
    complaint, report = numbers
    return (
        replace(
            base,
            kind=Kind.COMPLAINT.value,
            number=complaint,
            text=split.complaint_text,
            # A complaint cannot be anonymous; whoever hides from the respondent of the report is named here.
            anonymous=False,
            parties=parties(form, Kind.COMPLAINT, business_id=business_id),
            links=(("split", report),),
        ),
        replace(
            base,
            kind=Kind.REPORT.value,
            number=report,
            text=split.report_text,
            # What is claimed, and what is missing for claiming it, belongs to the complaint.
            demand="",
            incomplete=(),
            consent_commission=None,
            service_due="",
            parties=parties(form, Kind.REPORT, business_id=business_id),
            links=(("split", complaint),),
        ),
    )


def _answer(done: Registered) -> dict[str, Any]:
    """What is remembered for a repeated post. Query codes are sealed: the table of keys must open no case."""
    return {
        "contact": done.contact.pk,
        "incomplete": list(done.incomplete),
        "cases": [
            {
                "number": str(c.number),
                "kind": c.kind,
                "state": c.state,
                "code": keys.wrap(c.query_code.encode()).hex(),
            }
            for c in done.cases
        ],
    }


def _code(sealed: str) -> str:
    """A remembered query code; empty where the key that sealed it has been retired meanwhile."""
    try:
        return keys.unwrap(bytes.fromhex(sealed)).decode()
    except KeyError:
        return ""


def _known(answer: dict[str, Any]) -> Registered:
    cases = tuple(
        RegisteredCase(
            number=int(c["number"]),
            kind=c["kind"],
            state=c["state"],
            query_code=_code(c["code"]),
        )
        for c in answer["cases"]
    )
    contact = Contact.objects.get(pk=answer["contact"])
    return Registered(contact, cases, tuple(answer["incomplete"]), repeated=True)
