"""Who calls: a bearer token, its scopes, and the person's rights of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.tokens import Scope, find_bearer
from jiesu.web.api.problems import Code, Problem, unauthenticated


@dataclass(frozen=True)
class Caller:
    """Whoever calls, and when. ``actor`` is None for a citizen without a token."""

    actor: Actor | None
    at: datetime

    @property
    def staff(self) -> Actor:
        """The member of staff behind the token."""
        if self.actor is None:
            raise unauthenticated()
        return self.actor


class Bearer(HttpBearer):
    """A token with one scope; the person's own rights limit it further."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller, or None for a token that is none.

        Raises:
            Problem: ``scope_missing``.
        """
        at = timezone.now()
        bearer = find_bearer(token, at=at)
        if bearer is None:
            return None
        if not bearer.may(self.scope):
            raise Problem(
                Code.SCOPE_MISSING,
                _("令牌没有“%(scope)s”的权限范围，请换用有此范围的令牌。") % {"scope": self.scope.label},
                data={"scope": self.scope.value},
            )
        return Caller(actor=actor_for(bearer.staff, at), at=at)


class OptionalBearer(Bearer):
    """A token where there is one; without any, a citizen. A token that is wrong is refused, never overlooked."""

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" not in request.headers:
            return Caller(actor=None, at=timezone.now())
        return super().__call__(request)


def caller(request: HttpRequest) -> Caller:
    """Whoever was let in by the operation's ``auth``."""
    return cast(Caller, request.auth)  # type: ignore[attr-defined]
