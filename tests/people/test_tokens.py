"""Bearer tokens: shown once, kept as a hash, ended at once."""

from datetime import UTC, datetime, timedelta

import pytest

from jiesu.people.actors import SYSTEM, Actor
from jiesu.people.errors import Code, PeopleError
from jiesu.people.models import ApiToken, Staff
from jiesu.people.tokens import Scope, find_bearer, issue_token, revoke_token
from jiesu.places.queries import by_key

pytestmark = pytest.mark.django_db

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)


@pytest.fixture
def staff() -> Staff:
    return Staff.objects.create(
        username="api", name="接口", organisation=by_key("430900-centre"), created_at=AT
    )


def test_a_token_opens_for_its_owner_and_its_scopes(staff: Staff) -> None:
    issued = issue_token(staff=staff, name="热线对接", scopes=[Scope.CONTACTS_WRITE], actor=SYSTEM, at=AT)

    bearer = find_bearer(issued.secret, at=AT)

    assert bearer is not None
    assert bearer.staff == staff
    assert bearer.may(Scope.CONTACTS_WRITE)
    assert not bearer.may(Scope.CASES_READ)
    stored = ApiToken.objects.get()
    assert issued.secret not in str(stored.__dict__)
    assert issued.secret.endswith(stored.hint)


@pytest.mark.parametrize("secret", ["", "jiesu_", "jiesu_wrong", "Bearer x", "x" * 10_000, "jiesu_\x00"])
def test_a_wrong_token_opens_nothing(staff: Staff, secret: str) -> None:
    issue_token(staff=staff, name="热线对接", actor=SYSTEM, at=AT)

    assert find_bearer(secret, at=AT) is None


def test_a_revoked_expired_or_ownerless_token_opens_nothing(staff: Staff) -> None:
    owner = Actor(staff_id=staff.pk)
    revoked = issue_token(staff=staff, name="一", actor=owner, at=AT)
    expiring = issue_token(staff=staff, name="二", actor=owner, at=AT, expires_at=AT + timedelta(days=1))
    lasting = issue_token(staff=staff, name="三", actor=owner, at=AT)

    revoke_token(token=revoked.token, actor=owner, at=AT)

    assert find_bearer(revoked.secret, at=AT) is None
    assert find_bearer(expiring.secret, at=AT) is not None
    assert find_bearer(expiring.secret, at=AT + timedelta(days=1)) is None
    Staff.objects.filter(pk=staff.pk).update(is_active=False)
    assert find_bearer(lasting.secret, at=AT) is None


def test_use_is_noted_once_a_minute(staff: Staff, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    issued = issue_token(staff=staff, name="热线对接", actor=SYSTEM, at=AT)

    find_bearer(issued.secret, at=AT)
    with django_assert_num_queries(1):
        find_bearer(issued.secret, at=AT + timedelta(seconds=59))

    assert ApiToken.objects.get().last_used_at == AT


def test_others_tokens_belong_to_the_security_administrator(staff: Staff) -> None:
    stranger = Actor(staff_id=staff.pk + 1, roles=frozenset({"head", "system_admin"}))

    with pytest.raises(PeopleError) as caught:
        issue_token(staff=staff, name="x", actor=stranger, at=AT)
    assert caught.value.code is Code.NOT_ALLOWED
    with pytest.raises(PeopleError) as caught:
        issue_token(staff=staff, name="x", scopes=["all"], actor=SYSTEM, at=AT)
    assert caught.value.code is Code.BAD_SCOPE
