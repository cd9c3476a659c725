"""What a contact says, as values: the same for portal, desk, spreadsheet and API.

Texts are as entered; ``checking.check`` says what is wrong with them and gives the cleaned values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from jiesu.cases.facts import replace

Reader = Callable[[Any], Any]

KINDS = ("complaint", "report", "consultation", "other", "auto")
#: Channels on which the citizen types herself; everything is asked for before it is sent.
STRICT_CHANNELS = frozenset({"portal"})


@dataclass(frozen=True)
class Person:
    """Whoever brings a matter in. ``representative``: chosen to speak for a joint complaint (order 121 art. 12)."""

    name: str = ""
    phone: str = ""
    address: str = ""
    id_type: str = ""
    id_number: str = ""
    email: str = ""
    representative: bool = False

    @property
    def given(self) -> bool:
        """Whether anything at all is known of the person."""
        return any((self.name, self.phone, self.address, self.id_number, self.email))

    def unnamed(self) -> Person:
        """Only the ways to call back, for a report without a name."""
        return Person(phone=self.phone, email=self.email)


@dataclass(frozen=True)
class Agent:
    """Who acts for the complainant, and the authorisation's matter, powers and period (order 121 art. 11)."""

    name: str = ""
    phone: str = ""
    address: str = ""
    id_type: str = ""
    id_number: str = ""
    matter: str = ""
    powers: str = ""
    period: str = ""

    @property
    def given(self) -> bool:
        return any((self.name, self.phone, self.id_number, self.matter))

    @property
    def authorised(self) -> bool:
        """Whether the authorisation names what art. 11 asks for."""
        return bool(self.matter and self.powers and self.period)


@dataclass(frozen=True)
class Respondent:
    """Against whom. ``platform_address`` is the address that the shop shows on the platform (order 121 art. 13)."""

    name: str = ""
    address: str = ""
    phone: str = ""
    unified_credit_code: str = ""
    platform: str = ""
    platform_address: str = ""
    shop_url: str = ""

    @property
    def given(self) -> bool:
        return any((self.name, self.address, self.unified_credit_code, self.platform, self.platform_address))


#: Most forms leave most parts blank: those share these.
NOBODY, NO_AGENT, NO_RESPONDENT = Person(), Agent(), Respondent()


