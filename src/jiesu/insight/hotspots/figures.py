"""The figures of supervision notices and consumer warnings, each declared once; what they count: ``tallies.sources``."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from jiesu.insight.figures import Figure, Group, Label, Unit, Value, rate
from jiesu.insight.hotspots.notices import ABOVE
from jiesu.insight.scope import READERS
from jiesu.insight.tallies.keeping import Counts

NOTICES: Label = _("督办单（以发出机关计，按发出之日归入期间）")
WARNINGS: Label = _("消费警示（以发布机关计，按发布之日归入期间）")


def _count(name: str) -> Callable[[Counts], int]:
    return lambda counts: counts[name]


def _on_time(counts: Counts) -> Value:
    met = counts["notices.on_time"]
    return rate(met, met + counts["notices.late"])


def _declared(
    key: str,
    label: Label,
    formula: Label,
    source: Label,
    of: Callable[[Counts], Value],
    readers: frozenset[str],
    unit: Unit = Unit.COUNT,
) -> Figure:
    """None is open data: the few that a bureau sends in a year are small numbers, nearly all of them."""
    return Figure(key, label, unit, Group.SUPERVISION, formula, source, of, readers=readers, published=False)


SUPERVISION: tuple[Figure, ...] = (
    _declared("notices_sent", _("发出督办单"), _("发出的督办单件数，一件发往几个机关仍计一次"), NOTICES,
              _count("notices.sent"), ABOVE),
    _declared("notices_addressed", _("被督办机关"), _("督办单发往的机关数，同一机关每件督办单计一次"), NOTICES,
              _count("notices.addressed"), ABOVE),
    _declared("notices_accepted", _("督办答复已认可"), _("答复已经认可的被督办机关数，同一机关每件督办单计一次"), NOTICES,
              _count("notices.accepted"), ABOVE),
    _declared("notices_withdrawn", _("督办已撤回"), _("督办已经撤回的被督办机关数，同一机关每件督办单计一次"), NOTICES,
              _count("notices.withdrawn"), ABOVE),
    _declared("notices_on_time_rate", _("督办按期答复率"),
              _("按期答复 ÷（按期答复 + 逾期答复 + 答复日期已过尚未答复）；退回补充的按重新定的日期和其后的答复计，撤回的不计"), NOTICES,
              _on_time, ABOVE, Unit.RATE),
    _declared("warnings_published", _("发布消费警示"), _("经批准发布的消费警示，后来撤下的仍计"), WARNINGS,
              _count("warnings.published"), READERS),
)  # fmt: skip
