"""The report on paper: what a bureau publishes, as a PDF. The words and numbers go to typst as data, never as source."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from django.utils.translation import gettext as _

from jiesu.insight.charts import MOST_BARS
from jiesu.insight.edition import published
from jiesu.insight.figures import GROUPS, KINDS, Unit
from jiesu.insight.reports import Measured, Report, Table
from jiesu.insight.showing import (
    as_of,
    change,
    group_rows,
    kind_word,
    region_rows,
    shown,
    table_rows,
    title,
    words,
)

SOURCE = Path(__file__).parent / "data" / "report.typ"
FIRST = ("contacts", "complaints", "on_time_rate", "mediation_success_rate", "recovered_yuan")
#: Tables whose first column holds sentences.
WIDE = frozenset({"refusals_by_ground", "terminations_by_ground", "clocks"})


def pdf(report: Report) -> bytes:
    """The report for the bureau itself, with every number, as a PDF with fonts of its own."""
    return _printed(
        report, as_of(report), _("%(title)s　内部资料，公布请用公开版") % {"title": title(report)}
    )


def open_pdf(report: Report, *, threshold: int) -> bytes:
    """The report as a bureau publishes it: of small numbers, and of what would tell them, none is printed.

    Args:
        report: of a region's whole year that is over.
        threshold: the smallest number shown, besides zero.

    Raises:
        InsightError: ``bad_period``: not such a year.
    """
    note = _("%(as_of)s；“—”表示没有数据，或者数字不足 %(n)d 件或能由它推算出这样的数字，不予公布") % {
        "as_of": as_of(report),
        "n": threshold,
    }
    return _printed(published(report, threshold=threshold), note, title(report))


def _printed(report: Report, note: str, footer: str) -> bytes:
    compiled = typst.compile(
        SOURCE,
        root=SOURCE.parent,
        font_paths=[pylopdf_fonts_zh_cn.sans_path().parent],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_told(report, note, footer), ensure_ascii=False)},
        format="pdf",
    )
    return bytes(compiled)


def _told(report: Report, note: str, footer: str) -> dict[str, Any]:
    return {
        "title": title(report),
        "as_of": note,
        "footer": footer,
        "words": {
            "summary": _("概况"),
            "course": _("来件变化"),
            "regions": _("分辖区"),
            "account": _("指标口径"),
            "source": _("来源："),
        },
        "first": [
            {"label": str(m.figure.label), "value": shown(m), "note": _compared(m)}
            for key in FIRST
            if (m := report.by_key.get(key)) is not None
        ],
        "summary": summary(report),
        "course": {
            "labels": [moment.label for moment in report.course],
            "names": [kind_word(kind) for kind in KINDS],
            "series": [[moment.kinds[kind] for moment in report.course] for kind in KINDS],
            "sums": [sum(moment.kinds.values()) for moment in report.course],
            "before": [moment.before for moment in report.course],
            "before_name": _("上年同期"),
        },
        "regions": region_rows(report),
        "groups": [
            {"label": str(label), "rows": rows}
            for group, label in GROUPS.items()
            if len(rows := group_rows(report, group)) > 1
        ],
        "tables": [
            {
                "label": str(t.breakdown.label),
                "rows": table_rows(t, compared=report.compared),
                "wide": t.breakdown.key in WIDE,
                "bars": _bars(t) if t.breakdown.chart else [],
            }
            for t in report.tables
            if t.rows
        ],
        "account": [
            {"label": str(each.label), "formula": str(each.formula), "source": str(each.source)}
            for each in report.declared
        ],
    }


def _bars(table: Table) -> list[dict[str, Any]]:
    column = table.columns[-1]
    return [
        {"name": row.name, "value": int(row.values[-1] or 0), "words": words(row.values[-1], column.unit)}
        for row in table.rows[:MOST_BARS]
    ]


def _compared(m: Measured) -> str:
    return _("同比 %(change)s") % {"change": change(m)} if m.change is not None else ""


def _more(m: Measured | None) -> str:
    """The change in a sentence; nothing where there is nothing to compare with."""
    if m is None or m.change is None:
        return ""
    if m.change == 0:
        return _("，与上年同期持平")
    share = abs(m.change) * 100
    values = {"share": f"{share:.2f}" if m.figure.unit == Unit.RATE else f"{share:.1f}"}
    if m.figure.unit == Unit.RATE:
        up, down = _("，同比上升 %(share)s 个百分点"), _("，同比下降 %(share)s 个百分点")
    else:
        up, down = _("，同比增长 %(share)s%%"), _("，同比下降 %(share)s%%")
    return (up if m.change > 0 else down) % values


def summary(report: Report) -> list[str]:
    """What a reader should take away, in sentences. What there is no number for is left out."""
    by_key = report.by_key

    def told(text: str, *keys: str) -> str:
        found = [by_key.get(key) for key in keys]
        if any(m is None or m.value is None for m in found):
            return ""
        return text % {k: shown(m) + (_more(m) if m else "") for k, m in by_key.items() if k in keys}

    period = {"when": report.scope.period.label, "name": report.name}
    contacts = by_key.get("contacts")
    if contacts is None or contacts.value is None:
        return []
    if not contacts.value:
        return [_("%(when)s，%(name)s没有来件。") % period]
    lines = [
        _("%(when)s，%(name)s") % period
        + told(_("共收到消费者来件 %(contacts)s 件"), "contacts")
        + told(_("，其中投诉 %(complaints)s 件"), "complaints")
        + told(_("、举报 %(reports)s 件、咨询 %(consultations)s 件"), "reports", "consultations")
        + _("。"),
        told(_("受理投诉 %(complaints_accepted)s 件、"), "complaints_accepted")
        + told(_("办结 %(complaints_closed)s 件"), "complaints_closed")
        + told(_("，按期办结率 %(on_time_rate)s"), "on_time_rate")
        + told(_("；半数在 %(days_to_close_median)s内办结"), "days_to_close_median")
        + told(_("，九成在 %(days_to_close_p90)s内办结"), "days_to_close_p90")
        + _("。"),
    ]
    recovered = by_key.get("recovered_yuan")
    if recovered is not None and recovered.value:
        text = told(_("调解成功率 %(mediation_success_rate)s；"), "mediation_success_rate")
        lines.append(text + told(_("为消费者挽回经济损失 %(recovered_yuan)s"), "recovered_yuan") + _("。"))
    subjects = next((t for t in report.tables if t.breakdown.key == "complaints_by_subject"), None)
    complaints = report.value("complaints")
    if subjects is not None and subjects.rows and complaints:
        most = [
            _("%(name)s（%(share)s）")
            % {"name": r.name, "share": words(Decimal(int(r.values[-1] or 0)) / int(complaints), Unit.RATE)}
            for r in subjects.rows[:5]
            if r.values[-1]
        ]
        lines.append(_("投诉较多的类别依次为：%(most)s。") % {"most": _("、").join(most)})
    return lines
