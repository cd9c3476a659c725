"""Rows that nobody expected: each comes in or comes back with words that say what to do, and none stops its sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jiesu.cases.models import Case, Event
from jiesu.cases.verify import verify_case
from jiesu.intake import checking, sheets
from jiesu.intake.import_models import ImportRun
from jiesu.intake.spreadsheet import SheetError, formats, word
from jiesu.triage.subject import subjects
from tests.intake.test_import_spreadsheets import GOOD, HEAD, sheet, take

pytestmark = pytest.mark.django_db
ODD = (
    "长" * 500, "9" * 400, "-5", "1e30", "92233720368547758.08", "0001-01-01", "9999-12-31", "2026-02-30", "\u202e反",
    "😀" * 100, "a\tb\nc", "2026-11-02T09:00:00+99:00", "２０２６年", "\\N", "{}", "_x0000_", "0.005",
)  # fmt: skip


def columns() -> dict[str, str]:
    return {field: names[0] for field, names in formats()["standard"].columns.items()}


def told(run: ImportRun) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for problem in run.problems:
        found.setdefault(problem["row"], []).append(problem["message"])
    return found


def test_odd_cells_in_whatever_column_stop_nothing(tmp_path: Path) -> None:
    # given a row for each column and each odd value that it may hold, and good ones between them
    head = columns()
    base = {"kind": "投诉", "text": "买到过期牛奶", "demand": "退款", "respondent.address": "益阳市资阳区"}
    rows = [{**base, field: odd} for field in head for odd in (*ODD, "")]
    cells = [[row.get(field, "") for field in head] for row in rows]
    # when they are imported
    run = take(sheet(tmp_path, [[*head.values()], *cells]))
    # then each row is accounted for, with words for those that are refused
    assert (run.status, run.read) == ("done", len(rows))
    assert run.written + run.known + run.refused == len(rows)
    assert run.written > len(rows) / 2
    assert all(re.match("“[^a-z_]+”：", message) for row in told(run).values() for message in row)
    assert Case.objects.count() == run.written


def test_a_category_becomes_its_code_and_a_foreign_one_joins_the_words(tmp_path: Path) -> None:
    foreign = "食品类投诉>保健食品>虚假宣传>网络直播间销售（张小明反映）"
    rows = [["A1", *GOOD[1:], "预付式消费"], ["A2", *GOOD[1:], foreign], ["A3", *GOOD[1:], "food"]]
    run = take(sheet(tmp_path, [[*HEAD, "问题类别"], *rows]))
    assert (run.written, run.problems) == (3, [])
    found = {case.external_number: case for case in Case.objects.all()}
    assert [found[number].subject for number in ("A1", "A2", "A3")] == ["prepaid", "", "food"]
    # Free text is no fact: neither the row nor the event holds it, and the case's own text does.
    assert not Event.objects.filter(data__icontains="直播间").exists()
    assert all(verify_case(case) == [] for case in found.values())


def test_the_names_of_categories_are_those_of_the_suggestions() -> None:
    assert [word("subjects", label) for _code, label in subjects()] == [code for code, _label in subjects()]


def test_a_row_that_the_database_cannot_hold_comes_back_and_the_others_come_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a check that lets through what is too long for its column
    monkeypatch.setattr(checking, "_CODE", re.compile(".*"))
    rows = [[f"B{n}", *GOOD[1:], "长" * 30 if n == 4 else ""] for n in range(9)]
    again = ["B4", *GOOD[1:], ""]
    # when the sheet is imported, in which the same number comes once more and is right
    run = take(sheet(tmp_path, [[*HEAD, "问题类别"], *rows, again]))
    # then one row is refused, and its number is not taken for one that has come in
    assert (run.status, run.written, run.known, run.refused) == ("done", 9, 0, 1)
    assert told(run) == {6: ["这一行有系统存不下的内容，请核对各列后再导入。"]}


def test_a_yes_or_no_that_is_neither_is_named_by_its_column(tmp_path: Path) -> None:
    run = take(sheet(tmp_path, [[*HEAD, "是否匿名"], [*GOOD, "不知"]]))
    assert told(run) == {2: ["“是否匿名”：应当是“是”或者“否”。"]}


def test_a_number_that_comes_twice_in_a_sheet_is_told_by_its_row(tmp_path: Path) -> None:
    # given another matter under a number that was copied by mistake
    other = [*GOOD]
    other[8] = "空调坏了，商家不修。"
    run = take(sheet(tmp_path, [HEAD, GOOD, other]))
    # then it is not registered, but nobody has to compare lists to find out which it was
    assert (run.written, run.known, run.refused) == (1, 1, 0)
    assert "改正编号" in told(run)[3][0]
    assert sheets.refused_sheet(run)
    # and a sheet that was imported before tells nothing of each of its rows
    assert take(sheet(tmp_path, [HEAD, GOOD], "再.xlsx")).problems == []


@pytest.mark.parametrize(
    "written", ["2026/10/5 8:30", "2026年10月5日 08:30", "2026-10-5 8:30:00", "2026-10-05T08:30"]
)
def test_instants_as_spreadsheets_write_them(tmp_path: Path, written: str) -> None:
    run = take(sheet(tmp_path, [HEAD, [*GOOD[:3], written, *GOOD[4:]]]))
    assert (run.written, run.problems) == (1, [])
    assert Case.objects.get().received_at.isoformat() == "2026-10-05T00:30:00+00:00"


def test_a_title_above_the_names_of_columns_is_named_as_the_fault(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="上面的表名"):
        take(sheet(tmp_path, [["2026年11月投诉登记表"], HEAD, GOOD]))
