"""The shapes in which the law is handed out. All are frozen; none computes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Rank(StrEnum):
    """Rank of an instrument, highest first (立法法)."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    JUDICIAL_INTERPRETATION = "judicial_interpretation"
    DEPARTMENT_RULE = "department_rule"
    NORMATIVE_DOCUMENT = "normative_document"
    SERVICE = "service"

    @property
    def height(self) -> int:
        """Larger ranks higher."""
        return -list(Rank).index(self)


class Status(StrEnum):
    """How well a text is known; anything but `read_in_full` is to be confirmed by a legal section."""

    READ_IN_FULL = "read_in_full"
    SECOND_HAND = "second_hand"
    FROM_MEMORY = "from_memory"


class Unit(StrEnum):
    """Unit of a period."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    YEAR = "year"
    HOUR = "hour"

    @property
    def label(self) -> str:
        """The unit as the law writes it."""
        return _UNIT_LABELS[self]


_UNIT_LABELS = {
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "日",
    Unit.MONTH: "个月",
    Unit.YEAR: "年",
    Unit.HOUR: "小时",
}


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, regulation, rule or other text that sets duties, with its days of force."""

    key: str
    title: str
    short: str
    number: str
    rank: Rank
    valid_from: date
    valid_to: date | None
    text: str | None
    status: Status
    note: str

    def in_force(self, *, on: date) -> bool:
        """True if the instrument was in force on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of an instrument with its words."""

    instrument: Instrument
    article: str
    quote: str
    status: Status
    rulebook: tuple[str, ...]
    valid_from: date
    valid_to: date | None

    @property
    def label(self) -> str:
        """For notices and accounts: 《…》第…条."""
        return f"《{self.instrument.title}》{self.article}"

    def in_force(self, *, on: date) -> bool:
        """True if this wording was in force on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Period:
    """A number with its unit: 7 working days."""

    number: int
    unit: Unit

    @property
    def label(self) -> str:
        """As the law writes it: 7个工作日."""
        return f"{self.number}{self.unit.label}"


@dataclass(frozen=True, slots=True)
class Provision:
    """One instrument's setting of one period.

    `period` is None where a setting or a document gives the number (`option` names it).
    `sets` is False for a superior text that only supports the period (上位法依据): it is
    shown in the account and does not govern.
    """

    citation: Citation
    sets: bool
    period: Period | None
    unit: Unit
    option: str | None
    max_extensions: int
    extension: Period | None
    governs: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A period of the law, or of the service, under its stable id."""

    id: str
    title: str
    statutory: bool
    starts: str
    met_by: str
    responsible: str
    pausable_by: tuple[str, ...]
    counting: str
    chosen_by: str
    rulebook: tuple[str, ...]
    note: str
    provisions: tuple[Provision, ...]
