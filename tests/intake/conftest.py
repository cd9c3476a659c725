"""Given: who takes a contact in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from tests.intake.given import AT


@pytest.fixture
def staff(db: None) -> Callable[[str], Actor]:
    """Gives the actor that a demonstration account is at ``AT``."""

    def actor(username: str) -> Actor:
        return actor_for(Staff.objects.select_related("organisation__parent").get(username=username), AT)

    return actor
