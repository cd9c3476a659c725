"""What a person has exported: how far each sheet is, what is in it, until when it is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from jiesu.cases import exports
from jiesu.cases.models import ExportRun
from jiesu.people.actors import Actor
from jiesu.web.desk.doors import DeskRequest
from jiesu.web.desk.frame import page


@dataclass(frozen=True)
class Shown:
    """One sheet as the page shows it."""

    run: ExportRun
    words: str
    moving: bool
    may_fetch: bool
    removed_at: datetime | None

    @property
    def refused(self) -> bool:
        """Written, but with rights that the asker no longer has."""
        return self.run.status == ExportRun.Status.DONE and not self.may_fetch


def shown(actor: Actor, at: datetime) -> dict[str, Any]:
    """The part of the page that moves. Its version stands still while nothing has changed."""
    runs = list(exports.own(actor, at=at)[: exports.MOST_KEPT])
    rows = [_shown(run, actor) for run in runs]
    state = " ".join(f"{r.pk}.{r.status}.{r.rows}.{r.total}" for r in runs)
    return {
        "rows": rows,
        "moving": sum(row.moving for row in rows),
        "version": hashlib.blake2s(state.encode(), digest_size=8).hexdigest(),
    }


def _shown(run: ExportRun, actor: Actor) -> Shown:
    done = run.status == ExportRun.Status.DONE
    return Shown(
        run=run,
        words=exports.asked(run).words,
        moving=run.status in exports.UNDER_WAY,
        may_fetch=done and exports.entitled(run, actor),
        removed_at=run.finished_at + exports.KEPT if run.finished_at else None,
    )


def listed(request: DeskRequest, *, problem: str = "", wish: dict[str, str] | None = None) -> HttpResponse:
    """The page of a person's exports.

    Args:
        problem: what was refused, and what to do.
        wish: words and address of a long list that was not asked for by a post yet.
    """
    context = {
        "title": _("我的导出"),
        "problem": problem,
        "wish": wish,
        "hours": int(exports.KEPT.total_seconds()) // 3600,
        **shown(request.actor, request.now),
    }
    return page(request, "exports/list.html", context, current="exports:list", status=409 if problem else 200)
