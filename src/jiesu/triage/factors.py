"""The factors of order 121 art. 17 that a complaint's surroundings show: facts with case numbers, never a verdict.

Nobody is refused by a score. The law has no number for "short" or "many"; only a city bureau or above may set one, and
without it the facts are shown all the same. A person decides, with reasons, on the whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from jiesu.cases.kinds import BRINGER, Kind
from jiesu.cases.models import Case, Party
from jiesu.cases.queries import visible
from jiesu.law import factors as legal_factors
from jiesu.people.actors import SHANGHAI, Actor
from jiesu.people.settings import in_force
from jiesu.places.models import Organisation
from jiesu.triage import sketches
from jiesu.triage.similarity import similarity, unpack

#: Windows for which counts are shown; they are no threshold.
WINDOWS = (14, 30, 365)
#: Two texts of this similarity are about the same thing (a label, a slogan).
SAME_MATTER = 0.4
_QUANTITY = re.compile(
    r"(?:购买|买了|买|订购|下单|采购).{0,12}?(?P<number>\d{2,6}|[一二两三四五六七八九十百千]{2,6})(?P<unit>箱|件|瓶|盒|袋|包|个|罐|斤|桶|单|台|条|份|次)"
)
_REPEATED = re.compile(
    r"(?:多次|分\d+次|分[二两三四五六七八九十]+次|先后.{0,4}次|连续.{0,6}).{0,6}(?:购买|下单)|(?:购买|下单)(?:了)?(?:\d+|[二三四五六七八九十]+)次"
)
_DEMANDED = re.compile(r"十倍|惩罚性赔偿|退一赔十|退一赔三|三倍赔偿|1000元|一千元")


@dataclass(frozen=True, slots=True)
class Surrounding:
    """A complaint as a factor sees it. ``phone`` and ``identity`` are look-up hashes, ``name`` is masked."""

    number: int
    received_on: date
    phone: bytes | None = None
    identity: bytes | None = None
    name: str = ""
    business_id: int | None = None
    respondent: str = ""
    subject: str = ""
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a city bureau or above has set; None where nobody has."""

    window_days: int | None = None
    many_complaints: int | None = None
    shared_contact_people: int | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor with its words in the law, what was observed, and the numbers of the cases concerned.

    ``reached`` tells whether a set threshold is reached; None where none is set.
    """

    key: str
    meaning: str
    article: str
    text: str
    observed: list[str]
    cases: list[int]
    reached: bool | None = None


def weigh(
    case: Surrounding,
    others: Sequence[Surrounding],
    *,
    text: str = "",
    on: date,
    thresholds: Thresholds | None = None,
) -> list[Factor]:
    """The factors in force ``on`` a day for which there are facts, in the order of the article; pure.

    ``others`` are complaints by the same contact, the same person or about the same matter. Before order 121 the article
    did not exist and the list is empty.
    """
    limits = thresholds or Thresholds()
    earlier = [o for o in others if o.number != case.number and o.received_on <= on]
    seen: dict[str, tuple[list[str], list[int], bool | None]] = {
        "quantity": _quantity(text),
        "concentrated": _concentrated(case, earlier, on, limits),
        "shared_contact": _shared_contact(case, earlier, limits),
    }
    return [
        Factor(
            key=ground.key,
            meaning=ground.meaning,
            article=ground.citation.label,
            text=ground.text,
            observed=seen[ground.meaning][0],
            cases=seen[ground.meaning][1],
            reached=seen[ground.meaning][2],
        )
        for ground in legal_factors(on=on)
        if ground.meaning in seen and seen[ground.meaning][0]
    ]


def find(case: Case, *, text: str, actor: Actor, on: date) -> list[Factor]:
    """The factors of a complaint among the complaints that the actor may see; five queries. Empty for other kinds."""
    if case.kind != Kind.COMPLAINT:
        return []
    role = BRINGER[Kind.COMPLAINT]
    parties = Party.objects.filter(case_id=case.pk, role=role).values_list("phone_index", "id_index")
    indices = {bytes(index) for row in parties for index in row if index}
    values = sketches.of_text(text)
    near = sketches.alike(
        kind=case.kind,
        values=values,
        business_id=case.business_id,
        received_on=on,
        days=max(WINDOWS),
        limit=400,
    )
    stored = {row.case_id: tuple(unpack(row.values)) for row in near}
    same_person = Party.objects.filter(Q(phone_index__in=indices) | Q(id_index__in=indices), role=role)
    numbers = (
        set(same_person.order_by("-case_id").values_list("case_id", flat=True)[:400]) if indices else set()
    )
    rows = {
        row.pk: row
        for row in visible(actor)
        .filter(kind=Kind.COMPLAINT, pk__in={*numbers, *stored, case.pk})
        .order_by("-pk")[:800]
    }
    rows.setdefault(case.pk, case)
    surroundings = _surroundings(rows, stored | {case.pk: tuple(values)}, role)
    own = next((s for s in surroundings if s.number == case.pk), _plain(case, tuple(values)))
    return weigh(own, surroundings, text=text, on=on, thresholds=thresholds(case.organisation, on))


def thresholds(organisation: Organisation | None, on: date) -> Thresholds:
    """The settings in force for a bureau; None where nobody above or at city level has set one."""
    values = in_force(organisation=organisation, at=on)
    return Thresholds(
        window_days=values.get("factors.window_days"),
        many_complaints=values.get("factors.many_complaints"),
        shared_contact_people=values.get("factors.shared_contact_people"),
    )


def _quantity(text: str) -> tuple[list[str], list[int], bool | None]:
    observed = [f"来件写明“{found.group()[-16:]}”" for found in _QUANTITY.finditer(text)][:3]
    observed += [f"来件写明“{found.group()[:16]}”" for found in _REPEATED.finditer(text)][:2]
    if observed and (found := _DEMANDED.search(text)):
        observed.append(f"同时请求“{found.group()}”（仅供了解，依法主张赔偿本身不是因素）")
    return observed, [], None


def _concentrated(
    case: Surrounding, others: Sequence[Surrounding], on: date, limits: Thresholds
) -> tuple[list[str], list[int], bool | None]:
    mine = [o for o in others if _same_person(case, o)]
    matter = [o for o in others if _same_matter(case, o)]
    both = [o for o in matter if _same_person(case, o)]
    observed: list[str] = []
    for label, rows in (
        ("同一投诉人（电话或者证件相同）投诉", mine),
        ("同一投诉人就同一经营者或者内容相近的问题投诉", both),
        ("不同来件就同一经营者同类问题或者内容相近的问题投诉", matter),
    ):
        counts = [(days, 1 + _within(rows, on, days)) for days in WINDOWS]
        if counts[-1][1] >= 2:
            told = "，".join(f"{days}日内{count}件" for days, count in counts)
            observed.append(f"{label}（含本件）：{told}")
    names = {o.name for o in matter if o.name} | ({case.name} if case.name else set())
    if len(matter) >= 2 and len(names) >= 2:
        observed.append(f"内容相近的来件出现至少{len(names)}个不同姓名")
    reached: bool | None = None
    if limits.window_days is not None and limits.many_complaints is not None:
        within = 1 + max(_within(rows, on, limits.window_days) for rows in (both, matter))
        reached = within >= limits.many_complaints
        if observed:
            word = "达到" if reached else "未达到"
            observed.append(f"{word}本市设定的“{limits.window_days}日内{limits.many_complaints}件”")
    return observed, sorted({o.number for o in (*mine, *matter)}), reached


def _within(rows: Sequence[Surrounding], on: date, days: int) -> int:
    """Cases of the last days; a joint complaint has several parties and counts once."""
    return len({o.number for o in rows if (on - o.received_on).days <= days})


def _shared_contact(
    case: Surrounding, others: Sequence[Surrounding], limits: Thresholds
) -> tuple[list[str], list[int], bool | None]:
    same_phone = [o for o in others if case.phone and o.phone == case.phone]
    people = {_person(o) for o in (case, *same_phone)} - {("", b"")}
    if len(people) < 2:
        return [], [], None
    observed = [
        f"同一手机号码投诉{1 + len({o.number for o in same_phone})}件，出现至少{len(people)}个不同姓名（含本件）"
    ]
    reached: bool | None = None
    if limits.shared_contact_people is not None:
        reached = len(people) >= limits.shared_contact_people
        observed.append(f"{'达到' if reached else '未达到'}本市设定的“{limits.shared_contact_people}人”")
    return observed, sorted({o.number for o in same_phone}), reached


def _person(case: Surrounding) -> tuple[str, bytes]:
    """Masked names may fall together, so the number of people is a lower bound."""
    return (case.name, case.identity or b"")


def _same_person(a: Surrounding, b: Surrounding) -> bool:
    return bool((a.phone and a.phone == b.phone) or (a.identity and a.identity == b.identity))


def _same_matter(a: Surrounding, b: Surrounding) -> bool:
    alike = similarity(a.sketch, b.sketch) >= SAME_MATTER if a.sketch and b.sketch else False
    same_business = (a.business_id is not None and a.business_id == b.business_id) or bool(
        a.respondent and a.respondent == b.respondent
    )
    return alike or (same_business and bool(a.subject) and a.subject == b.subject)


def _surroundings(
    rows: Mapping[int, Case], stored: Mapping[int, tuple[int, ...]], role: str | None
) -> list[Surrounding]:
    parties = Party.objects.filter(case_id__in=list(rows), role=role).order_by("case_id", "seq")
    found: list[Surrounding] = []
    for party in parties:
        case = rows[party.case_id]
        found.append(
            Surrounding(
                number=case.pk,
                received_on=case.received_at.astimezone(SHANGHAI).date(),
                phone=bytes(party.phone_index) if party.phone_index else None,
                identity=bytes(party.id_index) if party.id_index else None,
                name=party.name_masked,
                business_id=case.business_id,
                respondent=case.respondent,
                subject=case.subject,
                sketch=stored.get(case.pk, ()),
            )
        )
    return found


def _plain(case: Case, values: tuple[int, ...]) -> Surrounding:
    return Surrounding(
        number=case.pk,
        received_on=case.received_at.astimezone(SHANGHAI).date(),
        business_id=case.business_id,
        respondent=case.respondent,
        subject=case.subject,
        sketch=values,
    )
