"""Grounds, forms, articles, jurisdiction and duties on either side of each change of law."""

from datetime import date

import pytest

from jiesu.law import (
    LawError,
    action_entry,
    actions,
    articles,
    decisions,
    factors,
    filing_conditions,
    form,
    form_for,
    forms,
    ground,
    grounds,
    informant_duties,
    jurisdiction,
    not_filing_grounds,
    remedies,
    rule,
    telling,
)
from jiesu.law.grounds import SETS, all_grounds

OLD, NEW = date(2026, 4, 14), date(2026, 4, 15)
BEFORE_REGULATION, REGULATION = date(2024, 6, 30), date(2024, 7, 1)


def short(found):
    return [c.instrument.key + " " + c.article for c in found]


@pytest.mark.rule("C-10")
def test_order_20_had_six_grounds_of_non_acceptance_and_order_121_has_seven():
    assert [g.meaning for g in grounds("complaint.refusal", on=OLD)] == [
        "outside_duties",
        "already_handled",
        "not_consumer",
        "over_three_years",
        "missing_material",
        "other_law",
    ]
    assert [g.meaning for g in grounds("complaint.refusal", on=NEW)] == [
        "outside_duties",
        "already_handled",
        "not_consumer",
        "over_three_years",
        "missing_or_false_material",
        "identity",
        "other_law",
    ]


@pytest.mark.rule("C-10")
def test_another_mediation_body_is_a_ground_only_under_order_20():
    assert "依法成立的其他调解组织" in ground("refusal.2", on=OLD).text
    assert "依法成立的其他调解组织" not in ground("refusal.2", on=NEW).text


@pytest.mark.rule("C-10", "C-19")
def test_each_ground_names_what_the_decision_must_carry():
    assert ground("121.16.1").needs == ("competent_organ",)
    assert ground("121.16.2").needs == ("earlier_number",)
    assert ground("121.23.6").needs == ("named_item",)
    for name in ("complaint.refusal", "complaint.termination"):
        assert all(g.needs for g in all_grounds(name))


@pytest.mark.rule("C-19")
def test_order_20_had_seven_grounds_of_termination_and_order_121_has_eight():
    old, new = (grounds("complaint.termination", on=day) for day in (OLD, NEW))
    assert (len(old), len(new)) == (7, 8)
    assert {g.meaning for g in new} - {g.meaning for g in old} == {
        "fee_dispute",
        "art16_or_42_found",
        "death_or_dissolution",
    }
    assert ground("termination.5", on=OLD).meaning == ground("termination.5", on=NEW).meaning == "period_over"


@pytest.mark.rule("C-12")
def test_five_factors_came_with_order_121_and_none_is_a_score():
    assert factors(on=OLD) == ()
    assert [f.item for f in factors(on=NEW)] == [1, 2, 3, 4, 5]
    assert "说理" in action_entry("weigh_factors").note


@pytest.mark.rule("C-22")
def test_five_remedies_are_those_of_the_consumer_protection_law():
    found = remedies(on=NEW)
    assert [r.meaning for r in found] == ["settle", "council", "complain", "arbitrate", "sue"]
    assert {r.instrument for r in found} == {"consumer_law"}


@pytest.mark.rule("R-11", "R-12")
@pytest.mark.parametrize(
    ("day", "conditions", "excuses"), [(date(2020, 9, 1), 4, 2), (date(2021, 8, 1), 4, 4), (NEW, 4, 4)]
)
def test_filing_has_four_conditions_and_may_be_left_out_on_named_grounds(day, conditions, excuses):
    assert len(filing_conditions(on=day)) == conditions
    assert len(not_filing_grounds(on=day)) == excuses


def test_keys_of_grounds_are_unique():
    keys = [g.key for name in SETS for g in all_grounds(name)]
    assert len(keys) == len(set(keys))


@pytest.mark.rule("C-09", "C-04", "C-15", "C-21")
def test_ten_forms_came_with_order_121_and_each_knows_its_action():
    assert forms(on=OLD) == ()
    assert [f.key for f in forms(on=NEW)] == [str(n) for n in range(1, 11)]
    assert {a for f in forms(on=NEW) for a in f.issued_with} <= set(actions())
    assert form_for("refuse", on=NEW).key == "6"
    with pytest.raises(LawError, match="2026-04-14"):
        form("6", on=OLD)
    with pytest.raises(LawError):
        form("11", on=NEW)


