"""Who sees what: every role × capacity × kind × state, and a forbidden row is in no list (order 121 art. 37)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from jiesu.cases import search
from jiesu.cases.act import act
from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.finding import searched
from jiesu.cases.kinds import State
from jiesu.cases.lifecycle import TABLES
from jiesu.cases.models import Case, Clock, ComplaintWords, Participant, ReportWords
from jiesu.cases.offering import offered
from jiesu.cases.queries import find, parts_of, standing, visible
from jiesu.cases.worklists import Filters, page
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM, Actor, citizen
from jiesu.people.models import LeaveCover, Staff
from jiesu.people.visibility import (
    GRANTS,
    Capacity,
    Part,
    Standing,
    capacities,
    roles_that_see,
    visible_parts,
)
from jiesu.places.models import Organisation
from jiesu.places.queries import by_key
from tests.cases.conftest import Teller, moment

Who = Callable[..., Actor]
BUREAU, OFFICE, OTHER_OFFICE, CENTRE, CITY, COUNCIL = 10, 20, 21, 1, 9, 50
ROLES = sorted({r for g in GRANTS for r in g.roles})
INSIDE = {"province": "430000", "city": "430900", "county": "430902"}

#: How a case stands towards the actor below, one capacity each.
TOWARDS: dict[str, dict[str, object]] = {
    "assignee": {"assignee": 7, "organisation": 99},
    "office": {"office": OFFICE, "organisation": 99},
    "handling": {"organisation": BUREAU},
    "centre": {"registered_by": CENTRE, "organisation": 99},
    "receiving": {"organisation": None, **INSIDE},
    "commissioned": {"organisation": 99, "participants": frozenset({("commissioned", BUREAU)})},
    "assisting": {"organisation": 99, "participants": frozenset({("assisting", BUREAU)})},
    "disputing": {"organisation": 99, "participants": frozenset({("disputing", BUREAU)})},
    "stranger": {"organisation": 99},
}


def person(role: str) -> Actor:
    return Actor(
        staff_id=7,
        organisation_id=CENTRE,
        authority_id=BUREAU,
        office_id=OFFICE,
        roles=frozenset({role}),
        **INSIDE,
    )


def case_of(kind: str, state: str, towards: str) -> Standing:
    blank = Standing(
        kind=kind, state=state, registered_by=98, organisation=99, office=None, assignee=None, county="430903"
    )
    return replace(blank, **TOWARDS[towards])  # type: ignore[arg-type]


@pytest.mark.rule("R-09")
def test_the_informant_is_seen_by_those_who_handle_the_report_and_by_nobody_else() -> None:
    allowed = {("assignee", r) for r in ("handler", "mediator", "officehead", "head")} | {
        ("office", "officehead"),
        ("handling", "head"),
    }
    while_registering = {("centre", r) for r in ("calltaker", "dispatcher", "handler", "officehead")} | {
        ("receiving", r) for r in ("dispatcher", "head")
    }
    for kind in ("report", "lead"):
        for state in TABLES[kind].states() - {"new"}:
            for towards in TOWARDS:
                for role in ROLES:
                    sees = Part.INFORMANT in visible_parts(case_of(kind, state, towards), person(role))
                    expected = (towards, role) in allowed or (
                        state == "registered" and (towards, role) in while_registering
                    )
                    assert sees is expected, (kind, state, towards, role)


@pytest.mark.rule("R-09")
def test_no_kind_but_a_report_has_an_informant_to_show() -> None:
    for grant in GRANTS:
        if Part.INFORMANT in grant.parts:
            assert grant.kinds <= {"report", "lead"}
    for kind in ("complaint", "consultation", "other"):
        for role in ROLES:
            for towards in TOWARDS:
                assert Part.INFORMANT not in visible_parts(case_of(kind, "routed", towards), person(role))


def test_a_stranger_sees_nothing_whatever_his_roles() -> None:
    everything = replace(person("handler"), roles=frozenset(ROLES))
    for kind in TABLES:
        for state in State:
            assert not capacities(case_of(kind, state.value, "stranger"), everything)
            assert not visible_parts(case_of(kind, state.value, "stranger"), everything)


@pytest.mark.rule("R-09")
def test_the_centre_keeps_the_outline_of_a_report_and_the_whole_of_a_complaint() -> None:
    calltaker = person("calltaker")
    assert visible_parts(case_of("report", "registered", "centre"), calltaker) >= {
        Part.CONTENT,
        Part.INFORMANT,
    }
    assert visible_parts(case_of("report", "routed", "centre"), calltaker) == {Part.OUTLINE, Part.CLOCKS}
    assert visible_parts(case_of("complaint", "routed", "centre"), calltaker) >= {
        Part.CONTENT,
        Part.COMPLAINANT,
    }


def test_whoever_assists_sees_the_order_and_not_the_case() -> None:
    for kind in ("complaint", "report"):
        assert visible_parts(case_of(kind, "verifying", "assisting"), person("handler")) == {
            Part.ORDER,
            Part.OUTLINE,
        }
    assert not visible_parts(case_of("report", "verifying", "assisting"), person("council"))


def test_the_supervisor_sees_the_outline_of_reports_and_the_content_of_complaints() -> None:
    supervisor = Actor(
        staff_id=7,
        organisation_id=CITY,
        authority_id=CITY,
        roles=frozenset({"supervisor"}),
        province="430000",
        city="430900",
    )
    below = {"organisation": BUREAU, **INSIDE}
    report = replace(case_of("report", "verifying", "stranger"), **below)  # type: ignore[arg-type]
    complaint = replace(case_of("complaint", "accepted", "stranger"), **below)  # type: ignore[arg-type]
    assert visible_parts(report, supervisor) == {Part.OUTLINE, Part.CLOCKS}
    assert Part.CONTENT in visible_parts(complaint, supervisor)
    assert not {Part.COMPLAINANT, Part.CORRESPONDENCE, Part.FILES} & visible_parts(complaint, supervisor)


def test_nobody_may_act_on_what_he_never_sees() -> None:
    for kind, cycle in TABLES.items():
        for row in cycle.rows.values():
            for who in row.who:
                if who.capacity in ("citizen", "system"):
                    continue
                assert who.roles, (kind, row.action)
                assert who.roles <= roles_that_see(who.capacity, kind), (kind, row.action, who)


def test_citizens_and_the_system_stand_outside_the_table() -> None:
    standing_ = case_of("report", "verifying", "handling")
    assert capacities(standing_, citizen("informant")) == {Capacity.CITIZEN}
    assert visible_parts(standing_, citizen("informant")) == frozenset()
    assert capacities(standing_, Actor()) == frozenset()
    assert visible_parts(standing_, SYSTEM) >= {Part.INFORMANT}


# --- against the database

USERNAMES = (
    "calltaker", "dispatcher", "supervisor", "dispatcher.ziyang", "handler", "handler.second", "officehead", "mediator",
    "head", "head.acting", "legal", "council", "dispatcher.heshan", "handler.heshan", "head.heshan", "auditor", "admin",
    "security",
)  # fmt: skip


def scattered(count: int, seed: int) -> list[Case]:
    """Cases of every kind and state, held, registered and taken part in by anybody."""
    pick = random.Random(seed)
    bodies = list(Organisation.objects.filter(city="430900").order_by("pk"))[:60]
    bureaus = [o for o in bodies if o.type == "bureau"]
    named = [by_key(k) for k in ("430900-centre", "430902-bureau", "430902005-office", "430903-bureau", "430902-council",
                                 "430902-centre", "430903001-office", "430900-bureau")]  # fmt: skip
    staff = list(Staff.objects.filter(username__in=USERNAMES).values_list("pk", flat=True))
    cases: list[Case] = []
    parts: list[Participant] = []
    for n in range(count):
        kind = pick.choice(sorted(TABLES))
        organisation = pick.choice([None, pick.choice(bureaus), *[o for o in named if o.type == "bureau"]])
        registrar = pick.choice([*named, *bodies])
        holder = organisation or registrar
        number = 430900260000000000 + seed * 10_000 + n
        cases.append(
            Case(
                id=number, kind=kind, state=pick.choice(sorted(TABLES[kind].states() - {"new"})), channel="hotline",
                registered_by=registrar, organisation=organisation,
                office=pick.choice([None, None, *[o for o in named if o.type == "office"]]),
                assignee_id=pick.choice([None, None, *staff]),
                province=holder.province, city=holder.city, county=holder.county,
                received_at=moment("2026-11-02T09:00"), registered_at=moment("2026-11-02T09:00"), head=b"",
            )
        )  # fmt: skip
        if pick.random() < 0.5:
            over = pick.random() < 0.3
            parts.append(
                Participant(
                    case_id=number, seq=1, organisation=pick.choice(named),
                    capacity=pick.choice(["handling", "commissioned", "assisting", "disputing", "superior"]),
                    since=moment("2026-11-02T09:00"), until=moment("2026-11-03T09:00") if over else None,
                )
            )  # fmt: skip
    Case.objects.bulk_create(cases)
    Participant.objects.bulk_create(parts)
    return cases


@pytest.mark.django_db
@pytest.mark.rule("R-09")
def test_a_forbidden_row_is_in_no_list(who: Who) -> None:
    cases = scattered(250, seed=1)
    numbers = {c.pk for c in cases}
    standings = {c.pk: standing(c) for c in cases}
    actors = [who(u) for u in USERNAMES] + [citizen("informant"), Actor()]
    # people with several roles and with none
    handler = who("handler")
    actors += [
        replace(handler, roles=frozenset({"handler", "head", "dispatcher"})),
        replace(handler, roles=frozenset()),
    ]
    for actor in actors:
        parts = {n: visible_parts(s, actor) for n, s in standings.items()}
        for part in Part:
            listed = set(visible(actor, part).filter(pk__in=numbers).values_list("pk", flat=True))
            assert listed == {n for n, p in parts.items() if part in p}, (actor.name, part)


@pytest.mark.django_db
@pytest.mark.rule("R-09")
def test_what_is_hidden_cannot_be_found_offered_or_acted_upon(who: Who) -> None:
    cases = scattered(24, seed=2)
    at = moment("2026-11-02T10:00")
    for username in (
        "handler",
        "handler.heshan",
        "council",
        "supervisor",
        "auditor",
        "admin",
        "mediator",
        "calltaker",
    ):
        actor = who(username)
        seen = set(visible(actor).values_list("pk", flat=True))
        for case in cases:
            if case.pk in seen:
                assert find(case.pk, actor=actor).pk == case.pk
                continue
            with pytest.raises(ActionError) as hidden:
                find(case.pk, actor=actor)
            with pytest.raises(ActionError) as unknown:
                find(999, actor=actor)
            assert (hidden.value.code, hidden.value.message) == (unknown.value.code, unknown.value.message)
            assert not parts_of(case, actor)
            with pytest.raises(ActionError) as refusal:
                act(case.pk, "urge", {}, actor=actor, at=at)
            assert refusal.value.code == Code.CASE_NOT_FOUND, (username, case.kind, case.state)


@pytest.mark.django_db
def test_the_next_district_sees_nothing_of_this_one(assigned: Teller) -> None:
    tolds = [assigned(), assigned("report"), assigned("consultation")]
    for username in ("handler.heshan", "head.heshan", "dispatcher.heshan"):
        actor = tolds[0].who(username)
        assert not visible(actor).exists()
        for told in tolds:
            state = load_state(told.case, Clock.objects.filter(case_id=told.number))
            assert not offered(told.case, state, actor, told.at)
            with pytest.raises(ActionError) as refusal:
                told.act(username, "add_evidence", description="x")
            assert refusal.value.code == Code.CASE_NOT_FOUND


@pytest.mark.django_db
@pytest.mark.rule("R-09")
def test_colleagues_who_do_not_handle_a_report_do_not_see_it(assigned: Teller) -> None:
    told = assigned("report")
    seen = {u: parts_of(told.case, told.who(u)) for u in USERNAMES}
    assert {u for u, p in seen.items() if Part.INFORMANT in p} == {
        "handler",
        "officehead",
        "head",
        "head.acting",
    }
    assert {u for u, p in seen.items() if p} == {
        "handler", "officehead", "head", "head.acting", "legal", "dispatcher.ziyang", "calltaker", "dispatcher",
        "supervisor", "auditor",
    }  # fmt: skip
    assert seen["calltaker"] == seen["supervisor"] == {Part.OUTLINE, Part.CLOCKS}


@pytest.mark.django_db
def test_a_deputy_sees_and_does_the_work_of_whoever_is_on_leave(assigned: Teller) -> None:
    told = assigned("report")
    handler, second = (
        Staff.objects.select_related("organisation__parent").get(username=u)
        for u in ("handler", "handler.second")
    )
    day = date(2026, 11, 2)
    assert not parts_of(told.case, actor_for(second, moment("2026-11-02T09:00")))
    LeaveCover.objects.create(absent=handler, deputy=second, since=day, until=date(2026, 11, 6))
    deputy = actor_for(second, moment("2026-11-03T09:00"))
    assert Part.INFORMANT in parts_of(told.case, deputy)
    assert visible(deputy, Part.INFORMANT).filter(pk=told.number).exists()
    act(told.number, "add_evidence", {"description": "代班登记"}, actor=deputy, at=moment("2026-11-03T10:00"))
    after = actor_for(second, moment("2026-11-07T09:00"))
    assert not parts_of(told.case, after)


@pytest.mark.django_db
def test_every_button_that_is_offered_is_one_that_the_door_knows(assigned: Teller) -> None:
    for kind in ("complaint", "report"):
        told = assigned(kind)
        state = load_state(told.case, Clock.objects.filter(case_id=told.number))
        for username in ("handler", "officehead", "head", "legal", "calltaker", "supervisor"):
            actor = told.who(username)
            for offer in offered(told.case, state, actor, told.at):
                name, raw = (
                    ("propose", {"action": offer.action})
                    if offer.propose
                    else (offer.action, dict[str, str]())
                )
                with pytest.raises(ActionError) as refusal:
                    act(told.number, name, {**raw, "no_such_field": "1"}, actor=actor, at=told.at)
                assert refusal.value.code in (Code.FIELDS_INVALID, Code.GUARD_FAILED), (
                    username,
                    offer.action,
                )


@pytest.mark.django_db
@pytest.mark.rule("R-09")
def test_searching_and_paging_start_from_rights(assigned: Teller) -> None:
    report, complaint = assigned("report"), assigned()
    now = report.at
    for username, found in (
        ("handler", {report.number, complaint.number}),
        ("handler.second", {complaint.number}),
        ("calltaker", {complaint.number}),
        ("handler.heshan", set()),
    ):
        actor = report.who(username)
        assert set(searched(actor, "电饭煲").values_list("pk", flat=True)) == found, username
        listed = {i.case.pk for i in page(actor, None, Filters(), now=now).items}
        assert listed == set(visible(actor).filter(closed_at=None).values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.rule("R-09")
def test_the_words_of_a_complaint_that_is_a_report_move_to_the_reports(story: Teller) -> None:
    told = story(confirmed=False)
    assert ComplaintWords.objects.filter(case_id=told.number).exists()
    told.act("dispatcher", "confirm_kind", kind="report")
    assert not ComplaintWords.objects.filter(case_id=told.number).exists()
    assert ReportWords.objects.filter(case_id=told.number).exists()
    assert told.number not in set(searched(told.who("supervisor"), "电饭煲").values_list("pk", flat=True))
    assert search.table_for("report") is ReportWords
