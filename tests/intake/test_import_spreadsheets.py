"""Spreadsheets: rows become contacts and cases once, refused ones come back, hostile files do nothing."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jiesu.businesses.linking import link
from jiesu.businesses.naming import Named
from jiesu.cases import indexing, jobs, search
from jiesu.cases.act import act
from jiesu.cases.models import Case, Clock, ComplaintWords, Message, Party, Passage, ReportWords, RetentionRun
from jiesu.cases.verify import verify_case
from jiesu.config import cli
from jiesu.intake import imports, sheets, taking
from jiesu.intake.import_models import ImportedRow, ImportRun
from jiesu.intake.models import Contact
from jiesu.intake.spreadsheet import SheetError
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from jiesu.triage import kind as triage_kind
from tests.cases.conftest import moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-02T09:00")
CODE = "91350100M000100Y43"
MESSAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "hunan-messages.csv"
HEAD = [
    "工单编号",
    "类型",
    "渠道",
    "登记时间",
    "姓名",
    "联系电话",
    "被投诉单位",
    "地址",
    "内容",
    "诉求",
    "金额（元）",
    "备注",
]
GOOD = [
    "W1",
    "投诉",
    "12345",
    "2026-10-30",
    "张小明",
    "13812345678",
    "好又多超市",
    "益阳市资阳区",
    "买到过期牛奶，店家不退。",
    "退款",
    "35.50",
    "x",
]


def sheet(folder: Path, rows: list[list[object]], name: str = "表.xlsx") -> Path:
    path = folder / name
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    page = book.add_worksheet()
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            page.write(n, m, cell)
    book.close()
    return path


def take(path: Path, **options: object) -> ImportRun:
    values = {"format": "", "dry_run": False, "channel": "", **options}
    run = sheets.receive(
        path=path, name=path.name, actor=SYSTEM, registered_by=by_key("430900-centre"), at=NOW, **values,  # type: ignore[arg-type]
    )  # fmt: skip
    return imports.carry_out(run.pk, suggest_kind=triage_kind.suggest, now=lambda: NOW)


def test_rows_become_contacts_and_cases(tmp_path: Path) -> None:
    second = [*GOOD]
    second[0], second[1], second[8] = "W2", "", "商家欺骗消费者，买了假货，要求退款赔偿，商家拒绝。"
    run = take(sheet(tmp_path, [HEAD, GOOD, [], second]), channel="12345")
    assert (run.status, run.written, run.known, run.refused) == ("done", 2, 0, 0)
    assert run.unread_columns == ["备注"]
    case = Case.objects.get(external_number="W1")
    assert (case.kind, case.channel, case.amount, case.state) == ("complaint", "12345", 3550, "registered")
    assert Contact.objects.get(external_number="W1").cases == [case.pk]
    assert case.received_at.astimezone(moment("2026-01-01T00:00").tzinfo).date().isoformat() == "2026-10-30"
    # What names no kind is suggested and waits for a person; until then the strictest clock runs.
    auto = Case.objects.get(external_number="W2")
    assert auto.facts["confirmed"] is False
    assert Clock.objects.filter(case_id=auto.pk, rule="complaint.acceptance", state="open").exists()
    assert not Message.objects.exists()
    assert verify_case(case) == verify_case(auto) == []


def test_importing_again_makes_no_doubles(tmp_path: Path) -> None:
    path = sheet(tmp_path, [HEAD, GOOD])
    take(path)
    again = take(path)
    assert (again.written, again.known) == (0, 1)
    # The same number in another file is the same contact, though another column has changed.
    other = take(sheet(tmp_path, [HEAD, [*GOOD[:-1], "另一备注"], GOOD], "另一.xlsx"), channel="")
    assert (other.written, other.known) == (0, 2)
    assert Case.objects.count() == Contact.objects.count() == ImportedRow.objects.count() == 1


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    run = take(sheet(tmp_path, [HEAD, GOOD]), dry_run=True)
    assert (run.status, run.written) == ("done", 1)
    assert not Case.objects.exists()


def test_refused_rows_come_back_with_what_is_wrong_and_inert(tmp_path: Path) -> None:
    bad = [*GOOD]
    bad[0], bad[3], bad[8] = "W9", "2027-01-05", "=cmd|' /C calc'!A0"
    worse = [*GOOD]
    worse[0], worse[1] = "W8", "表扬"
    run = take(sheet(tmp_path, [HEAD, GOOD, bad, worse]))
    assert (run.written, run.refused) == (1, 2)
    assert {p["row"] for p in run.problems} == {3, 4}
    content = sheets.refused_sheet(run)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][-2:] == ["原行号", "问题"]
    assert "收到日期不能晚于今天" in rows[1][-1]
    assert rows[1][8] == bad[8]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_that_people_have(tmp_path: Path, encoding: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, [*GOOD[:8], "买到过期牛奶，\n店家“不退”。", *GOOD[9:]]])
    path = tmp_path / "表.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    assert take(path).written == 1


def test_an_interrupted_import_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[f"N{n}", *GOOD[1:]] for n in range(25)]
    path = sheet(tmp_path, [HEAD, *rows])
    monkeypatch.setattr(imports, "BATCH", 10)

    class Cut(Exception):
        """The process ends."""

    def cut(run: ImportRun) -> None:
        raise Cut

    run = sheets.receive(
        path=path, name="a.xlsx", format="", actor=SYSTEM, registered_by=by_key("430900-centre"), at=NOW
    )
    with pytest.raises(Cut):
        imports.carry_out(run.pk, suggest_kind=None, now=lambda: NOW, progress=cut)
    assert Case.objects.count() == 10
    later = moment("2026-11-02T09:10")
    assert imports.owed(later) == [run.pk]
    done = imports.carry_out(run.pk, suggest_kind=None, now=lambda: later)
    assert (done.written, done.known, Case.objects.count()) == (25, 0, 25)
    assert imports.owed(moment("2026-11-02T10:10")) == []


def _bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 80_000_000)
    return path


def _far_cells(path: Path) -> Path:
    """Two cells in opposite corners: seventeen thousand million cells if spread out."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    page.write(0, 0, "内容")
    page.write(1_048_575, 16_383, "x")
    book.close()
    return path


