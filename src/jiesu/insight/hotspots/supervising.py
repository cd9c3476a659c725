"""Supervision out of a hot spot: every open case of it that the actor sees is urged, each through its own action, and the
bureaus that handle them get a notice with a day by which to answer (``notices``).

Nothing is passed over in silence: what could not be urged comes back with the reason, and the record says how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.models import Case
from jiesu.insight.hotspots import notices, queries
from jiesu.insight.hotspots.deeds import may_decide
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.keeping import day_of
from jiesu.insight.hotspots.models import Decision, Deed, SupervisionNotice
from jiesu.insight.hotspots.queries import HotSpot
from jiesu.people.actors import Actor

#: More in one request would keep the person waiting; those due first go first, the rest are named as left.
MOST = 100
NOTE = 500


@dataclass(frozen=True)
class Outcome:
    """What became of one case: ``problem`` says why it was not urged, empty where it was."""

    case: Case
    problem: str


def open_cases(actor: Actor, spot: HotSpot) -> QuerySet[Case]:
    """The open cases of a hot spot that the actor may see, those due first at the head."""
    rows = queries.cases_of(actor, spot).filter(closed_at=None).select_related("organisation")
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def bureaus(actor: Actor, spot: HotSpot) -> list[tuple[str, int]]:
    """The bureaus below that handle open cases of a hot spot, and how many; one query."""
    rows = queries.cases_of(actor, spot).filter(closed_at=None, organisation__isnull=False)
    counted = rows.exclude(organisation_id=actor.authority_id or 0).order_by()
    named = counted.values_list("organisation__short_name").annotate(n=Count("pk"))
    return sorted(named, key=lambda pair: (-pair[1], pair[0]))


def below(actor: Actor, spot: HotSpot) -> int:
    """How many of these other bureaus handle: a bureau supervises those below it, not itself."""
    return open_cases(actor, spot).exclude(organisation_id=actor.authority_id or 0).count()


def prefilled(spot: HotSpot) -> str:
    """The words of the supervision, to be changed by whoever sends it.

    No number stands in them: every bureau reads them, and by the difference from its own cases it would learn how many
    another has.
    """
    return _(
        "热点督办：“%(label)s”近期来件集中。请尽快办理所列办件，核查是否存在普遍问题，按期答复办理和核查情况。"
    ) % {"label": spot.label}


def supervise(
    *, spot: int, note: str, answer_by: date | None, key: str, actor: Actor, at: datetime
) -> tuple[list[Outcome], SupervisionNotice | None]:
    """Urge the open cases of a hot spot, at most ``MOST``, and send the bureaus that handle them one notice.

    Args:
        note: what is told with each case, and asked in the notice.
        answer_by: the last day of the answer, in Asia/Shanghai; a wish of the bureau, no period of law.
        key: the same for the same sending: sent twice, each case is urged once and there is one notice.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``hot_spot_reason_needed``,
            ``notice_bad_day``, ``hot_spot_nothing_open``.
    """
    if not may_decide(actor) or actor.staff_id is None or actor.authority_id is None:
        raise HotSpotError(Code.NOT_PERMITTED)
    note = " ".join(note.split())
    if not 2 <= len(note) <= NOTE:
        raise HotSpotError(Code.REASON_NEEDED)
    if answer_by is None or answer_by <= day_of(at):
        raise HotSpotError(Code.BAD_DAY)
    hot = queries.one(actor, spot, at=at)
    cases = list(open_cases(actor, hot)[:MOST])
    if not cases:
        raise HotSpotError(Code.NOTHING_OPEN)
    found = [Outcome(case, _urge(case, note, f"{key}:{case.pk}", actor, at)) for case in cases]
    urged = [outcome.case for outcome in found if not outcome.problem]
    with transaction.atomic():
        notice = notices.issue(
            spot=hot.key,
            title=hot.label,
            note=note,
            answer_by=answer_by,
            cases=urged,
            key=key,
            actor=actor,
            at=at,
        )
        if not Decision.objects.filter(spot_id=hot.key, deed=Deed.SUPERVISE, data__key=key).exists():
            Decision.objects.create(
                spot_id=hot.key,
                organisation_id=actor.authority_id,
                deed=Deed.SUPERVISE,
                at=at,
                staff_id=actor.staff_id,
                data={"key": key, "asked": len(found), "done": len(urged)},
            )
    return found, notice


def _urge(case: Case, note: str, key: str, actor: Actor, at: datetime) -> str:
    """Urges one case; gives what stood in the way."""
    try:
        act(case.pk, "urge", {"note": note}, actor=actor, at=at, key=key)
    except ActionError as refused:
        if case.organisation_id == actor.authority_id:
            return _("由本机关承办，请直接安排办理")
        return _("；").join(refused.fields.values()) or refused.message
    return ""
