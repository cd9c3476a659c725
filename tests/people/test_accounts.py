"""Accounts, roles and leave cover: who may give what to whom, and what an actor then is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from jiesu.config.private_database import PrivateServer
from jiesu.people.access import record_access
from jiesu.people.accounts import (
    change_password,
    cover_leave,
    create_staff,
    deactivate,
    end_role,
    grant_role,
    staff_with_role,
)
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM, Actor, citizen
from jiesu.people.authentication import StaffBackend
from jiesu.people.demonstration import ACCOUNTS, DEMO_PASSWORD, load_accounts
from jiesu.people.errors import Code, PeopleError
from jiesu.people.models import AccessAct, AccessLog, LeaveCover, RoleAssignment, Staff
from jiesu.people.roles import Role
from jiesu.places.queries import by_key

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
DAY = date(2026, 9, 1)
ZIYANG = "430902-bureau"


def person(username: str, *roles: Role, at: str = ZIYANG) -> Staff:
    """A member of staff with roles from 2026-09-01 on."""
    organisation = by_key(at)
    staff = create_staff(username=username, name=username, organisation=organisation, actor=SYSTEM, at=AT)
    for role in roles:
        grant_role(staff=staff, role=role, organisation=organisation, valid_from=DAY, actor=SYSTEM, at=AT)
    return staff


def error(caught: pytest.ExceptionInfo[PeopleError]) -> Code:
    assert str(caught.value)
    return caught.value.code


@pytest.mark.django_db
def test_an_actor_knows_organisation_bureau_and_region() -> None:
    staff = person("new.handler", Role.HANDLER, at="430902005-office")

    actor = actor_for(staff, AT)

    assert actor.is_staff
    assert actor.roles == {"handler"}
    assert actor.organisation_id == actor.office_id == by_key("430902005-office").pk
    assert actor.authority_id == by_key(ZIYANG).pk
    assert (actor.province, actor.city, actor.county) == ("430000", "430900", "430902")


@pytest.mark.django_db
def test_a_council_has_no_bureau() -> None:
    actor = actor_for(person("new.council", Role.COUNCIL, at="430902-council"), AT)

    assert actor.authority_id is None
    assert actor.county == "430902"


@pytest.mark.django_db
def test_citizens_and_the_system_are_no_staff() -> None:
    assert not citizen("informant").is_staff
    assert citizen("informant").party == "informant"
    assert SYSTEM.system
    assert not SYSTEM.is_staff


@pytest.mark.django_db
def test_an_actor_takes_few_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    person("new.handler", Role.HANDLER, at="430902005-office")
    staff = Staff.objects.select_related("organisation__parent").get(username="new.handler")

    with django_assert_max_num_queries(2):
        actor_for(staff, AT)


@pytest.mark.django_db
def test_a_role_lasts_from_its_first_to_its_last_day_in_shanghai() -> None:
    staff = person("new.head")
    grant_role(
        staff=staff,
        role=Role.HEAD,
        organisation=by_key(ZIYANG),
        valid_from=DAY,
        valid_to=date(2026, 9, 2),
        actor=SYSTEM,
        at=AT,
        acting=True,
    )

    # 16:00 UTC is midnight in Shanghai.
    assert actor_for(staff, datetime(2026, 8, 31, 15, 59, tzinfo=UTC)).roles == set()
    assert actor_for(staff, datetime(2026, 8, 31, 16, 0, tzinfo=UTC)).roles == {"head"}
    assert actor_for(staff, datetime(2026, 9, 2, 15, 59, tzinfo=UTC)).roles == {"head"}
    assert actor_for(staff, datetime(2026, 9, 2, 16, 0, tzinfo=UTC)).roles == set()


@pytest.mark.django_db
def test_ending_a_role_keeps_it_on_record() -> None:
    staff = person("new.head", Role.HEAD)
    assignment = RoleAssignment.objects.get(staff=staff)

    end_role(assignment=assignment, last_day=DAY, actor=SYSTEM, at=AT)

    assert actor_for(staff, AT + timedelta(days=1)).roles == set()
    assert RoleAssignment.objects.filter(staff=staff).count() == 1


@pytest.mark.django_db
def test_a_closed_account_has_no_roles() -> None:
    staff = person("new.head", Role.HEAD)

    deactivate(staff=staff, actor=SYSTEM, at=AT)

    assert actor_for(staff, AT).roles == set()
    assert staff not in staff_with_role(Role.HEAD, organisations={by_key(ZIYANG).pk}, at=AT)


@pytest.mark.django_db
def test_administration_security_audit_and_work_are_separated() -> None:
    staff = person("new.auditor", Role.AUDITOR, at="430900-bureau")

    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.HANDLER):
        with pytest.raises(PeopleError) as caught:
            grant_role(
                staff=staff, role=role, organisation=staff.organisation, valid_from=DAY, actor=SYSTEM, at=AT
            )
        assert error(caught) is Code.ROLES_SEPARATED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "sits", "where"),
    [
        (Role.HANDLER, ZIYANG, "430903-bureau"),
        (Role.OFFICEHEAD, ZIYANG, ZIYANG),
        (Role.HEAD, "430902005-office", "430902005-office"),
        (Role.COUNCIL, ZIYANG, ZIYANG),
        (Role.DISPATCHER, "430902-council", "430902-council"),
        (Role.CALLTAKER, "430902005-office", "430902005-office"),
    ],
)
def test_a_role_is_held_where_it_belongs(role: Role, sits: str, where: str) -> None:
    staff = person("new.person", at=sits)

    with pytest.raises(PeopleError) as caught:
        grant_role(staff=staff, role=role, organisation=by_key(where), valid_from=DAY, actor=SYSTEM, at=AT)

    assert error(caught) is Code.ROLE_NOT_HERE


@pytest.mark.django_db
def test_a_role_is_given_once_by_a_security_administrator_and_to_another() -> None:
    security = person("new.security", Role.SECURITY_ADMIN, at="430900-bureau")
    giver = actor_for(security, AT)
    staff = person("new.head", Role.HEAD)

    with pytest.raises(PeopleError) as caught:
        grant_role(staff=staff, role="head", organisation=by_key(ZIYANG), valid_from=DAY, actor=giver, at=AT)
    assert error(caught) is Code.ROLE_HELD
    with pytest.raises(PeopleError) as caught:
        grant_role(
            staff=security,
            role="handler",
            organisation=security.organisation,
            valid_from=DAY,
            actor=giver,
            at=AT,
        )
    assert error(caught) is Code.NOT_ALLOWED
    with pytest.raises(PeopleError) as caught:
        grant_role(
            staff=staff,
            role="legal",
            organisation=by_key(ZIYANG),
            valid_from=DAY,
            actor=actor_for(staff, AT),
            at=AT,
        )
    assert error(caught) is Code.NOT_ALLOWED
    with pytest.raises(PeopleError) as caught:
        grant_role(
            staff=staff,
            role="legal",
            organisation=by_key(ZIYANG),
            valid_from=DAY,
            valid_to=DAY - timedelta(days=1),
            actor=giver,
            at=AT,
        )
    assert error(caught) is Code.BAD_PERIOD


@pytest.mark.django_db
def test_a_security_administrator_makes_no_accounts() -> None:
    giver = actor_for(person("new.security", Role.SECURITY_ADMIN, at="430900-bureau"), AT)

    with pytest.raises(PeopleError) as caught:
        create_staff(username="x.y", name="x", organisation=by_key(ZIYANG), actor=giver, at=AT)

    assert error(caught) is Code.NOT_ALLOWED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("大写", None, Code.BAD_USERNAME),
        ("UPPER", None, Code.BAD_USERNAME),
        ("a", None, Code.BAD_USERNAME),
        ("handler", None, Code.USERNAME_TAKEN),
        ("new.person", "123456", Code.WEAK_PASSWORD),
        ("new.person", "1234567890123", Code.WEAK_PASSWORD),
    ],
)
def test_a_bad_account_is_refused(username: str, password: str | None, code: Code) -> None:
    load_accounts(at=AT)

    with pytest.raises(PeopleError) as caught:
        create_staff(
            username=username,
            name="某人",
            organisation=by_key(ZIYANG),
            password=password,
            actor=SYSTEM,
            at=AT,
        )

    assert error(caught) is code


@pytest.mark.django_db
def test_the_deputy_acts_with_the_roles_of_whoever_is_away() -> None:
    head = person("new.head", Role.HEAD)
    deputy = person("new.deputy", Role.HANDLER, at="430902005-office")

    cover_leave(
        absent=head, deputy=deputy, since=DAY, until=date(2026, 9, 3), actor=actor_for(head, AT), at=AT
    )

    during = actor_for(deputy, AT)
    assert during.roles == {"handler", "head"}
    assert during.covers == {head.pk}
    after = actor_for(deputy, AT + timedelta(days=3))
    assert (after.roles, after.covers) == ({"handler"}, frozenset())


@pytest.mark.django_db
def test_leave_is_covered_inside_one_bureau_by_another_working_person() -> None:
    head = person("new.head", Role.HEAD)
    auditor = person("new.auditor", Role.AUDITOR)
    stranger = person("new.heshan", Role.HANDLER, at="430903001-office")
    gone = person("new.gone", Role.HANDLER)
    deactivate(staff=gone, actor=SYSTEM, at=AT)

    for deputy in (head, auditor, stranger, gone):
        with pytest.raises(PeopleError) as caught:
            cover_leave(absent=head, deputy=deputy, since=DAY, until=DAY, actor=SYSTEM, at=AT)
        assert error(caught) is Code.BAD_COVER
    with pytest.raises(PeopleError) as caught:
        cover_leave(
            absent=head,
            deputy=person("new.other"),
            since=DAY,
            until=DAY,
            actor=actor_for(stranger, AT),
            at=AT,
        )
    assert error(caught) is Code.NOT_ALLOWED
    with pytest.raises(IntegrityError), transaction.atomic():
        LeaveCover.objects.create(absent=head, deputy=head, since=DAY, until=DAY)


@pytest.mark.django_db
def test_looking_is_recorded() -> None:
    staff = person("new.handler", Role.HANDLER)

    record_access(
        actor=actor_for(staff, AT),
        act="reveal",
        case_id=4309022600000000001,
        detail={"field": "phone"},
        at=AT,
    )
    record_access(actor=citizen("complainant"), act=AccessAct.DOWNLOAD, at=AT)

    row = AccessLog.objects.get(act="reveal")
    assert (row.staff, row.organisation, row.case_id) == (staff, staff.organisation, 4309022600000000001)
    assert AccessLog.objects.get(act="download").staff is None
    with pytest.raises(ValueError, match="peek"):
        record_access(actor=SYSTEM, act="peek", at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["UPDATE people_accesslog SET act = 'x'", "DELETE FROM people_accesslog", "TRUNCATE people_accesslog"],
)
def test_the_access_log_cannot_be_changed(statement: str) -> None:
    record_access(actor=SYSTEM, act=AccessAct.EXPORT, at=AT)

    with (
        pytest.raises((InternalError, ProgrammingError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_not_even_the_owner_changes_the_access_log(own_database: str, server: PrivateServer) -> None:
    record_access(actor=SYSTEM, act=AccessAct.EXPORT, at=AT)

    for statement in (
        "UPDATE people_accesslog SET act = 'x'",
        "DELETE FROM people_accesslog",
        "TRUNCATE people_accesslog",
    ):
        with server.connect("jiesu_owner", name=own_database) as owner, pytest.raises(InsufficientPrivilege):
            owner.execute(statement)
    assert AccessLog.objects.filter(act="export").count() == 1


@pytest.mark.django_db
def test_passwords_are_checked_and_changed() -> None:
    staff = create_staff(
        username="new.person",
        name="某人",
        organisation=by_key(ZIYANG),
        password="Zi-yang-2026!",
        actor=SYSTEM,
        at=AT,
    )
    backend = StaffBackend()

    assert backend.authenticate(None, username="new.person", password="Zi-yang-2026!") == staff
    assert backend.authenticate(None, username="new.person", password="wrong") is None
    change_password(staff=staff, password="He-shan-2026!", actor=Actor(staff_id=staff.pk), at=AT)
    assert backend.authenticate(None, username="new.person", password="Zi-yang-2026!") is None
    with pytest.raises(PeopleError) as caught:
        change_password(staff=staff, password="Other-2026-pw!", actor=Actor(staff_id=-1), at=AT)
    assert error(caught) is Code.NOT_ALLOWED


@pytest.mark.django_db
def test_an_account_without_a_password_cannot_sign_in() -> None:
    person("new.person")

    assert StaffBackend().authenticate(None, username="new.person", password="") is None


@pytest.mark.django_db
def test_demonstration_accounts_are_loaded_once_one_for_every_role() -> None:
    load_accounts(at=AT)
    before = Staff.objects.count()

    load_accounts(at=AT)

    assert Staff.objects.count() == before
    assert {account.role for account in ACCOUNTS} == set(Role.values)
    for account in ACCOUNTS:
        staff = Staff.objects.get(username=account.username)
        assert staff.is_demonstration
        assert account.role in actor_for(staff, AT).roles


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("host", "public", "allowed"),
    [("127.0.0.1", "", True), ("0.0.0.0", "", False), ("127.0.0.1", "https://x", False)],
)
def test_the_published_password_works_only_where_nobody_else_can_reach_it(
    settings,
    host: str,
    public: str,
    allowed: bool,  # type: ignore[no-untyped-def]
) -> None:
    load_accounts(at=AT)
    settings.JIESU = type(settings.JIESU)(home=settings.JIESU.home, host=host, public_url=public)

    found = StaffBackend().authenticate(None, username="security", password=DEMO_PASSWORD)

    assert (found is not None) is allowed
