"""A draft that was sent back, for whoever drafts again: its fields, with grounds as the law of the day numbers them."""

from __future__ import annotations

from datetime import date

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lawbook import meaning, refusal_grounds, termination_grounds
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.lawday import act_day
from jiesu.cases.models import Proposal

#: Fields that hold the key of a ground.
GROUNDS = ("ground", "item")


def former_draft(case: CaseState, action: str, on: date) -> Data:
    """The fields of the last draft of an action if it was sent back; empty otherwise.

    Free texts are references to passages of the case. A ground stands as the one of the same meaning in the law that
    governs the decision on ``on``; one that this law does not know is left to be chosen.
    """
    draft = Proposal.objects.filter(case_id=case.number, action=action).order_by("-seq").first()
    if draft is None or draft.status != "rejected":
        return {}
    drafted = draft.proposed_at.astimezone(SHANGHAI).date()
    data = dict(draft.data)
    for name in GROUNDS:
        if data.get(name):
            data[name] = same_ground(str(data[name]), before=drafted, on=act_day(case, on))
    return data


def same_ground(key: str, *, before: date, on: date) -> str:
    """The ground that means on one day what a key meant on another; empty where the law knows none, as it stands
    where it is in force on both.

    >>> same_ground("20.15.3", before=date(2026, 4, 14), on=date(2026, 4, 15))
    '121.16.3'
    """
    if meaning(key, on):
        return key
    meant = meaning(key, before)
    found = (g.key for g in (*refusal_grounds(on), *termination_grounds(on)) if meant and g.meaning == meant)
    return next(found, "")
