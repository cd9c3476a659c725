"""What a case in work waits for while no clock runs. Whatever else has no clock is a fault of the tables."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState
from jiesu.cases.kinds import ENDED, Kind, State
from jiesu.cases.lifecycle.fields import Label

#: States in which all is decided, so that only proof of telling or the close is left.
DECIDED = frozenset(
    {
        State.REFUSED,
        State.AGREED,
        State.TERMINATED,
        State.WITHDRAWN,
        State.DECLINED,
        State.NO_AUTHORITY,
        State.TRANSFERRED,
        State.REPEATED,
        State.ANSWERED,
        State.REDIRECTED,
    }
)


def waits_for(case: CaseState) -> Label:
    """In words what a case without a running clock waits for; empty where a clock runs or ought to.

    Consultations and other matters have no period of their own once a bureau has them (order 121 art. 44).
    """
    if case.state in ENDED or any(c.running for c in case.clocks):
        return ""
    if case.state in DECIDED or case.state == State.FILED:
        if case.unproven():
            return _("等待告知的送达证明")
        return _("等待立案案件的处理结果") if case.state == State.FILED else _("等待核对并办结")
    if case.kind in (Kind.CONSULTATION, Kind.OTHER) and case.state == State.ROUTED:
        return _("等待答复；办法没有规定期限")
    return ""
