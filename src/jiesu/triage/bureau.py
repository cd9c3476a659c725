"""Whose case it could be: competent places by kind and respondent, each with the article, from address fields alone.

The text of a message is never read for places: 沅江芦笋 is not an address. A complaint about a shop on a platform goes
where the shop says it is, or to the platform's seat; a report about the same shop to its actual place of business
(order 121 arts. 13, 31; order 20 arts. 12, 27). The day chooses the order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from jiesu.law import Jurisdiction, jurisdiction
from jiesu.places.addresses import Confidence, Located, locate
from jiesu.places.organisations import official_name
from jiesu.places.queries import bureaus_for
from jiesu.places.source import full_place_name

_SCORES = {Confidence.HIGH: 90, Confidence.MEDIUM: 65, Confidence.LOW: 35, Confidence.NONE: 0}
_PLACES = {
    "actual_place": "实际经营地",
    "registered_place": "住所地",
    "platform_shown_place": "在平台公示的地址所在地",
    "platform_registered_place": "平台经营者住所地",
    "place_of_act": "被举报行为发生地",
    "publisher_place": "广告发布者所在地",
    "advertiser_place": "广告主所在地",
    "agency_place": "广告经营者所在地",
}


@dataclass(frozen=True, slots=True)
class Respondent:
    """What the fields of a contact say about the other side. Every address is the content of an address field.

    ``address``: where it does business; ``registered_address``: its seat by the licence; ``shown_address``: what the
    shop shows on the platform; ``platform``: the platform's name; ``platform_seat``: the platform's own seat;
    ``act_address``: where it happened. ``unreachable``: the
    shop shows no address on the platform or cannot be reached there. ``advertising``: "", "media", "internet" or "own_internet" (reports only).
    """

    name: str = ""
    address: str = ""
    registered_address: str = ""
    platform: str = ""
    shown_address: str = ""
    platform_seat: str = ""
    act_address: str = ""
    publisher_address: str = ""
    advertiser_address: str = ""
    agency_address: str = ""
    is_platform: bool = False
    own_website: bool = False
    unreachable: bool = False
    advertising: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A competent place. ``division`` is the county's code, or the city's where the address says no more.

    ``first_receiver``: competent only if it receives the report first. ``organisation_id`` is None outside this
    installation; ``organisation_name`` then is the official name of the bureau there.
    """

    place: str
    division: str
    division_name: str
    town: str
    confidence: int
    reasons: list[str]
    article: str
    level: str
    first_receiver: bool = False
    organisation_id: int | None = None
    organisation_name: str = ""


@dataclass(frozen=True, slots=True)
class Routing:
    """Candidates in order, best first, and what is missing to be surer."""

    respondent_type: str
    candidates: list[Candidate]
    missing: list[str]
    needs: tuple[str, ...] = ()


def suggest(kind: str, respondent: Respondent, *, on: date) -> Routing:
    """Competent places for a complaint or a report (a lead counts as a report) received ``on`` a day; pure.

    Consultations and other matters have no article: the place of the address is offered.

    Raises:
        LawError: ``not_in_force`` before order 20 (2020-01-01).

    >>> shop = Respondent(platform="某平台", shown_address="湖南省益阳市资阳区五一路1号", address="湖南省益阳市赫山区桃花仑1号")
    >>> [c.division for c in suggest("complaint", shop, on=date(2026, 11, 11)).candidates]
    ['430902']
    >>> [c.division for c in suggest("report", shop, on=date(2026, 11, 11)).candidates]
    ['430903']
    """
    if kind not in ("complaint", "report", "lead"):
        return _without_article(respondent)
    legal_kind = "complaint" if kind == "complaint" else "report"
    respondent_type = type_of(legal_kind, respondent)
    rule = jurisdiction(kind=legal_kind, respondent_type=respondent_type, on=on)
    candidates: list[Candidate] = []
    missing: list[str] = []
    for place in (*rule.places, *rule.also):
        address, note = _FIELDS[place](respondent)
        if not address:
            missing.append(f"没有填写{_PLACES[place]}的地址")
            continue
        candidate = _candidate(place, locate(address), rule, note)
        if candidate is None:
            missing.append(f"{_PLACES[place]}“{address[:20]}”没有写明县（市、区），请补充")
        else:
            candidates.append(candidate)
    return Routing(respondent_type, _merged(candidates), missing, rule.needs)


