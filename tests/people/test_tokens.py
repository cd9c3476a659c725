"""Bearer tokens: shown once, kept as a hash, ended at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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


def test_whose_token_it_is_is_looked_up_for_one_person_however_many_work_here(staff: Staff) -> None:
    # given a thousand colleagues, of whom few have tokens: joined from their side, the roles of all would be read
    Staff.objects.bulk_create(
        Staff(username=f"api{n}", name="接口", organisation=staff.organisation, created_at=AT)
        for n in range(1000)
    )
    issued = [issue_token(staff=staff, name=f"第{n}个", actor=SYSTEM, at=AT) for n in range(9)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_staff, people_apitoken, people_roleassignment")

    # when PostgreSQL plans the statement once for all values
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as sent:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        assert find_bearer(issued[-1].secret, at=AT) is not None
        text = next(q["sql"] for q in sent.captured_queries if "people_apitoken" in q["sql"])
        cursor.execute(f"EXPLAIN (GENERIC_PLAN) {numbered(text)}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    # then one account is read by its key, and the roles for it alone
    assert "using people_staff_pkey" in plan
    assert "Index Cond: (id = (InitPlan" in plan
    assert "Seq Scan on people_staff" not in plan


def numbered(statement: str) -> str:
    """The statement with PostgreSQL's own marks for its values."""
    marks: dict[str, int] = {}
    return re.sub(r"%\((\w+)\)s", lambda m: f"${marks.setdefault(m[1], len(marks) + 1)}", statement)
