"""Which day's law a decision cites: that of the decision, or by setting that of the period it ends."""

from __future__ import annotations

from datetime import date

from jiesu.cases.facts import CaseState
from jiesu.cases.lifecycle.fields import SHANGHAI

#: The periods that a decision may end, the latest stage first.
STAGES = (
    "complaint.mediation",
    "complaint.acceptance",
    "report.verification",
    "lead.verification",
    "lead.found_otherwise",
)


def act_day(case: CaseState, on: date) -> date:
    """The day whose articles, grounds and forms govern a decision taken on ``on``.

    A decision cites the law of its own day. Under the setting ``transition.act`` = ``start_day`` (not statutory) it
    cites that of the day on which the period began; the setting is kept with the clock.
    """
    for rule in STAGES:
        clock = case.last_clock(rule)
        if clock is not None:
            if clock.options.get("transition.act") == "start_day":
                return clock.started_at.astimezone(SHANGHAI).date()
            return on
    return on