def with_organisations(routing: Routing) -> Routing:
    """The same with the bureau of each place: one query; outside the installation only its official name."""
    bureaus = bureaus_for([c.division for c in routing.candidates])
    named = []
    for candidate in routing.candidates:
        bureau = bureaus.get(candidate.division)
        # The nearest bureau above is not the competent one of another county.
        if bureau is not None and bureau.division_code == candidate.division:
            named.append(replace(candidate, organisation_id=bureau.pk, organisation_name=bureau.name))
        else:
            named.append(replace(candidate, organisation_name=official_name(candidate.division)))
    return replace(routing, candidates=named)


def type_of(kind: str, respondent: Respondent) -> str:
    """The type of respondent in the sense of ``jiesu.law.jurisdiction``.

    >>> type_of("complaint", Respondent(platform="某平台")), type_of("report", Respondent(advertising="media"))
    ('in_platform', 'advertising')
    """
    if kind == "report" and respondent.advertising:
        return {
            "media": "advertising",
            "internet": "internet_advertising",
            "own_internet": "own_internet_advertising",
        }[respondent.advertising]
    if respondent.is_platform:
        return "platform_operator"
    if respondent.platform:
        return "in_platform_unreachable" if respondent.unreachable else "in_platform"
    return "own_website" if respondent.own_website else "ordinary"


def _seat(respondent: Respondent) -> tuple[str, str]:
    if respondent.registered_address:
        return respondent.registered_address, ""
    return respondent.address, "没有填写住所地，暂按经营地址，请核对营业执照" if respondent.address else ""


def _business(respondent: Respondent) -> tuple[str, str]:
    if respondent.address:
        return respondent.address, ""
    note = "没有填写实际经营地，暂按住所地，请核实" if respondent.registered_address else ""
    return respondent.registered_address, note


def _act(respondent: Respondent) -> tuple[str, str]:
    if respondent.act_address:
        return respondent.act_address, ""
    address, note = _business(respondent)
    return address, note or ("没有填写行为发生地，暂按经营地址" if address else "")


def _advertiser(respondent: Respondent) -> tuple[str, str]:
    return (respondent.advertiser_address, "") if respondent.advertiser_address else _business(respondent)


_FIELDS: dict[str, Callable[[Respondent], tuple[str, str]]] = {
    "actual_place": _business,
    "registered_place": _seat,
    "platform_shown_place": lambda r: (r.shown_address, ""),
    "platform_registered_place": lambda r: (r.platform_seat, ""),
    "place_of_act": _act,
    "publisher_place": lambda r: (r.publisher_address, ""),
    "advertiser_place": _advertiser,
    "agency_place": lambda r: (r.agency_address, ""),
}


def _candidate(place: str, found: Located, rule: Jurisdiction, note: str) -> Candidate | None:
    division = found.county or ("" if rule.level == "county" else found.city)
    if not division:
        return None
    first = place in rule.also
    reasons = [f"{rule.citation.label}：{'先行收到的，' if first else ''}{_PLACES[place]}"]
    reasons += [*found.reasons, *([note] if note else []), *([rule.note] if rule.note and not first else [])]
    confidence = _SCORES[found.confidence] - (15 if note else 0) - (20 if first else 0)
    return Candidate(
        place=place,
        division=division,
        division_name=full_place_name(division),
        town=found.town,
        confidence=max(10, confidence),
        reasons=reasons,
        article=rule.citation.label,
        level=rule.level,
        first_receiver=first,
    )


def _merged(candidates: list[Candidate]) -> list[Candidate]:
    """One candidate per division, in the order of the article, with the reasons of all."""
    merged: dict[str, Candidate] = {}
    for candidate in candidates:
        before = merged.get(candidate.division)
        if before is None:
            merged[candidate.division] = candidate
        else:
            more = [reason for reason in candidate.reasons if reason not in before.reasons]
            merged[candidate.division] = replace(
                before,
                reasons=[*before.reasons, *more],
                confidence=max(before.confidence, candidate.confidence),
                town=before.town or candidate.town,
            )
    return list(merged.values())


def _without_article(respondent: Respondent) -> Routing:
    address = respondent.act_address or respondent.address or respondent.registered_address
    found = locate(address) if address else Located()
    division = found.county or found.city
    if not division:
        return Routing("", [], ["没有可以确定县（市、区）的地址"])
    candidate = Candidate(
        place="actual_place",
        division=division,
        division_name=full_place_name(division),
        town=found.town,
        confidence=max(10, _SCORES[found.confidence] - 10),
        reasons=["咨询和其他事项没有管辖条文，按填写的地址", *found.reasons],
        article="",
        level="county",
    )
    return Routing("", [candidate], [])
