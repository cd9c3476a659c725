"""One example: who takes part, when it begins, and the steps that are told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from jiesu import law
from jiesu.businesses.models import BusinessKind
from jiesu.businesses.naming import Named
from jiesu.cases.bulk import Step
from jiesu.cases.facts import CaseState, Data
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind
from jiesu.cases.lawbook import refusal_grounds, termination_grounds
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.guards import IN_WRITING
from jiesu.cases.opening import Opening, PartyInput
from jiesu.law.calendar import Calendar, working_days_between
from jiesu.people.actors import Actor, citizen
from jiesu.people.calendar import current
from jiesu.people.models import Staff
from jiesu.places.models import Organisation

#: One query code for all examples, so that anybody can follow one on the portal.
QUERY_CODE = "YYANG23456"
HOME = "430902"
#: Accounts of the demonstration by county: who distributes, assigns, handles, decides.
STAFF: dict[str, dict[str, tuple[str, ...]]] = {
    "430902": {
        "dispatcher": ("dispatcher",),
        "officehead": ("officehead",),
        "handler": ("handler", "handler.second"),
        "head": ("head",),
        "mediator": ("mediator",),
        "legal": ("legal",),
    },
    "430903": {
        "dispatcher": ("dispatcher",),
        "officehead": ("head.heshan",),
        "handler": ("handler.heshan",),
        "head": ("head.heshan",),
        "mediator": ("handler.heshan",),
        "legal": ("head.heshan",),
    },
}
OFFICES = {"430902": "430902005-office", "430903": "430903001-office"}
COUNTIES = {
    "430902": "益阳市资阳区",
    "430903": "益阳市赫山区",
    "430921": "益阳市南县",
    "430922": "益阳市桃江县",
    "430923": "益阳市安化县",
    "430971": "益阳市大通湖管理区",
    "430972": "益阳高新技术产业园区",
    "430981": "益阳市沅江市",
}
SURNAMES = "张王李刘陈杨黄周吴徐孙胡朱高林何郭马罗梁"
GIVEN = ("晓梅", "国强", "丽", "建军", "思雨", "海波", "玉兰", "志明", "婷", "文辉",
         "小军", "雪", "立平", "美华", "亮", "春生", "佳", "红", "卫国", "敏")  # fmt: skip
PROOFS = {"phone": "call_record", "sms": "gateway_receipt", "letter": "postal_number"}
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Cast:
    """Whoever and whatever the examples need, read once."""

    now: datetime
    calendar: Calendar
    actors: Mapping[str, Actor]
    organisations: Mapping[str, Organisation]

    @classmethod
    def read(cls, now: datetime, actor_of: Any) -> Cast:
        """Reads accounts and organisations of Yiyang."""
        staff = Staff.objects.filter(is_demonstration=True).select_related("organisation__parent__parent")
        organisations = Organisation.objects.filter(city="430900")
        return cls(
            now=now,
            calendar=current(),
            actors={s.username: actor_of(s, now) for s in staff},
            organisations={o.key: o for o in organisations},
        )

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    def working_day(self, count: int) -> date:
        """The day ``count`` working days from today; 0 is today, or the working day before."""
        day, step = self.today, timedelta(days=1 if count > 0 else -1)
        while not self.calendar.is_working_day(day):
            day -= timedelta(days=1)
        while count and working_days_between(self.calendar, self.today, day) != count:
            day += step
        while not self.calendar.is_working_day(day):
            day += step
        return day

    def start_for(self, rule: str, last: date) -> date:
        """The day on which a period begins that ends on ``last``, or on the nearest day before it."""
        day = last
        while law.due(rule, start=day, calendar=self.calendar).last_day > last:  # type: ignore[operator]
            day -= timedelta(days=1)
        return day


@dataclass
class Scene:
    """One example while it is told. ``entry`` is a line of the data files; ``place`` its position, for variety."""

    cast: Cast
    entry: Mapping[str, Any]
    kind: str
    place: int
    business: int | None = None
    clock: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.clock = self.received

    @property
    def county(self) -> str:
        return str(self.entry.get("county", HOME))

    @property
    def direct(self) -> bool:
        """Whether the district's own centre took it in."""
        return bool(self.entry.get("direct"))

    @cached_property
    def received(self) -> datetime:
        """When it came in, an ordinary hour of the day, never later than an hour ago."""
        (how, value), *_rest = self.entry["when"].items()
        cast = self.cast
        if how == "day":
            day = date.fromisoformat(value)
        elif how == "ago":
            day = cast.today - timedelta(days=value)
        elif how == "mediation":
            last = cast.today + timedelta(days=value)
            day = cast.start_for("complaint.mediation", last) - timedelta(days=3)
        else:
            rule = {"acceptance": "complaint.acceptance", "verification": "report.verification"}[how]
            day = cast.start_for(rule, cast.working_day(value))
        moment = datetime.combine(day, time(8 + self.place % 9, self.place * 7 % 60), SHANGHAI)
        return min(moment, cast.now - 2 * HOUR)

    @property
    def accepted_on(self) -> date:
        """The day of acceptance: for those placed by the end of mediation the day that gives that end."""
        return self.received.astimezone(SHANGHAI).date() + timedelta(days=3)

    def actor(self, who: str) -> Actor:
        """A person by role; ``citizen`` is whoever brought the case in."""
        if who == "citizen":
            bringer = BRINGER[Kind(self.kind)]
            return citizen("informant" if bringer == "informant" else "complainant")
        if who == "calltaker":
            return self.cast.actors["dispatcher.ziyang" if self.direct else "calltaker"]
        if who == "dispatcher" and self.direct:
            return self.cast.actors["dispatcher.ziyang"]
        if who == "handler" and self.entry.get("handler"):
            return self.cast.actors[self.entry["handler"]]
        names = STAFF.get(self.county, STAFF[HOME])[who]
        return self.cast.actors[names[self.place % len(names)]]

    @property
    def officers(self) -> str:
        """Two officers of the bureau, as actions name them."""
        names = ("handler", "handler.second") if self.county == HOME else ("handler.heshan", "head.heshan")
        return ",".join(str(self.cast.actors[n].staff_id) for n in names)

    def organisation(self, key: str) -> int:
        return self.cast.organisations[key].pk

    @property
    def bureau(self) -> int:
        return self.organisation(f"{self.county}-bureau")

    @property
    def office(self) -> int | None:
        key = OFFICES.get(self.county)
        return self.organisation(key) if key else None

    def wait(self, *, hours: float = 0, days: float = 0) -> None:
        """Lets time pass; nothing of an example lies in the future."""
        self.clock = min(self.clock + timedelta(hours=hours, days=days), self.cast.now)

    def until(self, day: date, hour: int = 10) -> None:
        """Goes on to a day, if it lies ahead."""
        moment = datetime.combine(day, time(hour, self.place % 60), SHANGHAI)
        self.clock = min(max(self.clock, moment), self.cast.now)

    def step(self, action: str, who: str, /, *, hours: float = 1, **data: Any) -> Step:
        """An action after some hours; fields without a value are left out."""
        self.wait(hours=hours)
        kept: Data = {k: v for k, v in data.items() if v is not None}
        return Step(action, kept, self.actor(who), self.clock)

    def text(self, name: str, default: str = "") -> str:
        return str(self.entry.get(name) or default)

    def proof(self, state: CaseState, *, channel: str = "phone", only: str = "") -> list[Step]:
        """Every notice still without proof, told now; ``only``: those to one role."""
        steps: list[Step] = []
        for seq, notice in sorted(state.facts.notices.items()):
            if notice.proven_on is not None or notice.void or (only and notice.to != only):
                continue
            how = "letter" if notice.form in IN_WRITING else channel
            self.wait(hours=0.2)
            steps.append(
                self.step(
                    "notify",
                    "handler",
                    hours=0,
                    message=seq,
                    result="delivered",
                    channel=how,
                    told_at=self.clock.isoformat(),
                    proof=PROOFS[how],
                    reference=f"YS{self.place:04d}-{seq:02d}",
                )
            )
        return steps

    def ground(self, of: str, meaning: str) -> str:
        """The item that means this in the law of the day of the scene."""
        on = self.clock.astimezone(SHANGHAI).date()
        found = refusal_grounds(on) if of == "refusal" else termination_grounds(on)
        return next(g.key for g in found if g.meaning == meaning)

    def opening(self, number: int, contact: int) -> Opening:
        """What the case starts with."""
        entry, kind = self.entry, Kind(self.kind)
        anonymous = bool(entry.get("anonymous"))
        service = entry.get("service")
        parties = list(self._people(kind)) if not anonymous else []
        if entry.get("shop"):
            parties.append(self._shop(kind))
        external = f"YY{self.received:%y%m%d}{self.place:04d}" if entry.get("channel") == "12345" else ""
        return Opening(
            kind=self.kind,
            channel=str(entry.get("channel", "hotline")),
            registered_by=self.organisation(f"{HOME if self.direct else '430900'}-centre"),
            division=HOME if self.direct else "430900",
            received_at=self.received,
            parties=tuple(parties),
            text=self.text("text"),
            demand=self.text("demand"),
            amount=entry["amount"] * 100 if entry.get("amount") else None,
            subject=self.text("subject"),
            contact_id=contact,
            anonymous=anonymous,
            confirmed=entry["plot"] not in ("unconfirmed", "mixed_suggested"),
            mixed="suggested" if entry["plot"] == "mixed_suggested" else "",
            external_number=external,
            service_due=self.cast.working_day(service).isoformat() if service is not None else "",
            business_id=self.business,
            consent_disclosure=self.place % 3 != 0,
            consent_commission=self.place % 2 == 0,
            number=number,
            query_code=QUERY_CODE,
        )

    def _people(self, kind: Kind) -> tuple[PartyInput, ...]:
        bringer = BRINGER[kind]
        if bringer is None:
            return ()
        name = self.text("name") or SURNAMES[self.place % len(SURNAMES)] + GIVEN[self.place * 7 % len(GIVEN)]
        town = self.text("town", "大码头街道")
        return (
            PartyInput(
                role=bringer.value,
                name=name,
                # No such subscriber: the block is used in examples only.
                phone=self.text("phone") or f"1990000{self.place:04d}",
                address=f"{COUNTIES[self.county]}{town if self.county in OFFICES else ''}和平路{self.place + 1}号",
            ),
        )

    def _shop(self, kind: Kind) -> PartyInput:
        town = self.text("town") if self.county in OFFICES else ""
        extra = {k: self.text(k) for k in ("platform", "platform_address") if self.entry.get(k)}
        return PartyInput(
            role=OPPOSITE[kind].value,
            name=self.text("shop"),
            phone=f"0737000{self.place:04d}",
            address=self.text("platform_address")
            or f"{COUNTIES[self.county]}{town}建设路{self.place + 100}号",
            business_id=self.business,
            extra=extra,
        )

    @property
    def named(self) -> Named | None:
        """The business that it is about, as a contact would name it; of many contacts about one matter none is linked."""
        if not self.entry.get("shop") or self.entry.get("one_of_many"):
            return None
        shop, platform = self._shop(Kind(self.kind)), self.text("platform")
        kind = BusinessKind.SHOP if platform else BusinessKind.MERCHANT
        return Named(name=shop.name, address=shop.address, phone=shop.phone, kind=kind, platform=platform)
