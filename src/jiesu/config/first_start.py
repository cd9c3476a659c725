"""What an installation holds from its first start on: divisions, organisations, and the demonstration if wanted."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jiesu.config import demonstration, static_files
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
    static_files.collect()
    with transaction.atomic():
        reference()
    if demo and not Staff.objects.exists():
        # All or nothing: an interrupted first start begins anew.
        with transaction.atomic():
            demonstration.load(now=timezone.now())
    _name_accounts()


def _name_accounts() -> None:
    """Leave what ``jiesu up`` prints: the demonstration accounts that are there and can be used."""
    path = settings.JIESU.home / "run" / "accounts.txt"
    there = list(
        Staff.objects.filter(is_demonstration=True, is_active=True).values_list("username", flat=True)
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(demonstration.text(there) if there else "")
