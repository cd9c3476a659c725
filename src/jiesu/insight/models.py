"""Tables of insight, by part."""

from jiesu.insight.hotspots.models import ConsumerWarning, Decision, Member, Opinion, Progress, Single, Spot
from jiesu.insight.means import PublishedMean
from jiesu.insight.tallies.models import Cell, Tally, TallyState

__all__ = [
    "Cell",
    "ConsumerWarning",
    "Decision",
    "Member",
    "Opinion",
    "Progress",
    "PublishedMean",
    "Single",
    "Spot",
    "Tally",
    "TallyState",
]
