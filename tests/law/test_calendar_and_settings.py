"""The imported notices, the settings, the coverage of the rule book and what the command prints."""

import json
from datetime import date
from pathlib import Path

import pytest

from jiesu.law import LawError, due, options, rules, shipped
from jiesu.law.cli import coverage_text, due_text, rules_text
from jiesu.law.coverage import counts, covered, render
from jiesu.law.options import resolve
from jiesu.law.page import command

ROOT = Path(__file__).parents[2]


def notice(**changed):
    days = [{"name": "春节", "date": f"2027-02-{d:02}", "isOffDay": True} for d in range(1, 13)]
    return {"year": 2027, "papers": ["国办发明电"], "days": days, **changed}


def test_the_shipped_calendar_knows_2019_to_2026_and_not_2027():
    assert shipped().years == tuple(range(2019, 2027))
    assert not shipped().published(2027)
    assert shipped().is_make_up_day(date(2026, 10, 10))
    assert shipped().holiday_name(date(2026, 10, 1)) == "国庆节"


def test_a_year_added_gives_a_new_calendar_and_leaves_the_old_one_alone():
    before = shipped()
    after = before.with_year(json.dumps(notice()))
    assert (before.published(2027), after.published(2027)) == (False, True)
    assert before != after
    assert after == before.with_year(notice())
    assert not after.is_working_day(date(2027, 2, 1))


def test_a_notice_may_speak_of_the_december_before():
    added = [{"name": "元旦", "date": "2026-12-31", "isOffDay": True}]
    after = shipped().with_year(notice(days=notice()["days"] + added))
    assert shipped().is_working_day(date(2026, 12, 31))
    assert not after.is_working_day(date(2026, 12, 31))


@pytest.mark.parametrize(
    "wrong",
    [
        "no json",
        "[]",
        notice(year="2027"),
        notice(year=True),
        notice(days={}),
        notice(days=[]),
        notice(days=notice()["days"][:3]),
        notice(days=[*notice()["days"], notice()["days"][0]]),
        notice(days=[*notice()["days"], {"name": "", "date": "2027-03-01", "isOffDay": True}]),
        notice(days=[*notice()["days"], {"name": "x", "date": "2027-02-30", "isOffDay": True}]),
        notice(days=[*notice()["days"], {"name": "x", "date": "2028-03-01", "isOffDay": True}]),
        notice(days=[*notice()["days"], {"name": "x", "date": "2027-03-01", "isOffDay": "yes"}]),
        notice(days=[*notice()["days"], "2027-03-01"]),
        notice(papers="x"),
    ],
)
def test_a_wrong_notice_is_refused(wrong):
    with pytest.raises(LawError) as caught:
        shipped().with_year(wrong)
    assert caught.value.code == "bad_calendar"


def test_every_setting_has_a_default_that_fits_and_is_called_not_statutory():
    for option in options().values():
        assert option.check(option.default) == option.default
        assert option.statutory_label == "非法定"
        assert option.label
        assert option.source


@pytest.mark.rule("C-12")
def test_thresholds_for_the_factors_are_unset_and_belong_to_a_city_or_above():
    for key in ("factors.window_days", "factors.many_complaints", "factors.shared_contact_people"):
        assert (options()[key].default, options()[key].level) == (None, "city")


@pytest.mark.rule("C-16")
def test_recusal_does_not_pause_unless_a_setting_says_so():
    assert resolve(None)["recusal.pauses"] is False
    assert resolve({"recusal.pauses": True})["recusal.pauses"] is True


def test_every_rule_can_be_asked_on_a_day_of_its_force():
    given = {"given.number": 5, "informant.courtesy_working_days": 5}
    for rule in rules():
        day = max(p.citation.valid_from for p in rule.provisions)
        day = max(day, date(2019, 1, 1))
        found = due(rule.id, start=day, options=given)
        assert found.expires_at is not None
        assert found.statutory is rule.statutory


def test_every_read_rule_on_complaints_and_the_named_rules_on_reports_are_in_the_data():
    named = {f"C-{n:02}" for n in range(1, 32)} | {f"R-{n:02}" for n in (*range(1, 13), 20, 24)}
    entries = {e.id: e for e in covered(root=ROOT)}
    assert [i for i in sorted(named) if not entries[i].data] == []
    assert [i for i in sorted(named) if not entries[i].tests] == []


def test_the_page_on_the_law_lists_every_rule(tmp_path):
    page = render(root=ROOT)
    assert all(f"| {e.id} |" in page for e in covered(root=ROOT))
    assert counts(root=ROOT)["rules"] == 127
    target = tmp_path / "law.md"
    assert command(["--check", str(target)], module="jiesu.law.coverage", render=render) == 1
    assert command(["--write", str(target)], module="jiesu.law.coverage", render=render) == 0
    assert command(["--check", str(target)], module="jiesu.law.coverage", render=render) == 0
    assert command([], module="jiesu.law.coverage", render=render) == 2


def test_the_command_prints_last_day_certainty_article_and_account():
    text = due_text("complaint.acceptance", "2026-09-25T10:30")
    assert text.splitlines()[0] == "2026-10-12　确定　《市场监督管理投诉举报处理办法》第十五条"
    assert "计入第7日" in text
    assert "暂定" in due_text("complaint.acceptance", "2026-12-28").splitlines()[0]
    assert "非法定" in due_text("service.on_site_hour", "2026-09-25T10:30")
    assert "complaint.mediation" in rules_text()
    assert "rules: 127" in coverage_text()
    with pytest.raises(LawError):
        due_text("complaint.acceptance", "yesterday")
