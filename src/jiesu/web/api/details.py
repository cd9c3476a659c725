"""One case with everything its reader may see, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from jiesu import law
from jiesu.cases import keys, lawbook
from jiesu.cases.draft import load_state
from jiesu.cases.facts import CaseState, ClockFact
from jiesu.cases.kinds import LinkType, PartyRole
from jiesu.cases.lifecycle import TABLES
from jiesu.cases.lifecycle.choices import NOTICE_TITLES
from jiesu.cases.lifecycle.fields import Field
from jiesu.cases.models import Case, Clock, Event, File, Link, Message, Party, Passage
from jiesu.cases.offering import Offered, offered
from jiesu.cases.queries import find, visible
from jiesu.cases.worklists import Item, shown, standing_of
from jiesu.law.calendar import Calendar
from jiesu.people import calendar
from jiesu.people.access import record_access
from jiesu.people.actors import SHANGHAI, Actor
from jiesu.people.masking import mask_text
from jiesu.people.models import AccessAct, Staff
from jiesu.people.visibility import SECRET_KINDS, Part, Standing, visible_parts
from jiesu.web.api.outlines import organisation, outline
from jiesu.web.api.values import day, instant, yuan
from jiesu.web.desk.choices import Known
from jiesu.web.desk.clocks import account_of, rule_title
from jiesu.web.desk.forms import choices_of, prefill

#: Roles of those who are hidden unless the reader may see who brought the case in.
BRINGERS = frozenset(
    {
        PartyRole.COMPLAINANT,
        PartyRole.INFORMANT,
        PartyRole.ENQUIRER,
        PartyRole.AGENT,
        PartyRole.REPRESENTATIVE,
    }
)


def bringer_part(kind: str) -> Part:
    """The part under which the person who brought a case in is seen (order 121 art. 37)."""
    return Part.INFORMANT if kind in SECRET_KINDS else Part.COMPLAINANT


class Reading:
    """A case as one reader sees it; its children are read once."""

    def __init__(self, number: int, *, actor: Actor, at: datetime) -> None:
        rows = shown(visible(actor)).select_related("registered_by")
        found = rows.defer(None).defer("head", "query_code_hash").filter(pk=number).first()
        # ``find`` has the one refusal for hidden and for unknown numbers.
        self.case: Case = found if found is not None else find(number, actor=actor)
        self.actor = actor
        self.at = at
        self.standing: Standing = standing_of(self.case)
        self.parts = visible_parts(self.standing, actor)
        self.clocks = list(Clock.objects.filter(case_id=number).order_by("seq"))
        self.state: CaseState = load_state(self.case, self.clocks)
        self.data_key = keys.unwrap(self.case.wrapped_key) if self.case.wrapped_key else None
        self.knows_bringer = bringer_part(self.case.kind) in self.parts

    def sees(self, part: Part) -> bool:
        return part in self.parts

    def document(self) -> dict[str, Any]:
        """The whole answer. Opening a report is recorded."""
        case = self.case
        if case.kind in SECRET_KINDS:
            record_access(
                actor=self.actor,
                act=AccessAct.OPEN_REPORT,
                at=self.at,
                case_id=case.pk,
                detail={"face": "api", "parts": sorted(self.parts)},
            )
        events = list(Event.objects.filter(case_id=case.pk).order_by("seq"))
        texts = self._texts()
        return {
            **outline(Item(case, self.parts), self.at),
            "office": organisation(case.office),
            "assignee": case.assignee.name if case.assignee else "",
            "contact": str(case.contact_id) if case.contact_id and self.sees(Part.CONTENT) else None,
            "anonymous": case.anonymous,
            "arrived_at": instant(case.arrived_at),
            "decided_at": instant(case.decided_at),
            "outcome": case.outcome,
            "national_status": case.national_status,
            "parts": sorted(self.parts),
            "content": self._content(events, texts) if self.sees(Part.CONTENT) else None,
            "parties": self._parties(),
            "clocks": self._clocks() if self.sees(Part.CLOCKS) else [],
            "events": self._events(events, texts) if self.sees(Part.HISTORY) else [],
            "messages": self._messages() if self.sees(Part.CORRESPONDENCE) else [],
            "files": self._files() if self.sees(Part.FILES) else [],
            "links": self._links(),
            "actions": self._actions(),
        }

    def _texts(self) -> dict[int, str]:
        """The free texts that the reader may see, by seq."""
        if not (self.sees(Part.CONTENT) and self.data_key):
            return {}
        rows = Passage.objects.filter(case_id=self.case.pk).values_list("seq", "sealed")
        return {seq: self._words(keys.decrypt(self.data_key, sealed)) for seq, sealed in rows if sealed}

    def _words(self, text: str) -> str:
        """Text of the case; whoever may not know the person reads it with personal data hidden."""
        return text if self.knows_bringer else mask_text(text)

    def _content(self, events: Sequence[Event], texts: dict[int, str]) -> dict[str, Any]:
        first: dict[str, Any] = events[0].data.get("in", {}) if events else {}
        return {
            "facts": _text(first.get("facts"), texts),
            "demand": _text(first.get("demand"), texts),
            "amount": yuan(self.case.amount),
            "occurred_on": first.get("occurred_on"),
            "subject": self.case.subject,
            "recovered": yuan(self.case.recovered),
        }

    def _parties(self) -> list[dict[str, Any]]:
        found = []
        for row in Party.objects.filter(case_id=self.case.pk).order_by("seq"):
            if self.sees(Part.RESPONDENT) if row.role not in BRINGERS else self.knows_bringer:
                found.append(
                    {
                        "seq": row.seq,
                        "role": row.role,
                        "role_label": str(PartyRole(row.role).label),
                        "name": row.name_masked,
                        "phone": row.phone_masked,
                        "represented_by": row.represented_by,
                    }
                )
        return found

    def _clocks(self) -> list[dict[str, Any]]:
        calendars = Calendars()
        return [clock_out(clock, calendars) for clock in self.state.clocks]

    def _events(self, events: Sequence[Event], texts: dict[int, str]) -> list[dict[str, Any]]:
        ids = {e.actor_id for e in events if e.actor_id is not None}
        names = dict(Staff.objects.filter(pk__in=ids).values_list("pk", "name"))
        return [
            {
                "seq": e.seq,
                "at": instant(e.at),
                "type": e.type,
                "label": label_of(e.type, self.case.kind),
                "actor": names.get(e.actor_id, "") if e.actor_id else str(ACTORS.get(e.actor_kind, "")),
                "article": article_of(e, self.case.kind),
                "data": _resolved(e.data.get("in", {}), texts),
            }
            for e in events
        ]

    def _messages(self) -> list[dict[str, Any]]:
        return [
            {
                "seq": m.seq,
                "direction": m.direction,
                "form": m.form,
                "number": m.number,
                "title": title_of(m),
                "to": m.to_role,
                "status": m.status,
                "status_label": str(Message.Status(m.status).label),
                "required": m.required,
                "channel": m.channel,
                "created_at": instant(m.created_at),
                "sent_at": instant(m.sent_at),
                "proven_at": instant(m.proven_at),
                "proof": m.proof,
            }
            for m in Message.objects.filter(case_id=self.case.pk).defer("sealed").order_by("seq")
        ]

    def files(self) -> list[File]:
        """The files that the reader may open; those that tell who brought the case in only with that part."""
        rows = File.objects.filter(case_id=self.case.pk).order_by("seq")
        return [f for f in rows if self.knows_bringer or not f.restricted] if self.sees(Part.FILES) else []

    def _files(self) -> list[dict[str, Any]]:
        return [
            {
                "seq": f.seq,
                "name": f.name,
                "content_type": f.content_type,
                "size": f.size,
                "sha256": f.sha256,
                "purpose": f.purpose,
                "from_citizen": f.from_citizen,
                "at": instant(f.at),
            }
            for f in self.files()
        ]

    def _links(self) -> list[dict[str, Any]]:
        """Ties to cases that the reader may see; of others not even the number is told."""
        rows = list(Link.objects.filter(case_id=self.case.pk).order_by("seq"))
        if not rows:
            return []
        seen = set(visible(self.actor).filter(pk__in={r.other_id for r in rows}).values_list("pk", flat=True))
        return [
            {
                "type": r.type,
                "label": str(LinkType(r.type).label),
                "number": str(r.other_id),
                "pending": r.pending,
            }
            for r in rows
            if r.other_id in seen
        ]

    def _actions(self) -> list[dict[str, Any]]:
        known = Known(actor=self.actor, state=self.state, now=self.at)
        offers = offered(self.case, self.state, self.actor, self.at, participants=self.standing)
        return [action_out(offer, known, self.at) for offer in offers]


ACTORS = {"citizen": lazy("当事人"), "system": lazy("系统")}


class Calendars:
    """Calendars by version, each looked up once for an answer."""

    def __init__(self) -> None:
        self._known: dict[str, Calendar] = {}

    def get(self, version: str) -> Calendar:
        """The calendar as it stood; the one in use now where that one is gone."""
        if not self._known:
            now = calendar.current()
            self._known[now.version] = now
        if version not in self._known:
            try:
                self._known[version] = calendar.at_version(version)
            except KeyError:
                return next(iter(self._known.values()))
        return self._known[version]


def clock_out(clock: ClockFact, calendars: Calendars) -> dict[str, Any]:
    """A clock with its account: article, days counted, days left out and why."""
    lines = account_of(clock, calendars.get(clock.calendar_version))
    return {
        "seq": clock.seq,
        "rule": clock.rule,
        "title": rule_title(clock.rule),
        "articles": articles_of(clock),
        "statutory": clock.statutory,
        "started_on": day(clock.started_at.astimezone(SHANGHAI).date()),
        "due_on": day(clock.due_on),
        "due_at": instant(clock.due_at),
        "state": clock.state,
        "provisional": clock.provisional,
        "met_on": day(clock.met_on),
        "pauses": [[day(a), day(b)] for a, b in clock.pauses],
        "extensions": clock.extensions,
        "after_close": clock.after_close,
        "reason": clock.reason,
        "explanation": "\n".join(str(line["text"]) for line in lines),
    }


def articles_of(clock: ClockFact) -> list[str]:
    """The article a clock rests on, in words; empty for a period that somebody set."""
    if not clock.instrument or not clock.article:
        return []
    try:
        return [f"《{law.instrument(clock.instrument).title}》{clock.article}"]
    except law.LawError:
        return [clock.article]


def label_of(action: str, kind: str) -> str:
    """The name of an event; a case that changed its kind keeps events of the other table."""
    for name in (kind, *TABLES):
        row = TABLES[name].rows.get(action)
        if row is not None:
            return str(row.label)
    return action


def article_of(event: Event, kind: str) -> str:
    """The articles that an event rests on, by the law of its day."""
    for name in (kind, *TABLES):
        row = TABLES[name].rows.get(event.type)
        if row is not None:
            return lawbook.cited(row.article, event.at.astimezone(SHANGHAI).date()) if row.article else ""
    return ""


def title_of(message: Message) -> str:
    return message.subject or str(NOTICE_TITLES.get(message.form, message.form))


def _text(reference: Any, texts: dict[int, str]) -> str:
    return (
        texts.get(int(reference["text"]), "") if isinstance(reference, dict) and "text" in reference else ""
    )


def _resolved(value: Any, texts: dict[int, str]) -> Any:
    """Event data with the words in place of references to them; words that are kept back are left out."""
    if isinstance(value, dict):
        if "text" in value and "digest" in value:
            return texts.get(int(value["text"]))
        return {k: _resolved(v, texts) for k, v in value.items()}
    if isinstance(value, list):
        return [_resolved(v, texts) for v in value]
    return value


def action_out(offer: Offered, known: Known, at: datetime) -> dict[str, Any]:
    """An action that may be taken now, with its fields."""
    return {
        "name": offer.action,
        "label": offer.label,
        "group": offer.group,
        "article": offer.article,
        "propose": offer.propose,
        "warnings": [str(w) for w in offer.warnings],
        "fields": [field_out(f, known, offer.action, at) for f in offer.fields],
    }


def field_out(spec: Field, known: Known, action: str, at: datetime) -> dict[str, Any]:
    choices: Iterable[tuple[str, Any]] = choices_of(spec, known, action, at)
    return {
        "name": spec.name,
        "type": spec.type.value,
        "label": str(spec.label),
        "required": spec.required,
        "help": str(spec.help),
        "choices": [{"value": str(v), "label": str(t)} for v, t in choices],
        "value": prefill(spec, known) or None,
    }
