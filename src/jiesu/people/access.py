"""The record of looking: who revealed, exported, downloaded or opened what. Rows are only ever added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jiesu.people.actors import Actor
from jiesu.people.models import AccessAct, AccessLog


def record_access(
    *,
    actor: Actor,
    act: AccessAct | str,
    at: datetime,
    case_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one line to the access log.

    Args:
        actor: who looked; a citizen or the system is written without a staff member.
        act: one of :class:`AccessAct`.
        at: when.
        case_id: number of the case, if it is about one.
        detail: codes, counts, field names and file numbers; never what was seen.

    Raises:
        ValueError: no such act.
    """
    AccessLog.objects.create(
        at=at,
        staff_id=actor.staff_id,
        organisation_id=actor.organisation_id,
        act=AccessAct(act),
        case_id=case_id,
        detail=dict(detail or {}),
    )