@pytest.mark.rule("C-25", "C-03", "C-05", "C-06", "C-07", "C-16", "C-17", "C-21", "C-24", "C-26", "C-28")
@pytest.mark.rule("R-02", "R-05", "R-09", "C-13", "C-14", "C-15", "C-20", "C-23", "C-27", "R-07")
@pytest.mark.parametrize(
    ("action", "old", "new"),
    [
        ("accept", "第十四条", "第十五条"),
        ("jurisdiction", "第十二条", "第十三条"),
        ("first_receiver", "第十三条", "第十四条"),
        ("split_mixed", "第七条", "第九条"),
        ("register", "第九条", "第十条"),
        ("agent", "第十条", "第十一条"),
        ("joint", "第十一条", "第十二条"),
        ("mediate", "第十六条", "第十八条"),
        ("commission", "第十七条", "第十九条"),
        ("schedule_session", "第十八条", "第二十条"),
        ("suspend_for_recusal", "第十九条第三款", "第二十一条第三款"),
        ("appraise", "第二十条", "第二十二条"),
        ("terminate", "第二十一条第一款", "第二十三条第一款"),
        ("tell_termination", "第二十一条第二款", "第二十三条第二款"),
        ("agree", "第二十二条", "第二十四条"),
        ("raise_lead", "第二十三条", "第二十七条"),
        ("jurisdiction_report", "第二十五条", "第二十九条"),
        ("dispute_jurisdiction", "第三十条", "第三十三条"),
        ("inform_no_authority", "第二十九条", "第三十四条"),
        ("secrecy", "第三十三条", "第三十七条"),
        ("return_to_centre", "第三十七条", "第四十一条"),
        ("inform_other_channel", "第三十九条第二款", "第四十四条"),
        ("close_repeat", None, "第三十五条第二款"),
        ("merge_repeat", None, "第三十五条第二款"),
        ("weigh_factors", None, "第十七条"),
        ("follow_up", None, "第二十六条"),
    ],
)
def test_every_action_cites_the_order_of_its_day(action, old, new):
    before, after = articles(action, on=OLD), articles(action, on=NEW)
    assert [c.article for c in before if c.instrument.key == "order20"][:1] == ([old] if old else [])
    assert [c.article for c in after if c.instrument.key == "order121"][:1] == [new]
    assert not [c for c in before if c.instrument.key == "order121"]
    assert not [c for c in after if c.instrument.key == "order20"]


@pytest.mark.rule("C-27", "C-14", "C-17")
@pytest.mark.parametrize(
    ("action", "article"),
    [
        ("commission", "regulation2024 第四十六条第四款"),
        ("designate_appraiser", "regulation2024 第四十七条第一款"),
        ("transfer_to_police", "regulation2024 第四十九条第二款"),
        ("request_identity", "regulation2024 第四十六条第一款"),
    ],
)
def test_some_duties_came_with_the_regulation_of_2024_not_with_order_121(action, article):
    assert article not in short(articles(action, on=BEFORE_REGULATION))
    assert article in short(articles(action, on=REGULATION))


@pytest.mark.rule("C-07", "R-02", "R-03", "R-04")
@pytest.mark.parametrize(
    ("kind", "respondent", "day", "places"),
    [
        ("complaint", "ordinary", NEW, ("actual_place", "registered_place")),
        ("complaint", "in_platform", OLD, ("actual_place", "platform_registered_place")),
        ("complaint", "in_platform", NEW, ("platform_shown_place", "platform_registered_place")),
        ("complaint", "in_platform_unreachable", NEW, ("platform_registered_place",)),
        ("report", "ordinary", NEW, ("place_of_act",)),
        ("report", "in_platform", NEW, ("actual_place",)),
        ("report", "own_internet_advertising", NEW, ("advertiser_place",)),
    ],
)
def test_complaints_and_reports_go_to_different_bureaus(kind, respondent, day, places):
    assert jurisdiction(kind=kind, respondent_type=respondent, on=day).places == places


@pytest.mark.rule("R-03")
def test_the_platforms_bureau_may_handle_a_report_that_reaches_it_first():
    found = jurisdiction(kind="report", respondent_type="in_platform", on=NEW)
    assert found.also == ("platform_registered_place",)
    with pytest.raises(LawError):
        jurisdiction(kind="report", respondent_type="nobody", on=NEW)


@pytest.mark.rule("C-09", "C-20")
def test_a_refusal_tells_ground_reasons_remedies_and_who_is_competent():
    told = telling("refuse", on=NEW)
    assert {"ground", "reasons", "remedies", "competent_organ", "articles"} <= set(told.contents)
    assert (told.to, told.rule, told.form) == (("complainant",), "complaint.acceptance", "6")
    assert "remedies" not in telling("refuse", on=BEFORE_REGULATION).contents
    assert "remedies" in telling("refuse", on=REGULATION).contents
    assert telling("terminate", on=NEW).to == ("complainant", "respondent")


def test_clocks_and_forms_named_by_a_telling_exist():
    for decision in decisions():
        for day in (BEFORE_REGULATION, OLD, NEW):
            told = telling(decision, on=day)
            if told and told.rule:
                assert rule(told.rule)
            if told and told.form:
                assert form(told.form, on=day)


@pytest.mark.rule("R-08", "R-05")
def test_an_informant_is_told_by_statute_only_where_a_statute_says_so():
    assert [d.key for d in informant_duties(subject="lifts", on=OLD)] == ["order20.filing"]
    assert informant_duties(subject="lifts", on=NEW) == ()
    assert "food.transfer" in [d.key for d in informant_duties(subject="food", on=NEW)]
    advertising = informant_duties(subject="advertising", on=NEW)
    assert [d.citation.status for d in advertising] == ["second_hand"]
    assert informant_duties(subject="advertising", on=NEW, second_hand=False) == ()
    assert telling("file_case", on=NEW) is None


@pytest.mark.rule("C-01", "C-02", "C-08", "C-30", "C-31", "R-01", "R-06", "R-20")
def test_duties_without_a_period_are_in_the_data_too():
    for action in (
        "definition",
        "channel",
        "first_receiver",
        "national_platform",
        "no_abuse",
        "state_secret",
    ):
        assert articles(action, on=NEW)
    for action in ("register_report", "designate_jurisdiction", "serve"):
        assert articles(action, on=NEW)


def test_unknown_names_are_errors_with_codes():
    for call, code in [
        (lambda: articles("fly", on=NEW), "unknown_action"),
        (lambda: grounds("fly", on=NEW), "unknown_ground"),
        (lambda: ground("121.99.1"), "unknown_ground"),
        (lambda: telling("fly", on=NEW), "unknown_decision"),
    ]:
        with pytest.raises(LawError) as caught:
            call()
        assert caught.value.code == code
