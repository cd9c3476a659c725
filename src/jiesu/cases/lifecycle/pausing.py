"""Start and end of what stops a period: appraisal, testing, identification by the holder of a right.

Its time is not counted (order 121 art. 22, order 20 art. 20; Penalty Procedure art. 18(2)): from commission to receipt
of the report, both days with their documents.
"""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jiesu.cases.lifecycle import folds, guards
from jiesu.cases.lifecycle.common import NOTE
from jiesu.cases.lifecycle.fields import Field, Label, Type
from jiesu.cases.lifecycle.table import By, Guard, Pause, Predicate, Resume, Row


def rows(
    kind: str,
    name: Label,
    *,
    rules: tuple[str, ...],
    starts: frozenset[str],
    ends: frozenset[str],
    who: tuple[By, ...],
    body: Label,
    article: str,
    to: str | None = None,
    guards_too: tuple[Guard, ...] = (),
    resumes: Predicate | None = None,
) -> tuple[Row, Row]:
    """The two actions of one kind of pause.

    Args:
        kind: stable name of what pauses, part of the actions' names.
        rules: clocks that stand still meanwhile; those that run.
        starts, ends: states in which it may begin and end.
        body: label of the field for who appraises, tests or identifies.
        to: state in which beginning it leaves the case.
        resumes: the clocks go on with its end only if this holds.
    """
    return (
        Row(
            action=f"start_{kind}",
            label=format_lazy(_("开始{name}"), name=name),
            states=starts,
            to=to,
            who=who,
            fields=(
                Field("since", Type.DATE, _("委托日期"), past=True, prefill="today"),
                Field("body", Type.LINE, body, length=120),
                Field("document", Type.LINE, _("委托书编号"), length=120),
                NOTE,
            ),
            guards=(guards.nothing_suspended, *guards_too, guards.pause_not_before_start),
            fold=folds.pause(kind),
            moves=tuple(Pause(rule, "since") for rule in rules),
            article=article,
        ),
        Row(
            action=f"end_{kind}",
            label=format_lazy(_("{name}结束"), name=name),
            states=ends,
            who=who,
            fields=(
                Field("until", Type.DATE, _("收到结果日期"), past=True, prefill="today"),
                Field("document", Type.LINE, _("报告编号"), length=120),
                Field("result", Type.TEXT, _("结论")),
            ),
            guards=(guards.appraisal_runs(kind),),
            fold=folds.pause(""),
            moves=tuple(Resume(rule, "until", when=resumes) for rule in rules),
            article=article,
        ),
    )
