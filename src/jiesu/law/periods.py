"""The registry of periods: which instruments set a rule on a day, and which of them governs."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from jiesu.law.errors import Code, LawError
from jiesu.law.model import Citation, Period, Provision, Rule, Unit
from jiesu.law.source import Row, citation, names, rows


@dataclass(frozen=True, slots=True)
class Counting:
    """How a family of periods is counted, with its source."""

    family: str
    citation: Citation
    note: str


@dataclass(frozen=True, slots=True)
class Regime:
    """What a rule says on one stretch of days: every provision, the governing one first."""

    rule: Rule
    provisions: tuple[Provision, ...]
    counting: tuple[Counting, ...]
    notes: tuple[str, ...]

    @property
    def governing(self) -> Provision:
        """The provision whose period is counted."""
        return self.provisions[0]


def rule(rule_id: str) -> Rule:
    """One rule by id; raises `unknown_rule`.

    >>> rule("complaint.acceptance").provisions[0].citation.article
    '第十五条'
    """
    try:
        return _registry()[rule_id]
    except KeyError:
        raise LawError(Code.UNKNOWN_RULE, rule=rule_id) from None


def rules(*, statutory: bool | None = None) -> tuple[Rule, ...]:
    """All rules, or only the statutory ones, or only the promises of the service."""
    return tuple(r for r in _registry().values() if statutory is None or r.statutory is statutory)


def regime(rule_id: str, *, on: date) -> Regime:
    """What the rule says for a period that starts (or, by setting, was received) on that day.

    Among the provisions that set the period the higher-ranking one governs; of equal rank the
    later. Raises `unknown_rule` and `not_in_force`.
    """
    try:
        starts, regimes = _timeline(rule_id)
    except KeyError:
        raise LawError(Code.UNKNOWN_RULE, rule=rule_id) from None
    at = bisect_right(starts, on.toordinal()) - 1
    found = regimes[at] if at >= 0 else None
    if found is None:
        reason = _ended().get(rule_id, "")
        why = f"：{reason}" if reason and _is_over(rule_id, on=on) else ""
        raise LawError(Code.NOT_IN_FORCE, what=rule_id, on=on, why=why)
    return found


@cache
def _registry() -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for row in rows(folder="rules", list_name="rules"):
        if row["id"] in found:
            raise LawError(Code.BAD_DATA, where=row["id"], why="规则重复")
        found[row["id"]] = Rule(
            id=row["id"],
            title=row["title"],
            statutory=row.get("statutory", True),
            starts=row["starts"],
            met_by=row["met_by"],
            responsible=row["responsible"],
            pausable_by=names(row.get("pausable_by")),
            counting=row["counting"],
            chosen_by=row.get("chosen_by", "start"),
            rulebook=names(row.get("rulebook")),
            note=row.get("note", ""),
            provisions=tuple(_provision(p) for p in row["provisions"]),
        )
    return found


def _provision(row: Row) -> Provision:
    period = row["period"]
    unit = Unit(period["unit"])
    extension = row.get("extension")
    return Provision(
        citation=citation(row),
        sets=row.get("role", "sets") == "sets",
        period=Period(period["number"], unit) if "number" in period else None,
        unit=unit,
        option=period.get("option"),
        max_extensions=extension["times"] if extension else 0,
        extension=Period(extension["number"], Unit(extension["unit"])) if extension else None,
    )


@cache
def _countings() -> tuple[Counting, ...]:
    return tuple(
        Counting(family=row["family"], citation=citation(row), note=row.get("note", ""))
        for row in rows(folder="counting", list_name="counting")
    )


@cache
def _ended() -> dict[str, str]:
    return {row["id"]: row["ended"] for row in rows(folder="rules", list_name="rules") if "ended" in row}


def _is_over(rule_id: str, *, on: date) -> bool:
    ends = [p.citation.valid_to for p in rule(rule_id).provisions]
    return all(end is not None and end < on for end in ends)


@cache
def _timeline(rule_id: str) -> tuple[list[int], list[Regime | None]]:
    """Ordinals at which the answer changes, with the answer from there on."""
    entry = _registry()[rule_id]
    sources = [p.citation for p in entry.provisions]
    sources += [c.citation for c in _countings() if c.family == entry.counting]
    edges = {s.valid_from for s in sources}
    edges |= {s.valid_to + timedelta(days=1) for s in sources if s.valid_to is not None}
    ordered = sorted(edges)
    return [d.toordinal() for d in ordered], [_at(entry, on=d) for d in ordered]


def _at(entry: Rule, *, on: date) -> Regime | None:
    standing = [p for p in entry.provisions if p.citation.in_force(on=on)]
    if not standing:
        return None
    setting = [p for p in standing if p.sets] or standing
    governing = max(setting, key=_precedence)
    rest = sorted((p for p in standing if p is not governing), key=_precedence, reverse=True)
    counting = tuple(c for c in _countings() if c.family == entry.counting and c.citation.in_force(on=on))
    return Regime(
        rule=entry,
        provisions=(replace(governing, governs=True), *rest),
        counting=counting,
        notes=_notes(entry, governing=governing, counting=counting),
    )


def _precedence(provision: Provision) -> tuple[bool, int, date]:
    source = provision.citation
    return provision.sets, source.instrument.rank.height, source.valid_from


def _notes(entry: Rule, *, governing: Provision, counting: tuple[Counting, ...]) -> tuple[str, ...]:
    found = [] if entry.statutory else ["服务承诺，非法定期限，不影响任何法定期限"]
    if entry.note:
        found.append(entry.note)
    if governing.citation.status != "read_in_full":
        found.append("所引条文未读到原文，须经法制机构确认")
    found += [c.note for c in counting if c.note]
    return tuple(found)
