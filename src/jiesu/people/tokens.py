"""Bearer tokens for the API: shown once, kept as a hash."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jiesu.people.access import record_access
from jiesu.people.actors import Actor
from jiesu.people.entering import with_row
from jiesu.people.errors import Code, PeopleError
from jiesu.people.models import AccessAct, ApiToken, Staff
from jiesu.people.roles import Role

_PREFIX = "jiesu_"
_BYTES = 32
# A busy client would otherwise write a row with every request.
_USED_EVERY = timedelta(minutes=1)


class Scope(models.TextChoices):
    """What a token may do; the person's own rights limit it further."""

    CONTACTS_WRITE = "contacts:write", _("登记来件")
    CASES_READ = "cases:read", _("读取办件")
    CASES_ACT = "cases:act", _("办理办件")
    REPORTS_READ = "reports:read", _("读取统计")


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token: ``secret`` is shown to the person once and never again."""

    token: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever came with a valid token."""

    staff: Staff
    token: ApiToken
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Tell whether the token has the scope."""
        return scope in self.scopes


def issue_token(
    *,
    staff: Staff,
    name: str,
    at: datetime,
    scopes: Iterable[str] = Scope.values,
    expires_at: datetime | None = None,
    actor: Actor,
) -> Issued:
    """Issue a token to ``staff``: by the person, a security administrator, or the command line.

    Raises:
        PeopleError: ``bad_scope``, ``not_allowed``.
    """
    wanted = list(dict.fromkeys(str(scope) for scope in scopes))
    for scope in wanted:
        if scope not in Scope.values:
            raise PeopleError(Code.BAD_SCOPE, scope=scope)
    _may(actor, staff.pk)
    secret = _PREFIX + secrets.token_urlsafe(_BYTES)
    token = ApiToken.objects.create(
        token_hash=_hash(secret),
        hint=secret[-4:],
        name=name,
        staff=staff,
        scopes=wanted,
        created_at=at,
        expires_at=expires_at,
    )
    record_access(
        actor=actor,
        act=AccessAct.TOKEN,
        at=at,
        detail={"token": token.pk, "staff": staff.pk, "scopes": wanted},
    )
    return Issued(token=token, secret=secret)


def find_bearer(secret: str, *, at: datetime) -> Bearer | None:
    """Whoever the token belongs to; None if it is unknown, expired, revoked or its owner inactive.

    Only a hash of 256 random bits is looked up, so the time taken tells nothing about the token.
    """
    if not secret.startswith(_PREFIX):
        return None
    wanted = _hash(secret)
    token = _find(wanted, at)
    if token is None or not hmac.compare_digest(token.token_hash, wanted):
        return None
    if not token.staff.is_active or (token.expires_at is not None and token.expires_at <= at):
        return None
    if token.last_used_at is None or at - token.last_used_at >= _USED_EVERY:
        token.last_used_at = at
        token.save(update_fields=("last_used_at",))
    return Bearer(staff=token.staff, token=token, scopes=frozenset(token.scopes))


def _find(token_hash: str, at: datetime) -> ApiToken | None:
    """The token that is not revoked, with its owner as whoever enters."""
    found = with_row(
        ApiToken,
        owner="staff_id",
        where="t.token_hash = %(hash)s AND t.revoked_at IS NULL",
        values={"hash": token_hash},
        at=at,
    )
    if found is None:
        return None
    staff, token = found
    token.scopes = json.loads(token.scopes)
    token._state.fields_cache["staff"] = staff
    return cast(ApiToken, token)


def revoke_token(*, token: ApiToken, actor: Actor, at: datetime) -> None:
    """End a token; a revoked one stays so.

    Raises:
        PeopleError: ``not_allowed``.
    """
    _may(actor, token.staff_id)
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=("revoked_at",))
        record_access(actor=actor, act=AccessAct.TOKEN, at=at, detail={"token": token.pk, "revoked": True})


def _may(actor: Actor, staff_id: int) -> None:
    if not (actor.system or actor.staff_id == staff_id or actor.has(Role.SECURITY_ADMIN)):
        raise PeopleError(Code.NOT_ALLOWED, what=gettext("管理他人的接口令牌"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
