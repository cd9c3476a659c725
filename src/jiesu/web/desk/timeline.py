"""The events of a case as a person reads them: labels from the tables, articles of their day, no more than the rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jiesu import statements
from jiesu.cases import lawbook
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.fields import SEALED, SHANGHAI, Field, Type
from jiesu.cases.lifecycle.table import Row
from jiesu.cases.models import Event
from jiesu.cases.statements import fetched
from jiesu.people.visibility import Part
from jiesu.web.desk.casefile import CaseFile
from jiesu.web.templatetags.presentation import day_words, moment_words, yuan_words

#: Events that tell of another case; shown only to those who may see that case.
ABOUT_OTHERS = frozenset({"split", "raise_lead", "convert", "link_duplicate", "close_repeat", "merge_repeat",
                          "absorb_repeat", "link_back"})  # fmt: skip
#: Events of the machine that no person needs to read; the auditor's history has them all.
MACHINERY = frozenset({"suggest", "decide_suggestion", "recalculate"})
TONES = {
    "register": ("inbox", "secondary"),
    "route": ("send", "blue"),
    "assign": ("user-check", "blue"),
    "reassign": ("user-check", "blue"),
    "accept": ("circle-check", "green"),
    "refuse": ("circle-x", "orange"),
    "terminate": ("circle-x", "orange"),
    "agree": ("heart-handshake", "green"),
    "notify": ("certificate", "green"),
    "schedule_session": ("calendar-due", "blue"),
    "record_session": ("scale", "blue"),
    "return_to_centre": ("arrow-back-up", "orange"),
    "propose": ("gavel", "blue"),
    "approve": ("gavel", "green"),
    "reject": ("gavel", "orange"),
    "urge": ("bell-ringing", "red"),
    "close": ("archive", "secondary"),
    "send_message": ("message", "blue"),
    "record_contact": ("phone", "blue"),
    "add_evidence": ("paperclip", "blue"),
    "file_case": ("license", "purple"),
}


@dataclass(frozen=True)
class Entry:
    """One event on the screen."""

    seq: int
    at: datetime
    title: str
    who: str
    article: str
    icon: str
    tone: str
    details: list[tuple[str, str]] = field(default_factory=list)


def events_of(number: int) -> list[Event]:
    """The events of a case with the names of who acted; one query."""
    return fetched(
        Event,
        "case_id = %s ORDER BY seq DESC",
        [number],
        who="(SELECT name FROM people_staff s WHERE s.id = actor_id)",
        home="(SELECT short_name FROM places_organisation o WHERE o.id = cases_event.organisation_id)",
    )


class Names:
    """Names of staff and organisations that events refer to, read in one query."""

    def __init__(self, file: CaseFile, events: Iterable[Event]) -> None:
        self.staff: set[int] = set()
        self.organisations: set[int] = set()
        for event in events:
            row = table(file.case.kind).rows.get(event.type)
            for spec in row.fields if row else ():
                self._note(spec, event.data.get("in", {}).get(spec.name))
        self._staff: dict[int, str] = {}
        self._organisations: dict[int, str] = {}
        if self.staff or self.organisations:
            self._read()

    def _read(self) -> None:
        for person, pk, name in statements.fetch(
            "SELECT TRUE, id, name FROM people_staff WHERE id = ANY(%s::bigint[])"
            " UNION ALL SELECT FALSE, id, short_name FROM places_organisation WHERE id = ANY(%s::bigint[])",
            [list(self.staff), list(self.organisations)],
        ):
            (self._staff if person else self._organisations)[pk] = name

    def _note(self, spec: Field, value: Any) -> None:
        if value in (None, ""):
            return
        if spec.type == Type.STAFF:
            self.staff.add(int(value))
        elif spec.name == "officers_named":
            self.staff.update(int(v) for v in str(value).split(",") if v.isdigit())
        elif spec.type == Type.ORGANISATION:
            self.organisations.add(int(value))

    def person(self, pk: Any) -> str:
        return self._staff.get(int(pk), str(pk))

    def organisation(self, pk: Any) -> str:
        return self._organisations.get(int(pk), str(pk))


def words_of(spec: Field, value: Any, file: CaseFile, names: Names, on: datetime) -> str:
    """A value of an event in words."""
    if value is None or value == "" or value == []:
        return ""
    if spec.type in SEALED or isinstance(value, dict):
        return file.text(value)
    if spec.name == "officers_named":
        return _("、").join(names.person(v) for v in str(value).split(",") if v.isdigit())
    if spec.type == Type.STAFF:
        return names.person(value)
    if spec.type == Type.ORGANISATION:
        return names.organisation(value)
    if spec.type == Type.BOOL:
        return _("是") if value else _("否")
    if spec.type == Type.MONEY:
        return yuan_words(int(value))
    if spec.type == Type.DATETIME:
        return moment_words(datetime.fromisoformat(str(value)))
    if spec.type == Type.DATE:
        return day_words(datetime.fromisoformat(str(value)))
    # Labels are put into words where they are shown: a field has dozens of them, an event one.
    labels = {str(k): v for k, v in _choices(spec, file, on)}
    if isinstance(value, list):
        return _("；").join(str(labels.get(str(v), v)) for v in value)
    return str(labels.get(str(value), value))


def _choices(spec: Field, file: CaseFile, on: datetime) -> Iterable[Any]:
    if spec.choices in ("unproven", "planned_sessions", "proposals"):
        return _listed(spec.choices, file)
    return resolve(spec, file.state, on.astimezone(SHANGHAI).date())


def _listed(source: Any, file: CaseFile) -> list[tuple[str, str]]:
    if source == "unproven":
        return [(str(m["seq"]), m["subject"]) for m in file.children.get("message_rows", [])]
    if source == "proposals":
        rows = table(file.case.kind).rows
        return [
            (str(p["seq"]), str(rows[p["action"]].label) if p["action"] in rows else p["action"])
            for p in file.children.get("proposal_rows", [])
        ]
    return [
        (str(s), _("第 %(n)d 次调解") % {"n": n}) for n, s in enumerate(sorted(file.state.facts.sessions), 1)
    ]


def details_of(event: Event, row: Row, file: CaseFile, names: Names) -> list[tuple[str, str]]:
    """The fields of an event in words, without those the reader may not see."""
    given: Mapping[str, Any] = event.data.get("in", {})
    reads = file.may(Part.CONTENT)
    found: list[tuple[str, str]] = []
    for spec in row.fields:
        if spec.name not in given or (spec.type in SEALED and not reads) or spec.restricted:
            continue
        text = words_of(spec, given[spec.name], file, names, event.at)
        if text:
            found.append((str(spec.label), text))
    if event.type == "propose":
        target = table(file.case.kind).rows.get(str(given.get("action")))
        if target is not None:
            found.insert(0, (_("拟作出"), str(target.label)))
            proposed = Event(data={"in": given.get("proposed") or {}}, at=event.at, type=target.action)
            found = [f for f in found if f[0] != str(row.fields[0].label)]
            found += details_of(proposed, target, file, names)
    return found


def hidden(event: Event, seen: frozenset[int], actor_id: int | None) -> bool:
    """Whether an event would tell of a case that the reader may not see."""
    if event.type not in ABOUT_OTHERS or event.actor_id == actor_id:
        return False
    given = event.data.get("in", {})
    other = given.get("new_case") or given.get("other")
    return other is not None and int(other) not in seen


def entries(
    file: CaseFile, events: list[Event], *, seen: frozenset[int], actor_id: int | None
) -> list[Entry]:
    """The timeline, newest first.

    Args:
        seen: numbers of linked cases that the reader may see.
    """
    shown = [e for e in events if e.type not in MACHINERY and not hidden(e, seen, actor_id)]
    names = Names(file, shown)
    found: list[Entry] = []
    for event in shown:
        row = table(file.case.kind).rows.get(event.type) or row_of(event.type)
        icon, tone = TONES.get(event.type, ("circle-dot", "secondary"))
        on = event.at.astimezone(SHANGHAI).date()
        who = getattr(event, "who", None) or ACTOR_KINDS.get(event.actor_kind, event.actor_kind)
        home = getattr(event, "home", None)
        found.append(
            Entry(
                seq=event.seq,
                at=event.at,
                title=str(row.label) if row else event.type,
                who=f"{who} · {home}" if home else str(who),
                article=lawbook.cited(row.article, on) if row and row.article else "",
                icon=icon,
                tone=tone,
                details=details_of(event, row, file, names) if row and event.type != "register" else [],
            )
        )
    return found


def row_of(action: str) -> Row | None:
    """A case that changed its kind keeps events of the kind before."""
    for kind in ("complaint", "report", "consultation", "other", "lead"):
        row = table(kind).rows.get(action)
        if row is not None:
            return row
    return None


ACTOR_KINDS = {"system": lazy("系统"), "citizen": lazy("当事人")}