@dataclass(frozen=True)
class ContactForm:
    """One contact.

    Args:
        kind: complaint, report, consultation, other, or auto: a suggestion is taken and a person confirms it.
        received_on: day or instant of receipt, if it is not now.
        received_reason: why it is registered later than it was received.
        amount: disputed sum in yuan, as entered.
        joint: all complainants of a joint complaint, instead of ``complainant``.
        joint_agreed: every one of them agrees to joint handling.
        service_due: last day that another platform (12345) set, as ISO date.
        line: telephone line or counter on which it came.
        subject: category, if somebody has chosen one.
    """

    kind: str = "auto"
    channel: str = ""
    text: str = ""
    demand: str = ""
    amount: str = ""
    occurred_on: str = ""
    received_on: str = ""
    received_reason: str = ""
    external_number: str = ""
    tracking_number: str = ""
    service_due: str = ""
    line: str = ""
    subject: str = ""
    anonymous: bool = False
    complainant: Person = NOBODY
    informant: Person = NOBODY
    joint: tuple[Person, ...] = ()
    joint_agreed: bool = False
    agent: Agent = NO_AGENT
    respondent: Respondent = NO_RESPONDENT
    consent_disclosure: bool | None = None
    consent_commission: bool | None = None

    @property
    def people(self) -> tuple[Person, ...]:
        """Whoever brings it in; empty for an anonymous report without any word about who it was."""
        if self.joint:
            return tuple(p for p in self.joint if p.given)
        order = (
            (self.informant, self.complainant)
            if self.kind == "report"
            else (self.complainant, self.informant)
        )
        return next(((p,) for p in order if p.given), ())

    def plain(self) -> dict[str, Any]:
        """As JSON values, without what was not given."""
        return _given(self)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field: a stable code, and words that say what to enter."""

    code: str
    message: str


class FormError(ValueError):
    """A body that has no such fields or values of another type. ``problems``: path of the field → problem."""

    def __init__(self, problems: dict[str, Problem]) -> None:
        super().__init__("; ".join(f"{k}: {p.message}" for k, p in problems.items()))
        self.problems = problems


_BLANK = ContactForm()


def read(body: Mapping[str, Any]) -> ContactForm:
    """The form from JSON or from a row of a spreadsheet.

    Numbers are taken for texts; null is taken for not given.

    Raises:
        FormError: unknown fields, values of the wrong type; all at once.

    >>> read({"kind": "complaint", "channel": "hotline", "amount": 128.5}).amount
    '128.5'
    """
    problems: dict[str, Problem] = {}
    values = _values(ContactForm, body, "", problems)
    for name, blank in (
        ("complainant", NOBODY),
        ("informant", NOBODY),
        ("agent", NO_AGENT),
        ("respondent", NO_RESPONDENT),
    ):
        given = body.get(name)
        if given is None:
            continue
        if isinstance(given, Mapping):
            part = _values(type(blank), given, f"{name}.", problems)
            if part:
                values[name] = replace(blank, **part)
        else:
            problems[name] = Problem("wrong_type", _("应当是一组字段。"))
    joint = body.get("joint")
    if isinstance(joint, list | tuple):
        people: list[Person] = []
        for n, one in enumerate(joint):
            if isinstance(one, Mapping):
                people.append(replace(NOBODY, **_values(Person, one, f"joint.{n}.", problems)))
            else:
                problems[f"joint.{n}"] = Problem("wrong_type", _("应当是一组字段。"))
        values["joint"] = tuple(people)
    elif joint is not None:
        problems["joint"] = Problem("wrong_type", _("应当是列表。"))
    if problems:
        raise FormError(problems)
    return replace(_BLANK, **values)


def _values(
    shape: type, given: Mapping[str, Any], prefix: str, problems: dict[str, Problem]
) -> dict[str, Any]:
    readers = _readers(shape)
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in readers:
            problems[f"{prefix}{name}"] = Problem("unknown_field", _("没有这一项，请核对字段名。"))
        elif value is not None and (reader := readers[name]) is not None:
            try:
                found[name] = reader(value)
            except ValueError as error:
                problems[f"{prefix}{name}"] = Problem("wrong_type", str(error))
    return found


@cache
def _readers(shape: type) -> Mapping[str, Reader | None]:
    """What reads each field; None for those that are parts of their own."""
    return {f.name: _READERS.get(str(f.type)) for f in fields(shape)}


def _text(value: Any) -> str:
    if type(value) is not str and (isinstance(value, bool) or not isinstance(value, str | int | float)):
        raise ValueError(_("应当是文字。"))
    text = str(value)
    if "\x00" in text or "\r\n" in text:
        text = text.replace("\x00", "").replace("\r\n", "\n")
    return text.strip()


def _yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("1", "true", "yes", "on", "是"):
        return True
    if word in ("0", "false", "no", "off", "否", ""):
        return False
    raise ValueError(_("应当是“是”或者“否”。"))


_READERS: dict[str, Reader] = {"str": _text, "bool": _yes_no, "bool | None": _yes_no}


def _given(part: Any) -> dict[str, Any]:
    """A part of the form as JSON values, without what was not given."""
    kept: dict[str, Any] = {}
    for name, value in vars(part).items():
        if type(value) is str:
            if value:
                kept[name] = value
        # "No" to a consent is an answer; everywhere else False only means that a box was left alone.
        elif value is None or value is False:
            if value is False and "consent" in name:
                kept[name] = False
        elif value is NOBODY or value is NO_AGENT or value is NO_RESPONDENT:
            continue
        elif isinstance(value, Person | Agent | Respondent):
            if inner := _given(value):
                kept[name] = inner
        elif isinstance(value, tuple):
            if value:
                kept[name] = [_given(one) for one in value]
        else:
            kept[name] = value
    return kept
