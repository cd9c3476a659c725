"""What an installation holds from its first start on: divisions, organisations, and the demonstration if wanted."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jiesu.cases import keys
from jiesu.cases.models import Case
from jiesu.config import demonstration, static_files
from jiesu.config.examples import load as examples
from jiesu.config.postgres_install import DatabaseServerError
from jiesu.people.models import Staff
from jiesu.places.loading import load_divisions, load_organisations


def reference() -> int:
    """Add what is shipped and not there yet; what an administrator changed stays.

    :returns: rows added.
    """
    return load_divisions().added + load_organisations().added


def run(*, demo: bool) -> None:
    """Fill a fresh installation; on a later start this only looks.

    :param demo: whether to load the demonstration into an installation without any staff.
    """
    _ensure_ring()
    static_files.collect()
    with transaction.atomic():
        reference()
    if demo and not Staff.objects.exists():
        # All or nothing: an interrupted first start begins anew.
        with transaction.atomic():
            now = timezone.now()
            demonstration.load(now=now)
            examples.load(now=now)
    _name_accounts()


def _ensure_ring() -> None:
    """Make the key ring of a new installation; one that has cases and no ring must not get another.

    :raises DatabaseServerError: the ring is gone.
    """
    if not keys.ring_path().is_file() and Case.objects.exists():
        raise DatabaseServerError(
            f"有办件而没有密钥环 {keys.ring_path()}；请从密钥备份恢复它。"
            f" / There are cases but no key ring {keys.ring_path()}: restore it from the back-up of the keys."
        )
    keys.ensure_ring()


def _name_accounts() -> None:
    """Leave what ``jiesu up`` prints: the demonstration accounts that are there and can be used."""
    path = settings.JIESU.home / "run" / "accounts.txt"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(demonstration.text())
