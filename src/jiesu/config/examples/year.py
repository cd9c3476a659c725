"""A year generated for its figures: contacts and cases of a region through ``bulk``, the same for the same seed.

What the source published comes out to the last yuan; the spread over months, channels and places is plausible only.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from jiesu.cases import bulk
from jiesu.cases.bulk import History
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.opening import Opening, PartyInput, make_number
from jiesu.config.examples.scene import COUNTIES, GIVEN, SURNAMES
from jiesu.config.examples.year_plan import Plan, Weights, YearError, share, words
from jiesu.config.examples.year_stories import Place, Tale, tell
from jiesu.intake.histories import contact_row
from jiesu.intake.import_models import ImportedRow
from jiesu.intake.models import Contact
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.models import Division, Organisation


def generate(
    asked: Plan, *, part: tuple[int, int] = (0, 1), progress: Callable[[int, int], None] | None = None
) -> bulk.Written:
    """Writes what is missing of a year. Interrupted, it goes on where it stopped.

    Args:
        part: which of how many processes this is: each has counties of its own, so that they never wait for one
            another's document numbers.
        progress: told after each batch how many rows are written, of how many.
    """
    mine = share(asked.weights["counties"], *part)
    tales = [t for t in _tales(asked) if t.county in mine]
    done = set(ImportedRow.objects.filter(source=asked.source).values_list("row", flat=True))
    count = sum(t.row in done for t in tales)

    def after(written: bulk.Written) -> None:
        nonlocal count
        count += len(written.numbers)
        if progress is not None:
            progress(count, len(tales))

    waiting = [t for t in tales if t.row not in done]
    return bulk.write(
        _histories(asked, waiting), before=lambda chunk: _new(asked, chunk), after=after, bodies=False
    )


def _new(asked: Plan, chunk: list[History]) -> list[History]:
    """What no other run has written meanwhile."""
    rows = [h.row for h in chunk]
    known = set(ImportedRow.objects.filter(source=asked.source, row__in=rows).values_list("row", flat=True))
    return [h for h in chunk if h.row not in known]


def _chosen(chance: random.Random, weights: Weights, count: int) -> list[str]:
    """``count`` names in the proportion of their weights, in random order: the shares are exact, the order is not."""
    whole = sum(weights.values())
    found: list[str] = []
    for name, weight in weights.items():
        found += [str(name)] * int(count * weight / whole)
    found += [str(n) for n in chance.choices(list(weights), list(weights.values()), k=count - len(found))]
    chance.shuffle(found)
    return found


def _sums(chance: random.Random, count: int, total: int) -> list[int]:
    """``count`` sums of fen as they occur in life (few large, many small), together exactly ``total``."""
    shares = [chance.lognormvariate(5.6, 1.3) for _ in range(count)]
    scale = total / sum(shares)
    # Whole yuan, but for the last that takes the remainder.
    sums = [max(100, int(s * scale) // 100 * 100) for s in shares]
    sums[-1] += total - sum(sums)
    while sums[-1] < 100:
        largest = max(range(count - 1), key=sums.__getitem__)
        moved = min(sums[largest] // 2, 100 - sums[-1])
        sums[largest] -= moved
        sums[-1] += moved
    return sums


def _tales(asked: Plan) -> list[Tale]:
    """Every contact of the year in the order of receipt."""
    chance = random.Random(asked.seed)  # noqa: S311 - the same year for the same seed is wanted
    weights = asked.weights
    kinds = [Kind.COMPLAINT.value] * asked.complaints
    kinds += _chosen(chance, weights["kinds"], asked.contacts - asked.complaints)
    chance.shuffle(kinds)
    outcomes = iter(_chosen(chance, weights["outcomes"], asked.complaints))
    filings = iter(_chosen(chance, weights["reports"], kinds.count(Kind.REPORT)))
    # In a fixed order: every process, and the next run, must draw the same.
    channels = {k: iter(_chosen(chance, weights["channels"][k], kinds.count(k))) for k in sorted(set(kinds))}
    subjects = _chosen(chance, weights["subjects"], asked.contacts)
    counties = _chosen(chance, weights["counties"], asked.contacts)
    moments = sorted(
        _moment(chance, asked.year, int(m)) for m in _chosen(chance, weights["months"], asked.contacts)
    )
    late = _late(chance, asked)
    tales: list[Tale] = []
    complaint = 0
    for row, (kind, received) in enumerate(zip(kinds, moments, strict=True), 1):
        is_complaint = kind == Kind.COMPLAINT
        outcome = next(outcomes) if is_complaint else next(filings) if kind == Kind.REPORT else ""
        tales.append(
            Tale(
                row=row,
                kind=kind,
                channel=next(channels[kind]),
                subject=subjects[row - 1],
                county=counties[row - 1],
                received=received,
                outcome=outcome,
                late=is_complaint and complaint in late,
                seed=chance.getrandbits(32),
            )
        )
        complaint += is_complaint
    return _with_sums(chance, tales, asked)


def _late(chance: random.Random, asked: Plan) -> set[int]:
    """Which complaints are not in time."""
    return set(chance.sample(range(asked.complaints), asked.late))


def _with_sums(chance: random.Random, tales: list[Tale], asked: Plan) -> list[Tale]:
    won = [n for n, t in enumerate(tales) if t.outcome in ("agreed", "settled")]
    for n, fen in zip(won, _sums(chance, len(won), asked.recovered), strict=True):
        tales[n] = replace(tales[n], recovered=fen)
    return tales


def _moment(chance: random.Random, year: int, month: int) -> datetime:
    """An instant of a month in the hours in which people call."""
    first = date(year, month, 1)
    days = (date(year + month // 12, month % 12 + 1, 1) - first).days
    day = first + timedelta(days=chance.randrange(days))
    return datetime.combine(
        day, time(chance.randint(8, 18), chance.randrange(60), chance.randrange(60)), SHANGHAI
    )


def _histories(asked: Plan, tales: list[Tale]) -> Iterator[History]:
    places = _places(asked)
    for first in range(0, len(tales), bulk.BATCH):
        part = tales[first : first + bulk.BATCH]
        contacts = bulk.reserve_ids(Contact, len(part))
        serials = bulk.reserve_serials(len(part))
        for tale, contact, serial in zip(part, contacts, serials, strict=True):
            yield _history(asked, tale, places[tale.county], contact, serial)


def _places(asked: Plan) -> dict[str, Place]:
    """Centre and bureau of each county.

    Raises:
        YearError: this installation has no such bureau.
    """
    wanted = {f"{c}-{what}" for c in asked.weights["counties"] for what in ("centre", "bureau")}
    found = {o.key: o for o in Organisation.objects.filter(key__in=wanted)}
    if wanted - found.keys():
        raise YearError(f"缺少机构 / organisations are missing: {sorted(wanted - found.keys())}")
    # An installation without the demonstration's accounts has nobody to name.
    pair = Staff.objects.filter(is_demonstration=True).exclude(certificate_number="").order_by("pk")[:2]
    officers = ",".join(str(s.pk) for s in pair) if len(pair) == 2 else "A,B"
    names = dict(Division.objects.filter(level__in=["city", "county"]).values_list("code", "name"))
    places: dict[str, Place] = {}
    for county in asked.weights["counties"]:
        centre, bureau = found[f"{county}-centre"], found[f"{county}-bureau"]
        # Nobody's account: what is generated is done by the system in the bureau's name.
        actor = Actor(system=True, name="系统", organisation_id=centre.pk, authority_id=bureau.pk)
        name = COUNTIES.get(county) or f"{names.get(bureau.city, '')}{names.get(county, '')}"
        short = bureau.short_name.removesuffix("市场监管局")
        places[county] = Place(county, name, short, centre.pk, bureau.pk, actor, officers)
    return places


def _history(asked: Plan, tale: Tale, place: Place, contact: int, serial: int) -> History:
    chance = random.Random(tale.seed)  # noqa: S311
    number = make_number(tale.county, tale.received, serial)
    opening = replace(_opening(tale, place, contact, chance), number=number)
    return History(
        opening=opening,
        actor=place.actor,
        at=tale.received,
        steps=tell(tale, place),
        beside=(
            contact_row(
                opening, pk=contact, cases=[number], at=tale.received, line=line_of(tale), sealed=False
            ),
            ImportedRow(source=asked.source, row=tale.row, contact_id=contact, case_id=number),
        ),
        row=tale.row,
    )


MAIN_LINE = "12315"


def line_of(tale: Tale) -> str:
    """Which of the five hotlines was called; empty for what did not come by telephone."""
    if tale.channel != "hotline":
        return ""
    old = words()["lines"].get(tale.subject, {})
    drawn = random.Random(f"line {tale.seed}").randrange(100)  # noqa: S311
    for line, share_of_it in old.items():
        if drawn < share_of_it:
            return str(line)
        drawn -= share_of_it
    return MAIN_LINE


def _opening(tale: Tale, place: Place, contact: int, chance: random.Random) -> Opening:
    told = words()
    kind = Kind(tale.kind)
    bringer = BRINGER[kind]
    where = place.name
    disputed = kind in (Kind.COMPLAINT, Kind.REPORT)
    text = chance.choice(told["asks"] if kind == Kind.CONSULTATION else told["others"])
    if disputed:
        goods = chance.choice(told["goods"][tale.subject])
        text = told["grievances"][tale.subject].format(g=goods)
    anonymous = kind == Kind.REPORT and chance.random() < 0.2
    people: list[PartyInput] = []
    if bringer is not None and not anonymous:
        name = chance.choice(SURNAMES) + chance.choice(GIVEN)
        people.append(PartyInput(role=bringer.value, name=name, phone=f"199{chance.randrange(10**8):08d}"))
    if disputed:
        shop = f"{place.short}{chance.choice(told['shops']['names'])}{chance.choice(told['shops']['trades'])}"
        people.append(PartyInput(role=OPPOSITE[kind].value, name=shop, address=where))
    amount = None
    if kind == Kind.COMPLAINT:
        amount = max(tale.recovered or 0, int(chance.lognormvariate(5.8, 1.2)) * 100)
    external = f"{tale.received:%Y%m%d}{tale.row:06d}" if tale.channel == "12345" else ""
    return Opening(
        kind=tale.kind,
        channel=tale.channel,
        registered_by=place.centre,
        division=tale.county,
        received_at=tale.received,
        parties=tuple(people),
        text=text,
        demand="退货退款" if kind == Kind.COMPLAINT else "",
        amount=amount,
        subject=tale.subject if disputed else "",
        contact_id=contact,
        anonymous=anonymous,
        external_number=external,
    )
