"""What `jiesu law` prints: pure functions from text to text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from jiesu.law.accounts import explain
from jiesu.law.calendar import Calendar
from jiesu.law.coverage import counts, covered
from jiesu.law.deadlines import due
from jiesu.law.errors import Code, LawError
from jiesu.law.periods import rules


def due_text(
    rule: str,
    start_text: str,
    *,
    calendar: Calendar | None = None,
    options: Mapping[str, object] | None = None,
) -> str:
    """Last day, provisional or not, articles and the day-by-day account.

    `start_text`: ISO date or time, naive = Asia/Shanghai. Raises LawError as `due`, and `bad_start`.

    >>> print(due_text("complaint.acceptance", "2026-09-25T10:30").splitlines()[0])
    2026-10-12　确定　《市场监督管理投诉举报处理办法》第十五条
    """
    found = due(rule, start=_moment(start_text), calendar=calendar, options=options)
    if found.suspended:
        head = "停表中"
    else:
        last = found.ends_at.isoformat(timespec="minutes") if found.ends_at else str(found.last_day)
        head = f"{last}　{'暂定' if found.provisional else '确定'}"
    label = found.citation.label if found.statutory else "服务承诺（非法定）"
    return f"{head}　{label}\n\n{explain(found)}"


def rules_text() -> str:
    """Every period with its id, title, length per instrument."""
    lines = []
    for rule in rules():
        mark = "" if rule.statutory else "（非法定）"
        lines.append(f"{rule.id}　{rule.title}{mark}")
        for p in rule.provisions:
            length = p.period.label if p.period else f"设置 {p.option}"
            more = f"，可延长 {p.max_extensions} 次 {p.extension.label}" if p.extension else ""
            until = p.citation.valid_to or ""
            lines.append(
                f"    {p.citation.instrument.short}{p.citation.article}　{length}{more}　{p.citation.valid_from}–{until}"
            )
    return "\n".join(lines)


def coverage_text() -> str:
    """Counts of the rule book, and the rules that are not implemented."""
    total = counts()
    lines = [f"{name}: {number}" for name, number in total.items()]
    lines += [f"not yet: {e.id} {e.source} {e.limit}" for e in covered() if not e.implemented]
    return "\n".join(lines)


def _moment(text: str) -> datetime | date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise LawError(Code.BAD_START, start=text) from None
