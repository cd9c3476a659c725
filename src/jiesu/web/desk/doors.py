"""Who may enter a page of the desk, and as whom: one actor per request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from jiesu.cases.errors import ActionError, Code
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request of a member of staff: who acts, and the instant at which everything in it happens."""

    actor: Actor
    now: datetime
    staff: Staff


View = Callable[Concatenate[DeskRequest, P], HttpResponse]
Entered = Callable[..., HttpResponse]


def by_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def desk(*roles: str) -> Callable[[View[P]], Entered]:
    """A view for staff, with ``request.actor`` and ``request.now``; of these roles only, if any are named.

    Signed out: to the login page, and from there back. Without the role: 403.
    """

    def wrap(view: View[P]) -> Entered:
        @wraps(view)
        def entered(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if isinstance(user, AnonymousUser) or not isinstance(user, Staff):
                return to_login(request)
            wanted: Any = request
            wanted.now = timezone.now()
            wanted.staff = user
            wanted.actor = actor_for(user, wanted.now)
            if roles and not wanted.actor.has(*roles):
                raise PermissionDenied
            try:
                return view(wanted, *args, **kwargs)
            except ActionError as error:
                if error.code == Code.CASE_NOT_FOUND:
                    raise Http404(error.message) from error
                raise

        return entered

    return wrap


def to_login(request: HttpRequest) -> HttpResponse:
    """The way to the login page; a part of a page makes the whole page go there."""
    back = request.headers.get("HX-Current-URL", "") if by_htmx(request) else request.get_full_path()
    url = f"{reverse('account_login')}?next={quote(back)}"
    if by_htmx(request):
        return HttpResponse(status=200, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
