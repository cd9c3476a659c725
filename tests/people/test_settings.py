"""Settings of law and service: nearest superior wins, two persons change, nothing works backwards."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from jiesu.people.actors import Actor
from jiesu.people.errors import Code, PeopleError
from jiesu.people.models import AccessLog, Setting, Staff
from jiesu.people.registry import definitions
from jiesu.people.settings import (
    confirm_setting,
    in_force,
    propose_setting,
    reject_setting,
    value,
    waiting_for_confirmation,
)
from jiesu.places.models import Organisation
from jiesu.places.queries import authority, by_key

pytestmark = pytest.mark.django_db

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
DAY = date(2026, 9, 1)
KEY = "service.consultation_days"


def someone(username: str, *roles: str, at: str = "430900-bureau") -> Actor:
    """An actor with an account and just these roles."""
    organisation = by_key(at)
    staff = Staff.objects.create(username=username, name=username, organisation=organisation, created_at=AT)
    bureau = authority(organisation)
    return Actor(
        staff_id=staff.pk,
        organisation_id=organisation.pk,
        authority_id=bureau.pk if bureau else None,
        roles=frozenset(roles),
    )


@pytest.fixture
def one() -> Actor:
    return someone("admin.one", "system_admin")


@pytest.fixture
def two() -> Actor:
    return someone("admin.two", "security_admin")


def put(key: str, what: object, *, where: str | None, one: Actor, two: Actor, day: date = DAY) -> Setting:
    """Propose and confirm."""
    organisation = by_key(where) if where else None
    row = propose_setting(key=key, organisation=organisation, value=what, valid_from=day, actor=one, at=AT)
    return confirm_setting(setting_id=row.pk, actor=two, at=AT)


def test_the_registry_holds_the_laws_options_and_the_services() -> None:
    keys = definitions()

    assert {"acceptance.met_by", "approval.refuse", "approval.terminate", "weekend_rollover"} <= set(keys)
    assert {"reminder.before", "service.hotline_reply_days", "leave.deputy_sees_queue"} <= set(keys)
    assert not [key for key in keys if key.startswith("given.")]
    assert all(entry.check(entry.default) == entry.default for entry in keys.values())
    assert {entry.statutory_label for entry in keys.values()} == {"非法定"}


def test_the_nearest_superior_wins(one: Actor, two: Actor) -> None:
    office = by_key("430902005-office")
    heshan = by_key("430903-bureau")
    assert value(KEY, organisation=office, at=AT) == 3

    put(KEY, 10, where=None, one=one, two=two)
    put(KEY, 8, where="430900-bureau", one=one, two=two)
    put(KEY, 5, where="430902-bureau", one=one, two=two)

    assert value(KEY, organisation=office, at=AT) == 5
    assert value(KEY, organisation=heshan, at=AT) == 8
    assert value(KEY, organisation=by_key("430104-bureau"), at=AT) == 10
    assert value(KEY, organisation=None, at=AT) == 10


def test_a_value_is_read_as_of_its_day(one: Actor, two: Actor) -> None:
    bureau = by_key("430902-bureau")
    put(KEY, 5, where="430902-bureau", one=one, two=two, day=DAY)
    put(KEY, 7, where="430902-bureau", one=one, two=two, day=date(2026, 10, 1))
    put(KEY, 9, where=None, one=one, two=two, day=date(2026, 12, 1))

    days = {
        day: value(KEY, organisation=bureau, at=day) for day in (date(2026, 8, 31), DAY, date(2026, 9, 30))
    }

    assert days == {date(2026, 8, 31): 3, DAY: 5, date(2026, 9, 30): 5}
    assert value(KEY, organisation=bureau, at=datetime(2026, 9, 30, 16, tzinfo=UTC)) == 7
    assert value(KEY, organisation=bureau, at=date(2027, 1, 1)) == 7


def test_of_one_day_the_value_confirmed_last_counts(one: Actor, two: Actor) -> None:
    put(KEY, 5, where=None, one=one, two=two)
    row = propose_setting(key=KEY, organisation=None, value=6, valid_from=DAY, actor=one, at=AT)
    confirm_setting(setting_id=row.pk, actor=two, at=AT + timedelta(hours=1))

    assert value(KEY, organisation=None, at=AT) == 6


def test_all_settings_take_two_queries(django_assert_max_num_queries, one: Actor, two: Actor) -> None:  # type: ignore[no-untyped-def]
    office = by_key("430902005-office")
    put(KEY, 5, where="430902-bureau", one=one, two=two)

    with django_assert_max_num_queries(2):
        values = in_force(organisation=office, at=AT)

    assert set(values) == set(definitions())


def test_nothing_counts_before_a_second_person_confirms(one: Actor, two: Actor) -> None:
    row = propose_setting(
        key=KEY, organisation=None, value=9, valid_from=DAY, actor=one, at=AT, reason="试行"
    )

    assert value(KEY, organisation=None, at=AT) == 3
    assert waiting_for_confirmation() == [row]
    with pytest.raises(PeopleError) as caught:
        confirm_setting(setting_id=row.pk, actor=one, at=AT)
    assert caught.value.code is Code.SECOND_PERSON

    confirm_setting(setting_id=row.pk, actor=two, at=AT)

    assert value(KEY, organisation=None, at=AT) == 9
    assert AccessLog.objects.get(act="setting").detail["key"] == KEY
    with pytest.raises(PeopleError) as caught:
        reject_setting(setting_id=row.pk, actor=two, at=AT)
    assert caught.value.code is Code.SETTING_DECIDED


def test_the_database_itself_refuses_one_person_alone(one: Actor) -> None:
    row = propose_setting(key=KEY, organisation=None, value=9, valid_from=DAY, actor=one, at=AT)

    with pytest.raises(IntegrityError), transaction.atomic():
        Setting.objects.filter(pk=row.pk).update(confirmed_by_id=one.staff_id, confirmed_at=AT)


def test_a_rejected_value_never_counts(one: Actor, two: Actor) -> None:
    row = propose_setting(key=KEY, organisation=None, value=9, valid_from=DAY, actor=one, at=AT)
    reject_setting(setting_id=row.pk, actor=two, at=AT)

    assert value(KEY, organisation=None, at=AT) == 3
    assert waiting_for_confirmation() == []


def test_a_late_confirmation_never_works_backwards(one: Actor, two: Actor) -> None:
    row = propose_setting(key=KEY, organisation=None, value=9, valid_from=DAY, actor=one, at=AT)

    row = confirm_setting(setting_id=row.pk, actor=two, at=AT + timedelta(days=5))

    assert row.valid_from == date(2026, 9, 6)
    assert value(KEY, organisation=None, at=DAY) == 3
    with pytest.raises(PeopleError) as caught:
        propose_setting(
            key=KEY, organisation=None, value=9, valid_from=DAY - timedelta(days=1), actor=one, at=AT
        )
    assert caught.value.code is Code.SETTING_IN_PAST


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (KEY, 0),
        (KEY, 61),
        (KEY, True),
        (KEY, "3"),
        (KEY, None),
        ("leave.deputy_sees_queue", 1),
        ("reminder.before", []),
        ("reminder.before", [31]),
        ("reminder.before", 3),
        ("reminder.before", [True]),
        ("acceptance.met_by", "never"),
        ("weekend_rollover", "yes"),
    ],
)
def test_a_bad_value_is_refused_with_its_reason(one: Actor, key: str, what: object) -> None:
    with pytest.raises(PeopleError) as caught:
        propose_setting(key=key, organisation=None, value=what, valid_from=DAY, actor=one, at=AT)

    assert caught.value.code is Code.BAD_SETTING
    assert key in str(caught.value)


def test_an_unknown_setting_is_refused(one: Actor) -> None:
    with pytest.raises(PeopleError) as caught:
        value("no.such", organisation=None, at=AT)
    assert caught.value.code is Code.UNKNOWN_SETTING


def test_thresholds_of_article_17_are_set_by_a_city_or_above(one: Actor, two: Actor) -> None:
    with pytest.raises(PeopleError) as caught:
        put("factors.many_complaints", 20, where="430902-bureau", one=one, two=two)
    assert caught.value.code is Code.SETTING_LEVEL
    assert "市级" in str(caught.value)

    put("factors.many_complaints", 20, where="430900-bureau", one=one, two=two)

    assert value("factors.many_complaints", organisation=by_key("430902-bureau"), at=AT) == 20


@pytest.mark.parametrize(
    ("roles", "sits", "where", "allowed"),
    [
        (("head",), "430902-bureau", "430902-bureau", True),
        (("head",), "430900-bureau", "430902-bureau", True),
        (("legal",), "430902-legal", "430902-bureau", True),
        (("head",), "430902-bureau", "430903-bureau", False),
        (("head",), "430902-bureau", "430900-bureau", False),
        (("head",), "430902-bureau", None, False),
        (("handler",), "430902-bureau", "430902-bureau", False),
        (("auditor",), "430900-bureau", "430902-bureau", False),
    ],
)
def test_heads_and_the_legal_section_change_their_own_and_those_below(
    roles: tuple[str, ...], sits: str, where: str | None, allowed: bool
) -> None:
    actor = someone("new.person", *roles, at=sits)
    organisation: Organisation | None = by_key(where) if where else None

    if allowed:
        propose_setting(key=KEY, organisation=organisation, value=4, valid_from=DAY, actor=actor, at=AT)
    else:
        with pytest.raises(PeopleError) as caught:
            propose_setting(key=KEY, organisation=organisation, value=4, valid_from=DAY, actor=actor, at=AT)
        assert caught.value.code is Code.NOT_ALLOWED
