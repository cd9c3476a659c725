"""From registering on somebody owes something by a day: the bureau its answer, or the centre its routing."""

from __future__ import annotations

import pytest

from jiesu.cases.clockwork import due_at
from jiesu.cases.facts import CaseState
from jiesu.cases.lifecycle.table import NEW, Context
from jiesu.cases.models import Clock
from jiesu.cases.step import step
from jiesu.cases.verify import verify_case
from jiesu.law import shipped
from jiesu.places.queries import by_key
from tests.cases.conftest import Teller, moment
from tests.cases.sketch import BUREAU, CENTRE, NEXT, Sketch

ACCEPTANCE, VERIFICATION, DISTRIBUTION = "complaint.acceptance", "report.verification", "service.distribution"


@pytest.mark.rule("C-09")
@pytest.mark.parametrize(
    ("kind", "rule", "last_day"),
    [("complaint", ACCEPTANCE, "2026-10-21"), ("report", VERIFICATION, "2026-11-02")],
)
def test_what_a_countys_own_desk_takes_in_runs_from_receipt_and_routing_inside_restarts_nothing(
    kind: str, rule: str, last_day: str
) -> None:
    # given a case that the county's own centre has just registered
    case = Sketch(kind, at="2026-10-12T09:00", direct=True)
    # then the statutory period runs at once, and its bureau holds it
    assert case.clocks() == {rule: last_day}
    assert (case.clock(rule).statutory, case.clock(rule).holder) == (True, BUREAU)
    assert due_at(case.state)[1] == rule
    # and two days later it is the same clock that the office gets
    case.routed("2026-10-14T09:00")
    assert [(c.rule, c.state, str(c.due_on)) for c in case.state.clocks] == [(rule, "open", last_day)]
    assert (case.clock(rule).holder, case.state.facts.direct) == (BUREAU, True)


@pytest.mark.rule("C-26")
@pytest.mark.parametrize("kind", ["complaint", "report", "consultation", "other"])
def test_a_higher_centre_owes_routing_by_a_day_that_no_statute_sets(kind: str) -> None:
    case = Sketch(kind, at="2026-10-12T09:00")
    clock = case.clock(DISTRIBUTION)
    assert (str(clock.due_on), clock.holder, clock.statutory) == ("2026-10-13", CENTRE, False)
    assert due_at(case.state)[1] == DISTRIBUTION
    case.does("answer", reply="已答复") if kind in ("consultation", "other") else case.routed()
    assert case.clock(DISTRIBUTION).state == "met"


@pytest.mark.rule("C-26")
def test_how_long_routing_may_take_is_a_setting_and_late_routing_shows() -> None:
    case = Sketch(at="2026-10-12T09:00", options={"distribution.working_days": 2})
    assert case.clocks() == {DISTRIBUTION: "2026-10-14"}
    case.routed("2026-10-15T09:00")
    assert case.clock(DISTRIBUTION).state == "met_late"
    # the bureau's own period runs from its own receipt
    assert str(case.clock(ACCEPTANCE).due_on) == "2026-10-26"


@pytest.mark.rule("C-26")
def test_what_comes_back_is_owed_again() -> None:
    case = Sketch(at="2026-10-12T09:00").routed()
    case.does("return_to_centre", "2026-10-13T09:00", cause="wrong_place", reason="在赫山区")
    assert case.clocks() == {DISTRIBUTION: "2026-10-14"}
    case.does("route", "2026-10-14T09:00", organisation=NEXT)
    assert [c.state for c in case.state.clocks if c.rule == DISTRIBUTION] == ["met", "met"]


@pytest.mark.rule("C-09")
def test_confirming_the_kind_leaves_the_right_period_running() -> None:
    own = Sketch(at="2026-10-12T09:00", direct=True, confirmed=False)
    assert own.clocks() == {ACCEPTANCE: "2026-10-21"}
    own.does("confirm_kind", kind="complaint")
    assert [(c.rule, c.state) for c in own.state.clocks] == [(ACCEPTANCE, "open")]
    own.does("confirm_kind", kind="report")
    assert own.clocks() == {VERIFICATION: "2026-11-02"}
    assert own.clock(ACCEPTANCE).reason == "kind_confirmed"
    own.does("confirm_kind", kind="consultation")
    assert own.clocks() == {DISTRIBUTION: "2026-10-13"}
    # at a higher centre the strictest candidate's clock ends, the duty to route goes on
    higher = Sketch(at="2026-10-12T09:00", confirmed=False)
    assert set(higher.clocks()) == {ACCEPTANCE, DISTRIBUTION}
    higher.does("confirm_kind", kind="complaint")
    assert set(higher.clocks()) == {DISTRIBUTION}


@pytest.mark.rule("C-09")
def test_another_bureau_gets_a_period_of_its_own_and_the_old_one_stays_visible() -> None:
    case = Sketch(at="2026-10-12T09:00", direct=True).does("route", "2026-10-14T09:00", organisation=NEXT)
    assert [(c.state, c.reason, c.holder) for c in case.state.clocks] == [
        ("void", "routed_again", BUREAU),
        ("open", "", NEXT),
    ]


@pytest.mark.rule("C-26")
def test_a_matter_refused_informed_or_withdrawn_at_the_centre_owes_no_routing() -> None:
    told = {"within_regulation": False, "reasons": "不属于市场监管"}
    for case in (
        Sketch("report").does("inform_no_authority", **told),
        Sketch().does("withdraw", statement="不投诉了"),
        Sketch("other").does("return_to_12345", reason="属于物业"),
    ):
        assert case.clock(DISTRIBUTION).state == "met"


def test_an_event_of_an_earlier_schema_replays_as_it_was() -> None:
    at = moment("2026-10-12T09:00")
    blank = CaseState(
        number=1, kind="complaint", state=NEW, registered_by=CENTRE, received_at=at, registered_at=at
    )
    ctx = Context(
        at=at, actor=None, authority=None, party=None, seq=3, calendar=shipped(), options={}, schema=2
    )
    assert step(blank, "register", {"kind": "complaint", "parties": []}, ctx).clocks == ()


# --- with the people of the demonstration


@pytest.mark.django_db
@pytest.mark.rule("C-09")
@pytest.mark.parametrize(
    ("desk", "division", "rule", "holder"),
    [
        ("430902-centre", "430902", ACCEPTANCE, "430902-bureau"),
        ("430902005-office", "430902", ACCEPTANCE, "430902-bureau"),
        ("430900-centre", "430900", DISTRIBUTION, "430900-centre"),
    ],
)
def test_every_desk_has_a_date_from_the_first_minute(
    story: Teller, desk: str, division: str, rule: str, holder: str
) -> None:
    told = story(registered_by=by_key(desk).pk, division=division, at="2026-11-02T09:00")
    assert (told.case.due_rule, told.case.due_at is not None) == (rule, True)
    assert Clock.objects.get(case_id=told.number).holder_id == by_key(holder).pk
    assert verify_case(told.case) == []
