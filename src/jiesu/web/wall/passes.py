"""A pass to the wall alone. A screen hangs on while nobody touches it; the desk behind it closes when it lies idle.

Whoever opens a wall with a session gets the pass beside it, in a cookie of the wall's own addresses. What the wall asks by
itself is no use of the session: that ends after its idle time, and the wall goes on, with counts and nothing else, until
the pass ends a day after it was opened. Roles are read anew each time; another password or signing out ends the pass.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from jiesu.people.authentication import StaffBackend
from jiesu.people.models import Staff

NAME = "jiesu_wall"
LASTS = timedelta(days=1)


def issue(response: HttpResponse, staff: Staff) -> None:
    """Gives somebody who is signed in a pass for a day."""
    response.set_signed_cookie(
        NAME,
        f"{staff.pk}:{staff.get_session_auth_hash()}",
        salt=NAME,
        max_age=LASTS,
        path=reverse("wall:wall"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def holder(request: HttpRequest) -> Staff | None:
    """Whose pass comes with a request; None without one that is good."""
    held = request.get_signed_cookie(NAME, default=None, salt=NAME, max_age=LASTS)
    if not held:
        return None
    number, _colon, proof = held.partition(":")
    staff = StaffBackend().get_user(int(number))
    if staff is None or not constant_time_compare(proof, staff.get_session_auth_hash()):
        return None
    return staff


def end(response: HttpResponse) -> None:
    """Takes the pass away, as whoever signs out expects."""
    response.delete_cookie(NAME, path=reverse("wall:wall"), samesite="Lax")
