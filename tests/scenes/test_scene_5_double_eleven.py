"""Double Eleven: the complaint goes where the shop says it is, the report where it does its business (arts. 13, 31)."""

from __future__ import annotations

import pytest

from jiesu.cases.models import Case, Clock
from jiesu.cases.queries import visible
from jiesu.cases.verify import verify_case
from jiesu.intake.registering import Split
from jiesu.triage.tasks import suggestions, text_of
from tests.scenes.given import bureau, does, moment, taken, who

pytestmark = pytest.mark.django_db

SHOP = {
    "name": "网红零食旗舰店",
    "platform": "某购物平台",
    "platform_address": "湖南省益阳市资阳区大码头街道五一西路20号",
    "address": "湖南省益阳市赫山区桃花仑街道1号",
}


@pytest.mark.rule("C-07")
@pytest.mark.rule("R-03")
def test_a_refused_seven_day_return_is_complained_of_in_one_county_and_reported_in_another() -> None:
    at = moment("2026-11-11T10:00")
    # given one letter against a shop on a platform that shows one address and works at another
    done = taken(
        at,
        text="双十一在该店购买零食，收到当日申请七日无理由退货被拒；该店还虚构原价、虚假宣传。",
        respondent=SHOP,
        split=Split(
            complaint_text="申请七日无理由退货被拒绝，要求退货。", report_text="虚构原价、虚假宣传。"
        ),
    )
    complaint, report = (Case.objects.get(pk=c.number) for c in done.cases)

    # when the bureaus are suggested
    suggested = {
        case.kind: next(
            s["value"]["organisation"]
            for s in suggestions(case, text=text_of(case))[0]
            if s["topic"] == "bureau"
        )
        for case in (complaint, report)
    }

    # then the complaint belongs to the county of the address shown, the report to that of the actual business
    assert suggested == {"complaint": bureau("430902"), "report": bureau("430903")}
    does("dispatcher", complaint.pk, "route", at, organisation=suggested["complaint"], basis="shown_address")
    does("dispatcher", report.pk, "route", at, organisation=suggested["report"])
    clocks = {
        c.rule: (c.holder_id, str(c.due_on))
        for c in Clock.objects.filter(case_id__in=[complaint.pk, report.pk], statutory=True)
    }
    assert clocks == {
        "complaint.acceptance": (bureau("430902"), "2026-11-20"),
        "report.verification": (bureau("430903"), "2026-12-02"),
    }
    # and neither county sees the other's case
    assert set(visible(who("head", at)).values_list("pk", flat=True)) == {complaint.pk}
    assert set(visible(who("head.heshan", at)).values_list("pk", flat=True)) == {report.pk}
    for case in (complaint, report):
        assert verify_case(Case.objects.get(pk=case.pk)) == []


@pytest.mark.rule("C-07")
def test_where_the_shown_address_does_not_answer_the_platforms_seat_handles_on_the_contact_log() -> None:
    at = moment("2026-11-11T10:00")
    number = taken(at, respondent=SHOP).cases[0].number
    does(
        "calltaker", number, "record_contact", at,
        to="respondent", channel="phone", result="wrong_number", at="2026-11-11T09:50", note="公示电话为空号",
    )  # fmt: skip
    does("dispatcher", number, "route", at, organisation=bureau("430902"), basis="platform_seat_unreachable")
    assert Case.objects.get(pk=number).state == "routed"
