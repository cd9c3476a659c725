"""Tables of insight, by part."""

from jiesu.insight.hotspots.models import (
    ConsumerWarning,
    Decision,
    Member,
    NoticeAddress,
    NoticeStep,
    Opinion,
    Progress,
    Single,
    Spot,
    SupervisionNotice,
)
from jiesu.insight.means import PublishedMean
from jiesu.insight.tallies.models import Cell, Tally, TallyState

__all__ = [
    "Cell",
    "ConsumerWarning",
    "Decision",
    "Member",
    "NoticeAddress",
    "NoticeStep",
    "Opinion",
    "Progress",
    "PublishedMean",
    "Single",
    "Spot",
    "SupervisionNotice",
    "Tally",
    "TallyState",
]
