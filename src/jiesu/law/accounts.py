"""The account of a deadline for a person: which articles, which days counted, which did not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from jiesu.law.days import Day, DayKind
from jiesu.law.deadlines import Deadline
from jiesu.law.model import Citation, Status, Unit

_WEEKDAYS = "一二三四五六日"
# Longer counts are shown as runs of days: three years line by line help nobody.
_LONGEST_BY_DAY = 110
_RANK_LABELS = {
    "law": "法律",
    "administrative_regulation": "行政法规",
    "judicial_interpretation": "司法解释",
    "department_rule": "部门规章",
    "normative_document": "规范性文件",
    "service": "服务承诺",
}
_STATUS_LABELS = {
    Status.READ_IN_FULL: "",
    Status.SECOND_HAND: "〔二手资料，待确认〕",
    Status.FROM_MEMORY: "〔凭记忆，待确认〕",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account. `kind` is stable; `day`, `until` and `number` are set for day lines."""

    kind: str
    text: str
    day: date | None = None
    until: date | None = None
    number: int | None = None


def explain(deadline: Deadline) -> str:
    """The account as Chinese text, one line per article, day and note.

    Periods of up to about a hundred days are told day by day, longer ones in runs.
    """
    return "\n".join(line.text for line in account(deadline))


def account(deadline: Deadline) -> list[Line]:
    """The account as a list of lines that can be shown, stored or tested."""
    return [*_head(deadline), *_sources(deadline), *_day_lines(deadline), *_end(deadline), *_notes(deadline)]


def _head(d: Deadline) -> Iterator[Line]:
    kind = "法定期限" if d.statutory else "服务承诺（非法定）"
    yield Line("title", f"{d.title}〔{kind}，{d.rule}〕")
    yield Line("start", f"起算：{_stamp(d)}", day=d.start.date())
    period = f"期限：{d.period.label}"
    if d.extensions:
        period += f"，经批准延长 {d.extensions} 次，共 {d.total.label}"
    yield Line("period", period)


def _stamp(d: Deadline) -> str:
    day = _day(d.start.date())
    return day if d.start.time().isoformat() == "00:00:00" else f"{day} {d.start:%H:%M}"


def _sources(d: Deadline) -> Iterator[Line]:
    for provision in d.instruments:
        role = "适用" if provision.governs else ("并列规定" if provision.sets else "上位法依据")
        length = f"，{provision.period.label}" if provision.period else ""
        yield Line("source", f"{role}：{_cited(provision.citation)}{length}")
    for counting in d.counting:
        if counting.citation.instrument.key != "service":
            yield Line("counting", f"计算方法：{_cited(counting.citation)}")


def _cited(source: Citation) -> str:
    rank = _RANK_LABELS[source.instrument.rank]
    quote = f"：“{source.quote}”" if source.quote else ""
    if source.instrument.key == "service":
        return source.article
    return f"{source.label}（{rank}）{_STATUS_LABELS[source.status]}{quote}"


def _day_lines(d: Deadline) -> Iterator[Line]:
    for start, end in d.pauses:
        until = f"至 {end}" if end else "起，尚未结束"
        yield Line("pause", f"停表：{start} {until}，不计入期限", day=start, until=end)
    if d.total.unit is Unit.HOUR:
        return
    if d.total.unit in (Unit.MONTH, Unit.YEAR):
        yield Line("count", f"{_day(d.start.date())} 起算当日不计入；到期月的对应日为 {d.nominal_last_day}")
        return
    walked = d.walk()
    if len(walked) <= _LONGEST_BY_DAY:
        for line in walked:
            yield _one(d, line)
        return
    for (kind, reason), run in groupby(walked, key=lambda line: (line.kind, line.reason)):
        yield _run(kind, reason, list(run))


def _one(d: Deadline, line: Day) -> Line:
    head = _day(line.day)
    if line.number is not None:
        why = f"（{line.reason}）" if line.reason else ""
        text = f"{head}　计入第{line.number}日{why}"
    elif line.kind is DayKind.START:
        text = f"{head}　{line.reason}"
    elif line.kind is DayKind.ROLLED:
        text = f"{head}　{_rolled(d, line.day)}"
    else:
        text = f"{head}　不计入：{line.reason}"
    return Line(line.kind.value, text, day=line.day, number=line.number)


def _rolled(d: Deadline, day: date) -> str:
    if day == d.last_day:
        return "期限顺延至本日届满"
    name = d.calendar.holiday_name(day)
    return f"顺延：{name}放假" if name else "顺延：周末"


def _run(kind: DayKind, reason: str, run: list[Day]) -> Line:
    first, last = run[0], run[-1]
    span = str(first.day) if first is last else f"{first.day} 至 {last.day}"
    if first.number is not None:
        numbers = f"第{first.number}日" if first is last else f"第{first.number}至{last.number}日"
        text = f"{span}　计入{numbers}{f'（{reason}）' if reason else ''}"
    else:
        text = f"{span}　不计入：{reason}"
    return Line(kind.value, text, day=first.day, until=last.day, number=last.number)


def _end(d: Deadline) -> Iterator[Line]:
    if d.suspended:
        yield Line("suspended", "期限停表中，停表结束后重新计算最后一日")
        return
    if d.ends_at is not None:
        yield Line("last", f"届满：{d.ends_at:%Y-%m-%d %H:%M}", day=d.last_day)
        return
    assert d.last_day is not None
    if d.nominal_last_day != d.last_day and d.nominal_last_day is not None:
        name = d.calendar.holiday_name(d.nominal_last_day)
        why = f"{name}放假" if name else "周末（设置 weekend_rollover）"
        yield Line(
            "rolled",
            f"第{d.total.number}日 {_day(d.nominal_last_day)} 是{why}，顺延"
            if d.total.unit is Unit.CALENDAR_DAY
            else f"{_day(d.nominal_last_day)} 是{why}，顺延",
        )
    mark = "（暂定）" if d.provisional else ""
    yield Line("last", f"最后一日：{_day(d.last_day)}，至当日24时{mark}", day=d.last_day)


def _notes(d: Deadline) -> Iterator[Line]:
    if d.provisional:
        yield Line("provisional", "暂定：所经年份的放假安排尚未公布，按普通周末计算，公布后重新计算")
    elif d.last_day is not None and _late_december(d):
        yield Line("note", f"说明：{d.last_day.year + 1} 年放假安排公布时可能调整 12 月末的日期")
    for note in d.notes:
        yield Line("note", f"说明：{note}")
    yield Line("calendar", f"日历：{d.calendar_version}")


def _late_december(d: Deadline) -> bool:
    # Two notices so far (for 2019 and 2023) spoke of the last days of the December before.
    last = d.last_day
    return last is not None and (last.month, last.day) >= (12, 29) and not d.calendar.published(last.year + 1)


def _day(day: date) -> str:
    return f"{day} 周{_WEEKDAYS[day.weekday()]}"
