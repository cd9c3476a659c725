"""Which actions of a table make no sense for a case as it stands; they are not offered, though the guards decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from jiesu.cases.facts import CaseState
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.table import Row
from jiesu.cases.step import GOES_ON, STOPPED, lawful

#: Sources of choices that are empty when there is nothing to do.
EMPTY_MEANS_NOTHING = frozenset(
    {"unproven", "planned_sessions", "proposals", "extendable", "agents", "parties", "flags"}
)

#: Action → what must hold of the case for it to make sense.
SENSIBLE: dict[str, Callable[[CaseState], bool]] = {
    "confirm_kind": lambda c: not c.facts.confirmed or c.state == "registered",
    "assign": lambda c: c.assignee is None,
    "reassign": lambda c: c.assignee is not None or c.office is not None,
    "request_recusal": lambda c: not c.facts.recusal_pending,
    "decide_recusal": lambda c: c.facts.recusal_pending,
    "end_appraisal": lambda c: c.facts.appraisal == "appraisal",
    "end_testing": lambda c: c.facts.appraisal == "testing",
    "end_identification": lambda c: c.facts.appraisal == "identification",
    "start_appraisal": lambda c: not c.facts.appraisal,
    "start_testing": lambda c: not c.facts.appraisal,
    "start_identification": lambda c: not c.facts.appraisal,
    "dispute_jurisdiction": lambda c: not c.facts.dispute,
    "settle_dispute": lambda c: bool(c.facts.dispute),
    "refer_dispute": lambda c: c.facts.dispute == "negotiating",
    "designate_jurisdiction": lambda c: bool(c.facts.dispute),
    "finish_assistance": lambda c: c.facts.open_parts > 0,
    "keep_whole": lambda c: c.facts.mixed == "suggested",
    "return_to_centre": lambda c: not c.facts.dispute,
    "commission": lambda c: c.facts.commissioned is None,
    "end_commission": lambda c: c.facts.commissioned is not None,
    "withdraw": lambda c: c.facts.withdrawn_on is None,
    "record_joint_consent": lambda c: len(c.parties("complainant")) > 1,
    "inform_no_authority": lambda c: c.state == "registered" or c.facts.direct,
    "end_as_secret": lambda c: STOPPED in c.facts.flags,
    "inform_complainant": lambda c: c.clock("informant.advertising") is not None,
    "record_arrival": lambda c: c.clock("service.on_site_hour") is not None,
    "report_back": lambda c: c.clock("service.report_back") is not None,
    "reply_to_12345": lambda c: c.channel == "12345" or c.clock("service.hotline_12345") is not None,
    "enter_own_procedure": lambda c: any(k.running and k.rule.startswith("other.") for k in c.clocks),
}


def pointless(row: Row, case: CaseState, on: date) -> bool:
    """Whether a row whose state fits is still not offered: nothing to choose from, stopped, not yet or no more law."""
    if STOPPED in case.facts.flags and row.action not in GOES_ON:
        return True
    if row.only_with_law and not lawful(row, case, on):
        return True
    sensible = SENSIBLE.get(row.action)
    if sensible is not None and not sensible(case):
        return True
    return any(
        field.required
        and isinstance(field.choices, str)
        and field.choices in EMPTY_MEANS_NOTHING
        and not resolve(field, case, on)
        for field in row.fields
    )
