"""How a case begins: from what came in to a numbered case with parties, texts and its first event."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Model

from jiesu import statements
from jiesu.cases import keys, search
from jiesu.cases.draft import Composer, Draft
from jiesu.cases.facts import CaseState, Data, replace
from jiesu.cases.files import Upload, store_files
from jiesu.cases.kinds import OPPOSITE, NationalStatus
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import NEW, Context
from jiesu.cases.models import Case, Link
from jiesu.cases.sealing import BUSINESS_ROLES, party_row, passage_row, reference
from jiesu.making import made
from jiesu.people.ground import Ground
from jiesu.people.masking import mask_text, summary

#: Letters and digits of a query code that nobody mistakes for one another when read aloud.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10
_CODES = len(CODE_ALPHABET) ** CODE_LENGTH
TITLE_LENGTH = 60


@dataclass(frozen=True)
class PartyInput:
    """A person or undertaking as it came in. Empty texts mean: not given."""

    role: str
    name: str = ""
    phone: str = ""
    address: str = ""
    id_type: str = ""
    id_number: str = ""
    email: str = ""
    capacity: str = ""
    represented_by: int | None = None
    business_id: int | None = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def reachable(self) -> bool:
        """Whether there is any way to tell this party something."""
        return bool(self.phone or self.address or self.email)

    def plain(self) -> dict[str, str]:
        """What is known of this party, to be sealed."""
        plain = {
            "name": self.name,
            "phone": self.phone,
            "address": self.address,
            "id_type": self.id_type,
            "id_number": self.id_number,
            "email": self.email,
            **self.extra,
        }
        return {k: v for k, v in plain.items() if v}


@dataclass(frozen=True)
class Opening:
    """What a new case starts with.

    Args:
        registered_by: organisation (centre, office, station) that registers.
        division: six digits of the number; the registering centre's division.
        received_at: first receipt anywhere; ``registered_at`` is the instant of typing in.
        receiving: bureau that has received it by its being taken in here; None where that is still to come.
        service_due: last day that another platform set (12345), as ISO date.
        links: ties that exist from birth: (type, other case).
        represented_by of a party: position of the representative in ``parties``.
    """

    kind: str
    channel: str
    registered_by: int
    division: str
    received_at: datetime
    parties: tuple[PartyInput, ...]
    text: str
    demand: str = ""
    occurred_on: str = ""
    amount: int | None = None
    subject: str = ""
    title: str = ""
    contact_id: int | None = None
    anonymous: bool = False
    confirmed: bool = True
    incomplete: tuple[str, ...] = ()
    mixed: str = ""
    flags: tuple[str, ...] = ()
    external_number: str = ""
    service_due: str = ""
    consent_disclosure: bool | None = None
    consent_commission: bool | None = None
    links: tuple[tuple[str, int], ...] = ()
    number: int | None = None
    lead_of: int | None = None
    found: str = ""
    organisation: int | None = None
    office: int | None = None
    assignee: int | None = None
    query_code: str = ""
    province: str = ""
    city: str = ""
    county: str = ""
    business_id: int | None = None
    receiving: int | None = None


def placed(opening: Opening, standing_on: Ground) -> Opening:
    """With what follows from who registers and who holds: the line of command, and whose receipt it is."""
    place = standing_on.place(opening.organisation or opening.registered_by)
    return replace(
        opening,
        province=place.province,
        city=place.city,
        county=place.county,
        receiving=standing_on.receiving_bureau(opening.registered_by),
    )


def words_of(opening: Opening, case: Case, words: str = "") -> list[str]:
    """The tokens under which a new case is found; the names of persons are none.

    Args:
        words: the text they are taken from; by default title, facts, demand and respondent.
    """
    names = [p.name for p in opening.parties if p.role not in BUSINESS_ROLES]
    text = words or " ".join([opening.title, opening.text, opening.demand, case.respondent])
    return search.tokens(text, without=names)


def new_query_code() -> str:
    """Ten characters that open the follow page together with the number."""
    # One number drawn for all of them, read in the alphabet's digits.
    drawn, base = secrets.randbelow(_CODES), len(CODE_ALPHABET)
    code = ""
    for _place in range(CODE_LENGTH):
        drawn, digit = divmod(drawn, base)
        code += CODE_ALPHABET[digit]
    return code


def query_code_hash(number: int, code: str) -> bytes:
    """What is stored of a query code."""
    return keys.lookup("query_code", f"{number}:{code.strip().upper()}")


def make_number(division: str, at: datetime, serial: int) -> int:
    """A case's number: division, year of registration in Asia/Shanghai, sequence value.

    >>> from datetime import UTC
    >>> make_number("430900", datetime(2026, 12, 31, 17, 0, tzinfo=UTC), 42)
    430900270000000042
    """
    return _first(division, at) + serial


@lru_cache(maxsize=64)
def _first(division: str, at: datetime) -> int:
    """What the numbers of a division and a year begin with, followed by zeros."""
    year = at.astimezone(SHANGHAI).year % 100
    return int(f"{division[:6]:0<6}{year:02d}{0:010d}")


def next_serial() -> int:
    """The next value of the one sequence; never given twice, whatever happens to the transaction."""
    return int(statements.fetch("SELECT nextval('cases_number')")[0][0])


def open_draft(
    opening: Opening,
    ctx: Context,
    *,
    actor_kind: str,
    compose: Composer,
    serial: Callable[[], int] = next_serial,
    data_key: bytes | None = None,
    files: Sequence[Upload] = (),
) -> Draft:
    """A draft of a new case with its ``register`` event; nothing is stored yet.

    Args:
        serial: where sequence values come from; bulk takes them from blocks.
        data_key: the case's key; fresh by default.
        files: handed in with it; on disk before anything is stored in the database.
    """
    number = opening.number or make_number(opening.division, ctx.at, serial())
    key = data_key or keys.new_data_key()
    mine = own(opening, number, key)
    state = CaseState(
        number=number,
        kind=opening.kind,
        state=NEW,
        registered_by=opening.registered_by,
        received_at=opening.received_at,
        registered_at=ctx.at,
        channel=opening.channel,
        next_seq=1 + len(mine.rows),
    )
    case = made(
        Case,
        **mine.columns,
        kind=opening.kind,
        state=NEW,
        channel=opening.channel,
        registered_by_id=opening.registered_by,
        registered_at=ctx.at,
        province=opening.province,
        city=opening.city,
        county=opening.county,
        national_status=NationalStatus.TO_ENTER,
    )
    draft = Draft(case=case, state=state, key=key, added=mine.rows, parties=mine.parties, texts=mine.texts)
    data: Data = {
        **mine.data,
        "kind": opening.kind,
        "parties": _party_facts(opening.parties),
        "category": opening.subject or None,
        "anonymous": opening.anonymous,
        "confirmed": opening.confirmed,
        "incomplete": list(opening.incomplete),
        "mixed": opening.mixed or None,
        "flags": list(opening.flags),
        "service_due": opening.service_due or None,
        "consent_disclosure": opening.consent_disclosure,
        "consent_commission": opening.consent_commission,
        "links": [[t, str(n)] for t, n in opening.links],
        "lead_of": str(opening.lead_of) if opening.lead_of else None,
        "found": opening.found or None,
        "organisation": opening.organisation,
        "office": opening.office,
        "assignee": opening.assignee,
        "channel": opening.channel,
        "registered_by": opening.registered_by,
        "receiving": opening.receiving,
        "files": store_files(draft, files, at=ctx.at, from_citizen=ctx.party is not None) if files else None,
    }
    data = {k: v for k, v in data.items() if v not in (None, [])}
    draft.apply("register", data, ctx, actor_kind=actor_kind, compose=compose)
    for type_, other in opening.links:
        draft.added.append(
            Link(
                case_id=number, seq=draft.take(), type=type_, other_id=other, initiating=False, pending=False
            )
        )
    draft.project()
    return draft


#: Fields of the first event that are a case's own.
OWN_FIELDS = frozenset({"received_at", "facts", "demand", "occurred_on", "amount"})


class Own(NamedTuple):
    """What is a case's own, however many cases begin like it.

    Args:
        columns: of the case's row.
        data: fields of its first event, of ``OWN_FIELDS``.
        rows: its parties, then its texts; their seqs are the first ones of the case.
        parties, texts: the same in plain, by seq.
    """

    columns: Data
    data: Data
    rows: list[Model]
    parties: dict[int, dict[str, str]]
    texts: dict[int, str]


def own(opening: Opening, number: int, key: bytes) -> Own:
    """What a new case has that is its own. What is asked for here stands in ``alike.OWN``."""
    rows: list[Model] = []
    plain: dict[int, dict[str, str]] = {}
    texts: dict[int, str] = {}
    data: Data = {"received_at": opening.received_at.isoformat()}
    opposite = OPPOSITE[opening.kind]
    respondent = ""
    for seq, party in enumerate(opening.parties, 1):
        plain[seq] = party.plain()
        spokesman = party.represented_by
        rows.append(
            party_row(
                number,
                key,
                seq,
                party.role,
                plain[seq],
                capacity=party.capacity,
                represented_by=1 + spokesman if spokesman is not None else None,
                business_id=party.business_id,
            )
        )
        if not respondent and party.role == opposite:
            respondent = party.name
    for purpose, text in (("facts", opening.text), ("demand", opening.demand)):
        if text:
            passage = passage_row(number, key, len(rows) + 1, purpose, text)
            rows.append(passage)
            texts[passage.seq] = text
            data[purpose] = reference(passage)
    if opening.occurred_on:
        data["occurred_on"] = opening.occurred_on
    if opening.amount is not None:
        data["amount"] = opening.amount
    columns: Data = {
        "id": number,
        "contact_id": opening.contact_id,
        "received_at": opening.received_at,
        "title": mask_text(opening.title)[:TITLE_LENGTH] or summary(opening.text, length=TITLE_LENGTH),
        "respondent": respondent[:120],
        "business_id": opening.business_id,
        "amount": opening.amount,
        "external_number": opening.external_number[:64],
        "wrapped_key": keys.wrap(key),
        "query_code_hash": query_code_hash(number, opening.query_code) if opening.query_code else None,
    }
    return Own(columns, data, rows, plain, texts)


def _party_facts(parties: Iterable[PartyInput]) -> list[Data]:
    """What the first event keeps of parties: seqs and roles."""
    kept: list[Data] = []
    for seq, party in enumerate(parties, 1):
        fact: Data = {"seq": seq, "role": party.role}
        if party.represented_by is not None and party.represented_by + 1 != seq:
            fact["represented_by"] = 1 + party.represented_by
        if not party.reachable:
            fact["reachable"] = False
        kept.append(fact)
    return kept
