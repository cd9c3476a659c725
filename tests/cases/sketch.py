"""A case told without a database: the pure step with fields cleaned as the door cleans them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jiesu.cases.act import clean_fields
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import CaseState, ClockFact
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.fields import SEALED
from jiesu.cases.lifecycle.table import NEW, Context
from jiesu.cases.step import Stepped, step
from jiesu.law import shipped

SHANGHAI = ZoneInfo("Asia/Shanghai")
CENTRE, CITY, BUREAU, NEXT = 1, 9, 10, 11
HANDLER, SECOND, COUNCIL = 7, 8, 50
SIDES = {
    "complaint": ("complainant", "respondent"),
    "report": ("informant", "reported"),
    "lead": (None, "reported"),
    "consultation": ("enquirer", "respondent"),
    "other": ("enquirer", "respondent"),
}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Sketch:
    """A case and what was done to it.

    Args:
        direct: the centre that registers belongs to the bureau that handles.
        options: settings of law that differ from their defaults.
        born: fields of registering.
    """

    def __init__(
        self,
        kind: str = "complaint",
        at: str = "2026-10-12T09:00",
        *,
        direct: bool = False,
        options: Mapping[str, Any] | None = None,
        parties: tuple[dict[str, Any], ...] | None = None,
        channel: str = "hotline",
        **born: Any,
    ) -> None:
        self.at = moment(at)
        self.options = dict(options or {})
        self.centre = BUREAU if direct else CITY
        self.last: Stepped
        bringer, opposite = SIDES[kind]
        people = [{"seq": 2, "role": opposite}]
        if bringer and not born.get("anonymous"):
            people.insert(0, {"seq": 1, "role": bringer})
        data = {"kind": kind, "parties": list(parties) if parties is not None else people, **born}
        if direct:
            data["receiving"] = BUREAU
        self.state = CaseState(
            number=430900260000000001,
            kind=kind,
            state=NEW,
            registered_by=CENTRE,
            received_at=self.at,
            registered_at=self.at,
            channel=channel,
            next_seq=10,
        )
        self._step("register", data, authority=self.centre)

    def _step(
        self, action: str, data: dict[str, Any], *, authority: int, party: str | None = None
    ) -> Stepped:
        ctx = Context(
            at=self.at,
            actor=HANDLER,
            authority=authority,
            party=party,
            seq=self.state.next_seq,
            calendar=shipped(),
            options=self.options,
        )
        self.last = step(self.state, action, data, ctx)
        self.state = self.last.state
        for name, fields in self.last.follow:
            self._step(name, dict(fields), authority=authority, party=party)
        return self.last

    def does(
        self,
        action: str,
        at: str | None = None,
        /,
        *,
        authority: int | None = None,
        as_party: str | None = None,
        reserved: Mapping[str, Any] | None = None,
        **raw: Any,
    ) -> Sketch:
        """Takes an action as the handling bureau, or as the one named; five minutes later if no time is given."""
        self.at = moment(at) if at else self.at + timedelta(minutes=5)
        row = table(self.state.kind).rows[action]
        data = clean_fields(row, raw, self.state, self.at)
        sealed = {f.name for f in row.fields if f.type in SEALED}
        data = {k: {"text": 1, "digest": "00"} if k in sealed and v else v for k, v in data.items()}
        at_centre = self.state.organisation is None and authority is None
        own = self.centre if at_centre else self.state.organisation
        self._step(action, {**data, **(reserved or {})}, authority=authority or own or BUREAU, party=as_party)
        return self

    def cannot(self, action: str, at: str | None = None, /, *, because: str, **raw: Any) -> None:
        """The action is refused with this reason, or with a field of this name at fault; nothing changes."""
        before = self.state, self.at
        with pytest.raises(ActionError) as refusal:
            self.does(action, at, **raw)
        reasons = {refusal.value.data.get("reason"), refusal.value.code.value, *refusal.value.fields}
        assert because in reasons, (reasons, refusal.value.message)
        assert refusal.value.message
        self.state, self.at = before

    def clock(self, rule: str) -> ClockFact:
        """The clock of a rule opened last."""
        return [c for c in self.state.clocks if c.rule == rule][-1]

    def clocks(self) -> dict[str, str]:
        """Running clocks with their last days."""
        return {c.rule: str(c.due_on) for c in self.state.clocks if c.running}

    def told(self, at: str | None = None, **changes: Any) -> Sketch:
        """Every notice still waiting is delivered in person."""
        for seq, notice in sorted(self.state.facts.notices.items()):
            if notice.proven_on is None and not notice.void:
                when = moment(at) if at else self.at + timedelta(minutes=5)
                fields = {"channel": "in_person", "proof": "signature", "result": "delivered", **changes}
                self.does("notify", at, message=seq, told_at=when.isoformat(), **fields)
        return self

    # Shorter ways to a point of the story.

    def routed(self, at: str | None = None) -> Sketch:
        return self.does("route", at, organisation=BUREAU)

    def accepted(self, at: str | None = None) -> Sketch:
        self.routed(at).does("accept")
        return self.told()

    def mediating(self, at: str | None = None) -> Sketch:
        self.accepted(at)
        for side in ("complainant", "respondent"):
            self.consent(side)
        return self

    def consent(self, side: str, subject: str = "mediation", given: bool = True, **more: Any) -> Sketch:
        return self.does(
            "record_consent", party=side, subject=subject, consent=given, proof="written", **more
        )

    def session(self, starts_at: str, *, told: bool = True, **changes: Any) -> int:
        """Plans a session; gives its seq."""
        fields = {"method": "on_site", "place": "大码头所", "mediator": HANDLER, **changes}
        self.does("schedule_session", starts_at=starts_at, **fields)
        if told:
            self.told()
        return max(self.state.facts.sessions)

    def day(self) -> date:
        return self.at.astimezone(SHANGHAI).date()
