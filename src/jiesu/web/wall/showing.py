"""A snapshot in numbers and words, as the page draws them. Only what stands here leaves the server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from jiesu.cases.facts import SHANGHAI
from jiesu.cases.kinds import Kind
from jiesu.insight import showing
from jiesu.insight.figures import KINDS, Label, figure
from jiesu.insight.wall.hot import HotMatter
from jiesu.insight.wall.snapshot import Part, Rates, Snapshot
from jiesu.insight.wall.today import NO_CASE, UNSORTED, Due
from jiesu.insight.wall.usual import STEP
from jiesu.insight.words import subject_word

#: Subjects shown, and organisations with something due.
SUBJECTS, LISTED = 8, 7
#: Shades of a tile, from nothing to the most.
SHADES = 5
WEEKDAYS: tuple[Label, ...] = (
    later("星期一"), later("星期二"), later("星期三"), later("星期四"), later("星期五"), later("星期六"), later("星期日"),
)  # fmt: skip
#: What no part has yet, by what the wall is divided into.
OWN: Mapping[str, Label] = {
    "city": later("省本级"),
    "county": later("市本级"),
    "office_id": later("未分到所"),
}


def shown(taken: Snapshot) -> dict[str, Any]:
    """The whole wall. Everything in it is a count, a rate, or a word from a list of this system."""
    return {
        "at": taken.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "name": taken.ground.name,
        "day": _day(taken),
        "contacts": {
            "count": taken.contacts.count,
            "compared": compared(taken.contacts.count, taken.ordinary),
            "kinds": _kinds(taken),
        },
        "course": _course(taken),
        "done": [
            {"label": _("已受理"), "count": taken.done.accepted},
            {"label": _("作出决定"), "count": taken.done.decided},
            {"label": _("办结案件"), "count": taken.done.closed},
        ],
        "due": {"late": taken.due.late, "today": taken.due.today, "soon": taken.due.soon},
        "owing": _owing(taken),
        "tiles": _tiles(taken),
        "subjects": _subjects(taken),
        "unsorted": taken.contacts.subjects.get(UNSORTED, 0),
        "matters": [_matter(m) for m in taken.matters] if taken.matters is not None else None,
        "rates": _rates(taken.rates),
    }


def _day(taken: Snapshot) -> dict[str, str]:
    day = taken.day
    return {
        "date": _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day},
        "weekday": str(WEEKDAYS[day.weekday()]),
        "note": day_note(taken),
    }


def day_note(taken: Snapshot) -> str:
    """Whether people work today, and which holiday it is."""
    if taken.holiday:
        return _("%(holiday)s假期") % {"holiday": taken.holiday}
    if taken.working_day:
        return _("调休上班") if taken.day.weekday() > 4 else _("工作日")
    return _("休息日")


def compared(count: int, ordinary: float | None) -> dict[str, str]:
    """A count against the ordinary: a sign, words, and a direction for the colour."""
    if ordinary is None:
        return {"sign": "", "words": _("对照天数不足"), "way": "none"}
    usual = round(ordinary)
    words = _("平常此时 %(usual)s 件") % {"usual": f"{usual:,}"} if usual else _("平常此时不到 1 件")
    if usual == 0 or round(100 * (count - ordinary) / ordinary) == 0:
        way = "same" if count == usual else "up" if count > usual else "down"
        sign = "＝" if way == "same" else f"{'▲' if way == 'up' else '▼'} {abs(count - usual):,}"
        return {"sign": sign, "words": words, "way": way}
    share = 100 * (count - ordinary) / ordinary
    sign = f"{'▲' if share > 0 else '▼'} {abs(share):.0f}%"
    return {"sign": sign, "words": words, "way": "up" if share > 0 else "down"}


def _kinds(taken: Snapshot) -> list[dict[str, Any]]:
    found = {kind.value: taken.contacts.kinds.get(kind.value, 0) for kind in KINDS}
    found[Kind.OTHER.value] += sum(n for kind, n in taken.contacts.kinds.items() if kind not in found)
    return [{"label": str(Kind(kind).label), "count": count} for kind, count in found.items()]


def _course(taken: Snapshot) -> dict[str, Any]:
    """Contacts by minute as they came, and the ordinary day as a curve; both since midnight."""
    return {
        "now": taken.minute,
        "step": STEP,
        "minutes": sorted(taken.contacts.minutes.items()),
        "usual": [round(n, 1) for n in taken.usual.course] if taken.usual else [],
        "days": taken.usual.days if taken.usual else 0,
    }


def _name(part: Part, taken: Snapshot) -> str:
    return part.tile.name or str(OWN[taken.ground.level.part])


def _tiles(taken: Snapshot) -> list[dict[str, Any]]:
    most = max((part.count for part in taken.parts), default=0)
    return [
        {
            "name": _name(part, taken),
            "row": part.tile.row,
            "column": part.tile.column,
            "count": part.count,
            "shade": -(-SHADES * part.count // most) if most else 0,
            "hot": part.hot,
            "late": part.due.late,
            "today": part.due.today,
        }
        for part in taken.parts
    ]


def _owing(taken: Snapshot) -> list[dict[str, Any]]:
    """The parts with most to do at once; the others together, so that the columns add up."""
    ordered = sorted(
        (p for p in taken.parts if p.due.urgent),
        key=lambda p: (-p.due.late, -p.due.today, -p.due.soon, p.tile.key),
    )
    first = ordered[: LISTED if len(ordered) <= LISTED else LISTED - 1]
    rest = [part.due for part in ordered[len(first) :]]
    rows = [(_name(part, taken), part.due) for part in first]
    if rest:
        rows.append((_("其余 %(n)d 个") % {"n": len(rest)}, sum(rest, Due())))
    return [{"name": name, "late": due.late, "today": due.today, "soon": due.soon} for name, due in rows]


def _subjects(taken: Snapshot) -> list[dict[str, Any]]:
    named = {code: n for code, n in taken.contacts.subjects.items() if code not in (UNSORTED, NO_CASE)}
    first = sorted(named.items(), key=lambda item: (-item[1], item[0]))[:SUBJECTS]
    most = first[0][1] if first else 0
    return [{"label": subject_word(code), "count": n, "share": round(100 * n / most)} for code, n in first]


def _matter(matter: HotMatter) -> dict[str, Any]:
    return {
        "subject": subject_word(matter.subject),
        "words": _("、").join(matter.words),
        "places": _("、").join(matter.places),
        "people": matter.people,
        "growing": matter.growing,
    }


def _rates(rates: Rates) -> dict[str, Any]:
    rows = []
    for rate in rates.values:
        declared = figure(rate.key)
        if declared is None:
            continue
        rows.append(
            {
                "label": str(declared.label),
                "value": showing.words(rate.value, declared.unit),
                "share": None if rate.value is None else float(round(100 * Decimal(rate.value), 2)),
            }
        )
    return {"rows": rows, "as_of": _clock(rates.as_of)}


def _clock(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%H:%M}" if at else ""
