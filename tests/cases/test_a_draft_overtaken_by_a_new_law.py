"""A decision drafted under order 20 and laid before the head under order 121: it goes back, and nobody types it twice."""

from __future__ import annotations

from datetime import date

import pytest

from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError
from jiesu.cases.models import Clock, Proposal
from jiesu.cases.redrafting import former_draft
from jiesu.cases.verify import verify_case
from tests.cases.conftest import Story, Teller, moment

pytestmark = pytest.mark.django_db
WHY = {"reasons": "购买数量明显超出生活消费。", "violation": False}


@pytest.fixture
def drafted(assigned: Teller) -> Story:
    told = assigned(at="2026-04-13T09:00")
    told.act("handler", "propose", "2026-04-14T09:00", action="refuse", ground="20.15.3", **WHY)
    return told


def waiting(told: Story) -> int:
    return int(max(told.case.facts["proposals"], key=int))


def test_it_cannot_be_approved_and_the_refusal_says_what_to_do(drafted: Story) -> None:
    with pytest.raises(ActionError) as refusal:
        drafted.act("head", "approve", "2026-04-15T09:00", proposal=waiting(drafted))
    assert refusal.value.data["reason"] == "law_changed"
    assert "退回重拟" in refusal.value.message
    assert drafted.case.state == "routed"


def test_it_goes_back_in_one_act_and_its_fields_are_kept_for_the_next_draft(drafted: Story) -> None:
    seq = waiting(drafted)
    drafted.act("head", "redraft", "2026-04-15T09:00", proposal=seq)
    assert drafted.case.facts.get("proposals", {}) == {}
    assert Proposal.objects.get(case_id=drafted.number, seq=seq).status == "rejected"
    # then the next draft starts from the old one, its ground under the number that order 121 gives it
    state = load_state(drafted.case, Clock.objects.filter(case_id=drafted.number))
    kept = former_draft(state, "refuse", date(2026, 4, 15))
    assert (kept["ground"], kept["violation"]) == ("121.16.3", False)
    assert set(kept["reasons"]) == {"text", "digest"}
    assert former_draft(state, "terminate", date(2026, 4, 15)) == {}
    drafted.decide("refuse", "2026-04-15T10:00", ground=kept["ground"], **WHY)
    assert drafted.case.state == "refused"
    assert verify_case(drafted.case) == []


def test_while_the_law_still_governs_the_head_gives_a_reason_of_his_own(drafted: Story) -> None:
    drafted.at = moment("2026-04-14T10:00")
    with pytest.raises(ActionError) as refusal:
        drafted.act("head", "redraft", proposal=waiting(drafted))
    assert refusal.value.data["reason"] == "law_unchanged"
    drafted.act("head", "approve", "2026-04-14T11:00", proposal=waiting(drafted))
    assert drafted.case.state == "refused"
