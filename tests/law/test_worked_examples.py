"""Worked examples, counted by hand on the wall calendar."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from jiesu.law import LawError, account, due, explain

D = date


@pytest.mark.rule("C-09")
@pytest.mark.parametrize(
    ("start", "last", "article", "why"),
    [
        (
            D(2026, 9, 25),
            D(2026, 10, 12),
            "第十五条",
            "Mid-Autumn and National Day left out, 10 October made up",
        ),
        (D(2026, 4, 14), D(2026, 4, 23), "第十四条", "the last day of order 20"),
        (D(2026, 4, 15), D(2026, 4, 24), "第十五条", "the first day of order 121"),
        (
            D(2026, 2, 13),
            D(2026, 3, 2),
            "第十四条",
            "14 and 28 February made up, Spring Festival 15-23 left out",
        ),
        (
            D(2026, 2, 14),
            D(2026, 3, 3),
            "第十四条",
            "the day of receipt is a make-up day and still not counted",
        ),
        (
            D(2026, 9, 26),
            D(2026, 10, 12),
            "第十五条",
            "received on a holiday: begins on the next working day",
        ),
        (D(2026, 5, 8), D(2026, 5, 18), "第十五条", "Saturday 9 May is a working day"),
        (
            D(2025, 9, 30),
            D(2025, 10, 16),
            "第十四条",
            "National Day and Mid-Autumn 1-8 October 2025, 11 October made up",
        ),
        (D(2026, 6, 15), D(2026, 6, 25), "第十五条", "Dragon Boat 19-21 June"),
        (D(2020, 9, 24), D(2020, 10, 10), "第十四条", "27 September and 10 October 2020 made up"),
        (D(2019, 12, 31), D(2020, 1, 10), "第四十六条", "before order 20 the Consumer Protection Law alone"),
        (D(2020, 1, 1), D(2020, 1, 10), "第十四条", "the first day of order 20"),
    ],
)
def test_acceptance_is_decided_and_told_within_seven_working_days(start, last, article, why):
    found = due("complaint.acceptance", start=start)
    assert (found.last_day, found.article) == (last, article), why
    assert not found.provisional


@pytest.mark.rule("C-18")
@pytest.mark.parametrize(
    ("start", "last", "instrument", "period"),
    [
        (D(2024, 6, 28), D(2024, 8, 30), "order20", "45个工作日"),
        (D(2024, 6, 30), D(2024, 8, 30), "order20", "45个工作日"),
        (D(2024, 7, 1), D(2024, 8, 30), "regulation2024", "60日"),
        (D(2026, 4, 14), D(2026, 6, 13), "regulation2024", "60日"),
        (D(2026, 4, 15), D(2026, 6, 14), "regulation2024", "60日"),
        (D(2026, 8, 4), D(2026, 10, 8), "regulation2024", "60日"),
        (D(2024, 8, 2), D(2024, 10, 8), "regulation2024", "60日"),
    ],
)
def test_mediation_takes_45_working_days_or_from_july_2024_60_days(start, last, instrument, period):
    found = due("complaint.mediation", start=start)
    assert (found.last_day, found.instrument, found.period.label) == (last, instrument, period)


@pytest.mark.rule("C-18")
def test_the_account_of_mediation_names_every_instrument_that_sets_it():
    before = {
        p.citation.instrument.key: p for p in due("complaint.mediation", start=D(2026, 4, 14)).instruments
    }
    after = {
        p.citation.instrument.key: p for p in due("complaint.mediation", start=D(2026, 4, 15)).instruments
    }
    assert set(before) == {"regulation2024", "order20"}
    assert set(after) == {"regulation2024", "order121"}
    assert before["regulation2024"].governs
    assert not before["order20"].governs
    text = explain(due("complaint.mediation", start=D(2026, 4, 15)))
    assert "《中华人民共和国消费者权益保护法实施条例》第四十六条第三款" in text
    assert "《市场监督管理投诉举报处理办法》第二十三条第一款第（五）项" in text


@pytest.mark.rule("C-09")
def test_acceptance_shows_the_superior_texts_it_rests_on():
    keys = [p.citation.instrument.key for p in due("complaint.acceptance", start=D(2026, 9, 25)).instruments]
    assert keys == ["order121", "consumer_law", "regulation2024"]


@pytest.mark.rule("C-29")
def test_sixty_days_ending_on_national_day_end_on_the_first_day_after_it():
    found = due("complaint.mediation", start=D(2026, 8, 4))
    assert found.nominal_last_day == D(2026, 10, 3)
    assert found.last_day == D(2026, 10, 8)


@pytest.mark.rule("C-29")
def test_the_first_day_after_the_holiday_may_be_a_make_up_sunday():
    # 60 days after 2025-11-03 is 2026-01-02; the New Year holiday ends on the 3rd, Sunday 4th is worked.
    assert due("complaint.mediation", start=D(2025, 11, 3)).last_day == D(2026, 1, 4)


@pytest.mark.rule("C-29")
def test_an_ordinary_weekend_moves_the_last_day_only_by_setting():
    start = D(2026, 4, 14)
    assert due("complaint.mediation", start=start).last_day == D(2026, 6, 13)
    rolled = due("complaint.mediation", start=start, options={"weekend_rollover": True})
    assert rolled.last_day == D(2026, 6, 15)
    assert due("complaint.acceptance", start=start, options={"weekend_rollover": True}).last_day == D(
        2026, 4, 23
    )


@pytest.mark.rule("C-29")
def test_under_order_20_the_civil_code_says_how_to_count_and_the_account_says_so():
    text = explain(due("complaint.acceptance", start=D(2026, 4, 14)))
    assert "《中华人民共和国民法典》第二百零一条" in text
    assert "20号令没有期间计算条款" in text
    assert "《市场监督管理投诉举报处理办法》第四十五条" in explain(
        due("complaint.acceptance", start=D(2026, 4, 15))
    )


@pytest.mark.rule("R-24")
def test_a_report_is_counted_by_the_penalty_procedure():
    assert "第八十条" in explain(due("report.verification", start=D(2026, 5, 6)))


@pytest.mark.rule("C-20")
def test_both_parties_are_told_of_termination_within_seven_working_days():
    assert due("complaint.termination_notice", start=D(2026, 9, 29)).last_day == D(2026, 10, 14)
    assert due("complaint.termination_notice", start=D(2026, 4, 14)).article == "第二十一条第二款"
    assert due("complaint.termination_notice", start=D(2026, 4, 15)).article == "第二十三条第二款"


@pytest.mark.rule("C-24")
def test_a_lead_found_in_mediation_is_verified_in_15_working_days_once_extendable():
    assert due("lead.verification", start=D(2026, 5, 6)).last_day == D(2026, 5, 26)
    assert due("lead.verification", start=D(2026, 5, 6), extensions=1).last_day == D(2026, 6, 16)
    with pytest.raises(LawError) as caught:
        due("lead.verification", start=D(2026, 5, 6), extensions=2)
    assert caught.value.code == "too_many_extensions"


@pytest.mark.rule("R-10")
def test_a_report_is_verified_in_15_working_days_and_waits_for_the_laboratory():
    plain = due("report.verification", start=D(2026, 5, 6))
    assert plain.last_day == D(2026, 5, 26)
    # Monday to Sunday: five working days are left out, the weekend would not have counted anyway.
    paused = due("report.verification", start=D(2026, 5, 6), pauses=[(D(2026, 5, 11), D(2026, 5, 17))])
    assert paused.last_day == D(2026, 6, 2)


@pytest.mark.rule("R-06")
def test_bureaus_in_dispute_have_seven_working_days_and_the_superior_seven_more():
    assert due("jurisdiction.dispute", start=D(2026, 5, 6)).last_day == D(2026, 5, 14)
    assert due("jurisdiction.designation", start=D(2026, 5, 14)).last_day == D(2026, 5, 25)
    assert due("jurisdiction.dispute", start=D(2026, 4, 14)).article == "第三十条"


@pytest.mark.rule("R-08")
def test_the_five_days_for_a_named_informant_ended_with_order_20():
    assert due("report.informant_notice", start=D(2026, 4, 14)).last_day == D(2026, 4, 21)
    with pytest.raises(LawError) as caught:
        due("report.informant_notice", start=D(2026, 4, 15))
    assert caught.value.code == "not_in_force"
    assert "121号令没有这一期限" in str(caught.value)


@pytest.mark.rule("C-11")
def test_three_years_end_on_the_corresponding_day():
    assert due("complaint.limitation", start=D(2023, 5, 12)).last_day == D(2026, 5, 12)
    assert due("complaint.limitation", start=D(2024, 2, 29), received=D(2026, 5, 1)).last_day == D(
        2027, 2, 28
    )
    rolled = due("complaint.limitation", start=D(2023, 10, 1), received=D(2026, 10, 9))
    assert rolled.last_day == D(2026, 10, 8)
    assert rolled.article == "第十六条第（四）项"


@pytest.mark.rule("C-17")
@pytest.mark.parametrize(
    ("pauses", "last"),
    [
        (
            [(D(2026, 4, 1), D(2026, 4, 20))],
            D(2026, 6, 22),
        ),  # starts inside the pause; 60th day is Dragon Boat
        ([(D(2026, 3, 1), D(2026, 4, 10))], D(2026, 6, 15)),  # over before the clock starts
        ([(D(2026, 6, 15), D(2026, 6, 15))], D(2026, 6, 16)),  # on the last day
        ([(D(2026, 6, 16), D(2026, 6, 18))], D(2026, 6, 15)),  # after the last day
        ([(D(2026, 5, 1), D(2026, 5, 10)), (D(2026, 5, 5), D(2026, 5, 12))], D(2026, 6, 27)),  # overlapping
        ([(D(2026, 5, 1), D(2026, 5, 10)), (D(2026, 5, 11), D(2026, 5, 12))], D(2026, 6, 27)),  # adjoining
    ],
)
def test_days_of_appraisal_are_not_counted_in_mediation(pauses, last):
    # accepted on 2026-04-16: without a pause the 60th day is 2026-06-15
    assert due("complaint.mediation", start=D(2026, 4, 16), pauses=pauses).last_day == last


@pytest.mark.rule("C-17")
def test_an_open_appraisal_suspends_the_clock_unless_it_began_too_late():
    open_in_time = due("complaint.mediation", start=D(2026, 4, 16), pauses=[(D(2026, 6, 15), None)])
    assert (open_in_time.suspended, open_in_time.last_day, open_in_time.expires_at) == (True, None, None)
    too_late = due("complaint.mediation", start=D(2026, 4, 16), pauses=[(D(2026, 6, 16), None)])
    assert (too_late.suspended, too_late.last_day) == (False, D(2026, 6, 15))
    assert "停表" in explain(open_in_time)


@pytest.mark.rule("C-04")
def test_asking_for_materials_or_identity_does_not_stop_the_seven_days():
    with pytest.raises(LawError) as caught:
        due("complaint.acceptance", start=D(2026, 5, 6), pauses=[(D(2026, 5, 7), D(2026, 5, 8))])
    assert caught.value.code == "not_pausable"


def test_a_year_not_yet_published_makes_the_answer_provisional():
    found = due("complaint.acceptance", start=D(2026, 12, 28))
    assert found.provisional
    assert "尚未公布" in explain(found)
    assert not due("complaint.acceptance", start=D(2026, 12, 15)).provisional
    assert due("complaint.mediation", start=D(2026, 11, 20)).provisional
    assert due("complaint.acceptance", start=D(2018, 11, 5)).provisional


def test_a_new_notice_settles_what_was_provisional():
    start = D(2026, 12, 28)
    notice = {
        "year": 2027,
        "papers": [],
        "days": [{"name": "元旦", "date": f"2027-01-{d:02}", "isOffDay": True} for d in (1, 2, 3)]
        + [{"name": "国庆节", "date": f"2027-10-{d:02}", "isOffDay": True} for d in range(1, 10)],
    }
    before = due("complaint.acceptance", start=start)
    after = due("complaint.acceptance", start=start, calendar=before.calendar.with_year(notice))
    assert (before.last_day, before.provisional) == (D(2027, 1, 6), True)
    assert (after.last_day, after.provisional) == (D(2027, 1, 7), False)
    assert before.calendar_version != after.calendar_version


def test_a_period_ends_with_the_first_instant_of_the_next_day_in_shanghai():
    found = due("complaint.acceptance", start=D(2026, 9, 25))
    assert found.expires_at.isoformat() == "2026-10-13T00:00:00+08:00"


def test_naive_times_are_shanghai_and_others_are_converted():
    # 17:00 UTC on the 14th is 01:00 of the 15th in Shanghai: order 121.
    assert due("complaint.acceptance", start=datetime(2026, 4, 14, 17, tzinfo=UTC)).instrument == "order121"
    assert due("complaint.acceptance", start=datetime(2026, 4, 14, 17)).instrument == "order20"  # noqa: DTZ001
    there = timezone(timedelta(hours=-8))
    assert due("complaint.acceptance", start=datetime(2026, 4, 14, 9, tzinfo=there)).instrument == "order121"


@pytest.mark.rule("C-18")
def test_a_setting_lets_the_day_of_receipt_choose_the_law():
    start, received = D(2026, 4, 20), D(2026, 4, 10)
    assert due("complaint.acceptance", start=start, received=received).instrument == "order121"
    by_receipt = due(
        "complaint.acceptance", start=start, received=received, options={"transition.clock": "received"}
    )
    assert by_receipt.instrument == "order20"
    assert by_receipt.last_day == due("complaint.acceptance", start=start).last_day


def test_the_account_is_one_line_a_day_with_its_reason():
    text = explain(due("complaint.acceptance", start=datetime(2026, 9, 25, 10, 30)))  # noqa: DTZ001
    for line in [
        "2026-09-25 周五　起算当日，不计入",
        "2026-09-28 周一　计入第1日",
        "2026-10-01 周四　不计入：国庆节放假",
        "2026-10-10 周六　计入第6日（调休上班）",
        "2026-10-11 周日　不计入：周日",
        "2026-10-12 周一　计入第7日",
    ]:
        assert line in text.splitlines()
    kinds = [line.kind for line in account(due("complaint.acceptance", start=D(2026, 9, 25)))]
    assert kinds.count("counted") + kinds.count("make_up") == 7


def test_a_long_account_is_told_in_runs():
    assert len(account(due("complaint.limitation", start=D(2023, 5, 12)))) < 15
    long = due("complaint.mediation", start=D(2026, 4, 16), pauses=[(D(2026, 5, 1), D(2026, 9, 30))])
    assert "2026-05-01 至 2026-09-30　不计入：停表" in explain(long)


def test_promises_of_the_service_are_never_called_statutory():
    found = due("service.return_to_centre", start=D(2026, 9, 30))
    assert (found.statutory, found.last_day) == (False, D(2026, 10, 8))
    assert "非法定" in explain(found)
    longer = due(
        "service.return_to_centre", start=D(2026, 9, 30), options={"return_to_centre.working_days": 2}
    )
    assert longer.last_day == D(2026, 10, 9)
    on_site = due("service.on_site_hour", start=datetime(2026, 9, 30, 23, 30))  # noqa: DTZ001
    assert on_site.expires_at.isoformat() == "2026-10-01T00:30:00+08:00"


def test_a_period_set_by_a_document_asks_for_its_length():
    with pytest.raises(LawError) as caught:
        due("service.report_back", start=D(2026, 9, 30))
    assert caught.value.code == "needs_option"
    given = due(
        "service.report_back",
        start=D(2026, 9, 30),
        options={"given.number": 10, "given.unit": "working_day"},
    )
    assert given.last_day == D(2026, 10, 20)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: due("complaint.nothing", start=D(2026, 5, 6)), "unknown_rule"),
        (lambda: due("complaint.mediation", start=D(2019, 5, 6)), "not_in_force"),
        (lambda: due("complaint.acceptance", start=D(2026, 5, 6), extensions=1), "not_extendable"),
        (lambda: due("report.verification", start=D(2026, 5, 6), extensions=-1), "too_many_extensions"),
        (
            lambda: due("report.verification", start=D(2026, 5, 6), pauses=[(D(2026, 5, 9), D(2026, 5, 8))]),
            "bad_pause",
        ),
        (lambda: due("report.verification", start=D(2026, 5, 6), pauses=[("2026-05-09", None)]), "bad_pause"),
        (lambda: due("complaint.acceptance", start="2026-05-06"), "bad_start"),
        (
            lambda: due("complaint.acceptance", start=D(2026, 5, 6), options={"weekend": True}),
            "unknown_option",
        ),
        (
            lambda: due("complaint.acceptance", start=D(2026, 5, 6), options={"weekend_rollover": 1}),
            "bad_option",
        ),
        (lambda: due("complaint.acceptance", start=D(2100, 12, 30)), "out_of_range"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(call, code):
    with pytest.raises(LawError) as caught:
        call()
    assert caught.value.code == code
    assert str(caught.value)