def _garbage(path: Path) -> Path:
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40)
    return path


def _binary(path: Path) -> Path:
    path.write_bytes(bytes(range(256)) * 100)
    return path


def _wide(path: Path) -> Path:
    path.write_text(",".join(f"列{n}" for n in range(100_000)) + "\n" + "," * 99_999)
    return path


def _entities(path: Path) -> Path:
    """A thousand million laughs inside a workbook."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    sheet1 = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData></worksheet>'
    source = sheet(path.parent, [["内容"], ["x"]], "seed.xlsx")
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(path, "w") as archive:
        for part in given.namelist():
            archive.writestr(part, sheet1 if part == "xl/worksheets/sheet1.xml" else given.read(part))
    return path


@pytest.mark.parametrize("hostile", [_bomb, _far_cells, _garbage, _binary, _wide, _entities])
def test_hostile_files_are_refused_with_a_clear_message(
    tmp_path: Path, hostile: Callable[[Path], Path]
) -> None:
    with pytest.raises(SheetError) as refusal:
        take(hostile(tmp_path / "x.xlsx"))
    assert "文件" in refusal.value.message or "列" in refusal.value.message
    assert not ImportRun.objects.exists()


def test_a_huge_cell_is_refused_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, [*GOOD[:8], "长" * 300_000, *GOOD[9:]], GOOD])
    run = take(path)
    assert (run.written, run.refused) == (1, 1)


@pytest.mark.parametrize(
    "rows", [[HEAD], [["甲", "乙"], ["1", "2"]], [["内容", "诉求内容"], ["a", "b"]], [[]]]
)
def test_a_sheet_that_says_nothing_is_refused(tmp_path: Path, rows: list[list[object]]) -> None:
    with pytest.raises(SheetError):
        take(sheet(tmp_path, rows))


@pytest.mark.skipif(not MESSAGES.is_file(), reason="the message file is not here; see data/README.md")
def test_the_message_file_comes_as_a_hand_over_from_12345(tmp_path: Path) -> None:
    # The first three hundred of its 4,326 rows: the rest is more of the same.
    with MESSAGES.open(encoding="utf-8-sig", newline="") as file:
        some = list(csv.reader(file))[:301]
    path = tmp_path / "messages.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(some)
    run = take(path)
    assert (run.format, run.channel, run.written, run.refused) == ("hunan", "12345", 300, 0)
    cases = Case.objects.filter(channel="12345")
    assert cases.exclude(external_number="").count() == 300
    assert Clock.objects.filter(rule="service.hotline_12345", state="open").count() == 300
    # Most of it is no matter of market regulation, and nobody has confirmed any kind yet.
    assert cases.filter(kind="other").count() > 180
    assert not cases.exclude(facts__confirmed=False).exists()
    assert Contact.objects.filter(kind="auto").count() == 300
    assert take(path).known == 300


def test_rows_are_linked_to_their_businesses_as_at_the_desk(tmp_path: Path) -> None:
    # given a merchant that the desk knows already, with a code
    named = Named("湘都商贸有限公司", unified_credit_code=CODE, address="益阳市资阳区五一西路1号")
    known = link(named, at=NOW)
    head = [*HEAD, "被投诉单位地址", "统一社会信用代码"]
    rows = [
        ["W1", *GOOD[1:], "益阳市资阳区五一西路2号", ""],
        ["W2", *GOOD[1:], "益阳市资阳区五一西路 2号", ""],
        ["W3", *GOOD[1:6], "湘都公司", *GOOD[7:], "", CODE],
        ["W4", *GOOD[1:6], "没有地址的店", *GOOD[7:], "", ""],
    ]
    # when a sheet names it by its code, and another one twice by name and place
    run = take(sheet(tmp_path, [head, *rows]))
    assert run.unread_columns == ["备注"]
    # then both are linked, on the case and on its party
    business = dict(Case.objects.values_list("external_number", "business_id"))
    assert business["W1"] == business["W2"] is not None
    assert (business["W3"], business["W4"]) == (known, None)
    respondents = Party.objects.filter(role__in=("respondent", "reported"))
    linked = dict(respondents.values_list("case__external_number", "business_id"))
    assert linked == business


def test_a_batch_is_looked_up_together(
    tmp_path: Path, django_assert_max_num_queries: Callable[..., object]
) -> None:
    # given sheets of one batch each, every row with a business of its own
    for count in (5, 60):
        rows = [[f"N{count}-{n}", *GOOD[1:6], f"店{n}", *GOOD[7:], f"路{count}号"] for n in range(count)]
        path = sheet(tmp_path, [[*HEAD, "被投诉单位地址"], *rows], f"{count}.xlsx")
        with django_assert_max_num_queries(60):
            assert take(path).written == count
        assert not Case.objects.filter(business_id=None).exists()


def test_suggestions_are_asked_for_in_chunks_behind_what_people_wait_for(tmp_path: Path) -> None:
    rows = [[f"N{n}", *GOOD[1:]] for n in range(taking.CHUNK + 3)]
    take(sheet(tmp_path, [HEAD, *rows]))
    queued = ProcrastinateJob.objects.filter(task_name="jiesu.suggest_each")
    assert sorted(len(job.args["cases"]) for job in queued) == [3, taking.CHUNK]
    assert {job.priority for job in queued} == {jobs.IN_THE_BACKGROUND}
    asked = [number for job in queued for number in job.args["cases"]]
    assert sorted(map(int, asked)) == sorted(Case.objects.values_list("pk", flat=True))


def kept(run: ImportRun) -> list[str]:
    folder = Path(settings.JIESU.home) / "imports"
    return [path.name for path in folder.glob(f"{run.pk}.*")]


def test_a_sheet_with_refused_rows_is_erased_when_its_days_are_over(tmp_path: Path) -> None:
    # given an import without a fault, and one whose refused row can still be fetched
    worse = ["W8", "表扬", *GOOD[2:]]
    whole = take(sheet(tmp_path, [HEAD, GOOD], "好.xlsx"))
    partly = take(sheet(tmp_path, [HEAD, worse, ["W7", *GOOD[1:]]], "差.xlsx"))
    assert (kept(whole), kept(partly)) == ([], [f"{partly.pk}.sealed"])
    # when retention runs a day before the period ends, and the day after
    assert sheets.erase(NOW + timedelta(days=29)) == 0
    assert sheets.refused_sheet(partly)
    assert sheets.due(NOW + timedelta(days=31)).count() == 1
    assert sheets.erase(NOW + timedelta(days=31)) == 1
    # then the content is gone with its key, and the record of the import stays
    assert kept(partly) == []
    partly.refresh_from_db()
    assert (partly.status, partly.written, partly.refused, partly.wrapped_key) == ("done", 1, 1, None)
    with pytest.raises(SheetError):
        sheets.refused_sheet(partly)
    assert sheets.erase(NOW + timedelta(days=31)) == 0


def test_the_command_erases_sheets_and_counts_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = take(sheet(tmp_path, [HEAD, ["W8", "表扬", *GOOD[2:]]]))
    ImportRun.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(days=31))
    assert cli.main(["retention", "plan"]) == 0
    assert "导入的表格  将删除 1 份" in capsys.readouterr().out
    assert cli.main(["retention", "run", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sheets"] == 1
    assert RetentionRun.objects.get().files == 1


def test_an_import_is_found_by_its_words_when_they_have_been_entered(tmp_path: Path) -> None:
    # given an imported complaint and report; one is routed before anybody has entered its words
    report = ["W2", "举报", *GOOD[2:9], "希望查处", *GOOD[10:]]
    take(sheet(tmp_path, [HEAD, GOOD, report]))
    complaint, told = Case.objects.get(external_number="W1"), Case.objects.get(external_number="W2")
    assert indexing.owed(10) == 2
    assert not ComplaintWords.objects.exists()
    assert ProcrastinateJob.objects.filter(task_name="jiesu.enter_words").count() == 1
    dispatcher = actor_for(Staff.objects.get(username="dispatcher"), NOW)
    act(complaint.pk, "route", {"organisation": by_key("430902-bureau").pk}, actor=dispatcher, at=NOW)
    # when the job has run, however often
    assert (indexing.enter(), indexing.enter()) == (2, 0)
    # then each stands in the index of its kind, with the words of the desk and the marks of today
    complaint.refresh_from_db()
    for case, table, demand in ((complaint, ComplaintWords, "退款"), (told, ReportWords, "希望查处")):
        words = search.tokens(f"{GOOD[8]} {demand} {GOOD[6]}", without=["张小明"])
        wanted = search.vector([*words, *search.marks(case)])
        rows = table._default_manager.filter(pk=case.pk)  # type: ignore[attr-defined]
        assert rows.extra(where=["words = %s::tsvector"], params=[wanted]).count() == 1
    assert verify_case(complaint) == verify_case(told) == []


def test_one_damaged_text_keeps_no_other_case_from_being_found(tmp_path: Path) -> None:
    take(sheet(tmp_path, [HEAD, GOOD, ["W2", *GOOD[1:]]]))
    damaged, whole = Case.objects.get(external_number="W1"), Case.objects.get(external_number="W2")
    facts = Passage.objects.filter(case_id=damaged.pk, purpose="facts")
    sealed = bytes(facts.get().sealed or b"")
    facts.update(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    # when the words are entered
    assert indexing.enter() == 2
    # then the whole one is found, the damaged one stands in the lists, and the check tells of it
    found = {row.pk: set(row.words.split()) for row in ComplaintWords.objects.all()}
    assert any("@" not in word for word in found[whole.pk])
    assert all("@" in word for word in found[damaged.pk])
    assert verify_case(damaged) != []
