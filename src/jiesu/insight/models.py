"""Tables of insight, by part."""

from jiesu.insight.hotspots.models import ConsumerWarning, Decision, Member, Opinion, Progress, Single, Spot

__all__ = ["ConsumerWarning", "Decision", "Member", "Opinion", "Progress", "Single", "Spot"]
