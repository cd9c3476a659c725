"""Given: people of the demonstration district, and cases brought to a chosen point by the real actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from jiesu.cases.act import Acted, act, open_case
from jiesu.cases.models import Case
from jiesu.cases.opening import Opening, PartyInput
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.queries import by_key

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    """An instant of Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def who(db: None) -> Callable[[str], Actor]:
    """The actor of a demonstration account."""

    def find(username: str, at: str = "2026-11-02T09:00") -> Actor:
        staff = Staff.objects.select_related("organisation__parent__parent").get(username=username)
        return actor_for(staff, moment(at))

    return find


class Story:
    """A case and the people who work on it, told step by step."""

    def __init__(self, case: Case, who: Callable[[str], Actor], at: datetime) -> None:
        self.number = case.pk
        self.who = who
        self.at = at

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.number)

    def act(self, username: str, action: str, at: str | None = None, /, **data: Any) -> Acted:
        self.at = moment(at) if at else self.at + timedelta(minutes=5)
        return act(self.number, action, data, actor=self.who(username), at=self.at)

    def decide(self, action: str, when: str | None = None, /, **data: Any) -> Acted:
        """The handler proposes, the head approves."""
        self.act("handler", "propose", when, action=action, **data)
        return self.act("head", "approve", proposal=int(max(self.case.facts["proposals"], key=int)))

    def prove(self, username: str = "handler", at: str | None = None) -> None:
        """Every notice still unproven is told: by telephone, in person what must be in writing."""
        self.at = moment(at) if at else self.at + timedelta(minutes=5)
        for seq in self.case.facts.get("notices", {}):
            notice = self.case.facts["notices"][seq]
            if notice.get("proven_on") is None and not notice.get("void"):
                written = notice["form"] in ("9", "food_transfer")
                self.act(
                    username,
                    "notify",
                    message=int(seq),
                    result="delivered",
                    channel="in_person" if written else "phone",
                    told_at=self.at.isoformat(),
                    proof="signature" if written else "call_record",
                    reference="LY-001",
                )


Teller = Callable[..., Story]


@pytest.fixture
def story(who: Callable[[str], Actor]) -> Teller:
    """Starts a case as the call-taker of the city centre registers it."""

    def begin(kind: str = "complaint", at: str = "2026-11-02T09:00", **changes: Any) -> Story:
        centre = by_key(changes.pop("registered_by_key", "430900-centre"))
        bringer = {"complaint": "complainant", "report": "informant"}.get(kind, "enquirer")
        opposite = "reported" if kind in ("report", "lead") else "respondent"
        parties = changes.pop(
            "parties",
            (
                PartyInput(
                    role=bringer, name="张小明", phone="13812345678", address="益阳市资阳区大码头街道1号"
                ),
                PartyInput(
                    role=opposite, name="资阳区好再来超市", phone="07371234567", address="益阳市资阳区"
                ),
            ),
        )
        values: dict[str, Any] = {
            "kind": kind,
            "channel": "hotline",
            "registered_by": centre.pk,
            "division": centre.division_code[:6],
            "received_at": moment(at),
            "parties": parties,
            "text": "2026年10月31日在该超市购买的电饭煲使用一天即损坏，要求退货被拒绝。",
            "demand": "退还货款 299 元",
            "amount": 29900,
        }
        with transaction.atomic():
            draft = open_case(Opening(**{**values, **changes}), actor=who("calltaker"), at=moment(at))
        return Story(draft.case, who, moment(at))

    return begin


@pytest.fixture
def bureau() -> int:
    return by_key("430902-bureau").pk


@pytest.fixture
def handler_id() -> int:
    return Staff.objects.get(username="handler").pk


@pytest.fixture
def officers(db: None) -> str:
    """Two officers of the handling bureau with certificates, as the field takes them."""
    rows = Staff.objects.filter(username__in=["handler", "handler.second"]).order_by("pk")
    return ",".join(str(s.pk) for s in rows)


@pytest.fixture
def assigned(story: Teller) -> Teller:
    """A case routed to Ziyang district and assigned to its handler."""

    def begin(kind: str = "complaint", at: str = "2026-11-02T09:00", **changes: Any) -> Story:
        told = story(kind, at, **changes)
        told.act(
            "dispatcher",
            "route",
            organisation=by_key("430902-bureau").pk,
            office=by_key("430902005-office").pk,
        )
        told.act("officehead", "assign", staff=Staff.objects.get(username="handler").pk)
        return told

    return begin
