"""A long list is written by the worker: asked for once, told how far, fetched by whoever asked, gone after a day."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from xlsxwriter.exceptions import FileCreateError

from jiesu.cases import exports
from jiesu.cases.models import Case, ExportRun
from jiesu.cases.worklists import Item
from jiesu.config import cli, jobs
from jiesu.people.models import AccessLog, RoleAssignment, Staff
from jiesu.web.desk import workbook
from tests.web.desk.conftest import Office, counted
from tests.web.exports.conftest import SignIn, folder, press, rows_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_cap")]


def work() -> int:
    """The worker's job."""
    return int(jobs.write_exports(timestamp=0))


def page(client: Client) -> str:
    return client.get("/desk/exports/").content.decode()


def on_record(act: str) -> list[dict[str, object]]:
    return list(AccessLog.objects.filter(act=act, detail__has_key="export").values_list("detail", flat=True))


def version(text: str) -> str:
    found = re.search(r"progress/\?v=(\w+)", text)
    assert found is not None
    return found[1]


def test_a_long_list_is_written_by_the_worker_and_fetched_by_whoever_asked(
    office: Office, sign_in: SignIn
) -> None:
    numbers = [office.assigned(), office.assigned()]
    handler = sign_in("handler")
    # when the button is pressed, the answer comes at once, and the page says that the sheet is owed
    run = press(handler)
    waiting = page(handler)
    assert "排队等待" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert handler.get(f"/desk/exports/progress/?v={version(waiting)}").status_code == 204
    assert handler.get(f"/desk/exports/{run.pk}/file/").status_code == 409
    assert on_record("export") == []
    # when the worker has written it
    assert work() == 1
    # then the page says so by itself, and asks no more
    part = handler.get(f"/desk/exports/progress/?v={version(waiting)}").content.decode()
    assert "已写好" in part
    assert "hx-get" not in part
    # and the sheet is the one that a short list gives
    answer = handler.get(f"/desk/exports/{run.pk}/file/")
    assert answer["Content-Disposition"].startswith('attachment; filename="jiesu-2')
    assert answer["Cache-Control"] == "no-store"
    rows = rows_in(answer.content)
    assert [row[0] for row in rows[1:]] == [str(number) for number in numbers]
    assert rows[0][:3] == ["编号", "类型", "渠道"]
    # and that it was written and fetched is on record, each time
    handler.get(f"/desk/exports/{run.pk}/file/")
    assert on_record("export") == [{"rows": 2, "scope": "mine", "filters": {}, "export": run.pk}]
    assert on_record("download") == [{"rows": 2, "export": run.pk}] * 2


def test_a_short_list_comes_at_once_and_an_address_alone_writes_nothing(
    office: Office, sign_in: SignIn
) -> None:
    office.assigned()
    handler = sign_in("handler")
    for answer in (
        handler.post("/desk/queue/export/?scope=mine"),
        handler.get("/desk/queue/export/?scope=mine"),
    ):
        assert len(rows_in(answer.content)) == 2
    # when the list has become long
    office.assigned()
    offered = handler.get("/desk/queue/export/?scope=mine&kind=complaint")
    # then its address offers to write it, with the same filters, and nothing is owed yet
    assert 'action="/desk/queue/export/?scope=mine&amp;kind=complaint"' in offered.content.decode()
    assert not ExportRun.objects.exists()


def test_pressed_twice_is_written_once(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    assert press(handler).pk == press(handler).pk
    assert ExportRun.objects.count() == 1
    # and another list is another sheet, and so is the same one once it has been written
    press(handler, "?scope=mine&kind=complaint")
    assert ExportRun.objects.count() == 2
    assert work() == 2
    press(handler)
    assert ExportRun.objects.count() == 3


def test_nobody_has_more_than_a_few_under_way(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    for kind in ("", "&kind=complaint", "&since=2026-01-02"):
        press(handler, f"?scope=mine{kind}")
    refused = handler.post("/desk/queue/export/?scope=mine&closed=1")
    assert refused.status_code == 409
    assert "3 份导出还没有写完" in refused.content.decode()
    # when one of them is taken back, there is room for another
    handler.post(f"/desk/exports/{ExportRun.objects.earliest('pk').pk}/remove/")
    press(handler, "?scope=mine&closed=1")
    assert ExportRun.objects.count() == 3


def test_only_the_latest_are_kept(office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_KEPT", 5)
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    numbers = []
    for _ in range(4):
        numbers.append(press(handler).pk)
        work()
    # two are over and one has just been asked for: with all that may be under way there are five
    assert sorted(ExportRun.objects.values_list("pk", flat=True)) == numbers[1:]
    assert sorted(path.name for path in folder().iterdir()) == [f"{pk}.sealed" for pk in sorted(numbers[1:])]


def test_filters_are_told_in_words_and_kept_from_whoever_reads_the_database(
    office: Office, sign_in: SignIn
) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press(handler, "?scope=mine&kind=complaint&closed=1&q=过期牛奶&since=2026-01-02")
    assert "我的 · 投诉 · 登记日期从 2026-01-02 · 包括已办结 · 关键词：过期牛奶" in page(handler)
    work()
    run.refresh_from_db()
    row = " ".join(
        bytes(v).decode(errors="replace") if isinstance(v, memoryview | bytes) else str(v)
        for v in vars(run).values()
    )
    sealed = (folder() / f"{run.pk}.sealed").read_bytes()
    assert "牛奶" not in row
    assert "mine" not in row
    assert sealed[:2] != b"PK"
    assert "牛奶" not in str(on_record("export"))
    assert on_record("export")[0]["filters"] == {
        "kind": "complaint", "since": "2026-01-02", "closed": "True", "text": True,
    }  # fmt: skip
    # and nothing of it lies beside it in the clear
    assert [path.name for path in folder().iterdir()] == [f"{run.pk}.sealed"]


def test_the_sheet_speaks_the_language_of_whoever_asked(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press_in_english(handler)
    work()
    assert rows_in(handler.get(f"/desk/exports/{run.pk}/file/").content)[0][1] == "Kind"


def press_in_english(client: Client) -> ExportRun:
    client.cookies["django_language"] = "en"
    return press(client)


def test_another_persons_exports_do_not_exist(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    run = press(sign_in("handler"))
    work()
    for username in ("officehead", "head", "auditor"):
        stranger = sign_in(username)
        assert stranger.get(f"/desk/exports/{run.pk}/file/").status_code == 404
        assert stranger.post(f"/desk/exports/{run.pk}/remove/").status_code == 404
        assert "一天之内没有导出过" in page(stranger)
    assert sign_in("admin").get("/desk/exports/").status_code == 403
    assert Client().get(f"/desk/exports/{run.pk}/file/")["Location"].startswith("/desk/login/")
    assert on_record("download") == []
    assert ExportRun.objects.filter(pk=run.pk).exists()


def test_whoever_left_or_lost_a_role_fetches_nothing(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press(handler)
    work()
    staff = Staff.objects.get(username="handler")
    # when the person has another role than the one by which the rows were seen
    RoleAssignment.objects.filter(staff=staff).update(role="calltaker")
    refused = handler.get(f"/desk/exports/{run.pk}/file/")
    assert refused.status_code == 409
    assert "岗位或者代班有了变化" in refused.content.decode()
    assert f"/desk/exports/{run.pk}/file/" not in page(handler)
    # or none at all, or no account any more
    RoleAssignment.objects.filter(staff=staff).delete()
    assert handler.get(f"/desk/exports/{run.pk}/file/").status_code == 403
    Staff.objects.filter(pk=staff.pk).update(is_active=False)
    assert handler.get(f"/desk/exports/{run.pk}/file/")["Location"].startswith("/desk/login/")
    assert on_record("download") == []


def test_rows_are_read_with_the_rights_of_the_moment_in_which_they_are_written(
    office: Office, sign_in: SignIn
) -> None:
    kept, gone = office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press(handler)
    # when a case goes to somebody else before the worker comes to it
    Case.objects.filter(pk=gone).update(assignee=Staff.objects.get(username="officehead"))
    work()
    rows = rows_in(handler.get(f"/desk/exports/{run.pk}/file/").content)
    assert [row[0] for row in rows[1:]] == [str(kept)]


@pytest.mark.parametrize("lost", ["role", "account"])
def test_whoever_has_no_right_any_more_gets_no_sheet(office: Office, sign_in: SignIn, lost: str) -> None:
    office.assigned(), office.assigned()
    run = press(sign_in("handler"))
    staff = Staff.objects.get(username="handler")
    if lost == "role":
        RoleAssignment.objects.filter(staff=staff).update(role="system_admin")
    else:
        Staff.objects.filter(pk=staff.pk).update(is_active=False)
    assert work() == 0
    run.refresh_from_db()
    assert (run.status, run.problem) == ("failed", "rights")
    assert on_record("export") == []
    assert not list(folder().glob("*"))


def test_a_list_above_the_limit_says_that_it_was_cut(
    office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (exports, workbook):
        monkeypatch.setattr(module, "MOST_EXPORTED", 2)
    for _ in range(3):
        office.assigned()
    handler = sign_in("handler")
    run = press(handler)
    work()
    run.refresh_from_db()
    assert (run.rows, run.total, run.cut) == (2, 2, True)
    assert "超过一次导出的上限" in page(handler)
    assert rows_in(handler.get(f"/desk/exports/{run.pk}/file/").content)[3][0].startswith("一次最多导出 2 件")


def test_without_any_job_the_sweep_finds_what_is_owed(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    run = press(sign_in("handler"))
    queued = ProcrastinateJob.objects.filter(task_name="jiesu.write_exports")
    assert queued.count() == 1
    queued.delete()
    assert work() == 1
    assert work() == 0
    run.refresh_from_db()
    assert (run.status, run.attempts, len(on_record("export"))) == ("done", 1, 1)


def test_a_killed_writing_begins_again_and_is_once_on_record(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press(handler)
    # given a worker that was killed in the middle: its run goes on nowhere, and rows lie beside it in the clear
    ExportRun.objects.filter(pk=run.pk).update(status="running", attempts=1, rows=1, total=2)
    left = folder() / f".{run.pk}.killed"
    left.mkdir(parents=True)
    (left / "rows").write_text("过期牛奶")
    assert "1 / 2" in page(handler)
    # when the next worker comes
    assert work() == 1
    # then the sheet is whole, and what was left is gone
    assert [path.name for path in folder().iterdir()] == [f"{run.pk}.sealed"]
    assert len(rows_in(handler.get(f"/desk/exports/{run.pk}/file/").content)) == 3
    assert len(on_record("export")) == 1


def test_what_ends_its_process_again_and_again_is_given_up(
    office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run, real = press(handler), workbook.write

    def lost(items: Iterable[Item], target: Path, at: datetime) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(workbook, "write", lost)
    for _ in range(exports.MOST_ATTEMPTS):
        with pytest.raises(OperationalError):
            work()
    assert work() == 0
    run.refresh_from_db()
    assert (run.status, run.problem, run.attempts) == ("failed", "interrupted", exports.MOST_ATTEMPTS)
    assert "后台写了几次都被中断" in page(handler)
    # and it keeps no other sheet waiting
    monkeypatch.setattr(workbook, "write", real)
    press(handler)
    assert work() == 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FileCreateError(OSError(errno.EIO, "broken")), "写这份清单时出错"),
        (OSError(errno.ENOSPC, "full"), "磁盘空间不足"),
        (ZeroDivisionError(), "写这份清单时出错"),
    ],
)
def test_an_error_is_told_and_not_tried_for_ever(
    office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press(handler)
    tried: list[int] = []

    def broken(items: Iterable[Item], target: Path, at: datetime) -> None:
        tried.append(1)
        raise error

    monkeypatch.setattr(workbook, "write", broken)
    assert [work(), work()] == [0, 0]
    assert len(tried) == 1
    shown = page(handler)
    assert told in shown
    assert "hx-get" not in shown.split("<main")[1]
    assert handler.get(f"/desk/exports/{run.pk}/file/").status_code == 409
    assert not list(folder().glob("*"))


def test_a_wish_taken_back_while_it_is_written_leaves_nothing(
    office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press(handler)
    real = workbook.write

    def slow(items: Iterable[Item], target: Path, at: datetime) -> None:
        real(items, target, at)
        handler.post(f"/desk/exports/{run.pk}/remove/")

    monkeypatch.setattr(workbook, "write", slow)
    assert work() == 0
    assert not ExportRun.objects.exists()
    assert not list(folder().glob("*"))
    assert on_record("export") == []


def test_a_sheet_goes_after_a_day_and_what_was_left_of_others_too(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press(handler)
    work()
    (folder() / ".999.draft").write_bytes(b"x")
    (folder() / "999.sealed").write_bytes(b"x")
    # within the day it stays, and only what belongs to nothing goes
    assert jobs.erase_exports(timestamp=0) == 0
    assert [path.name for path in folder().iterdir()] == [f"{run.pk}.sealed"]
    # after it, it can no longer be fetched, even before the sweep has come
    ExportRun.objects.update(finished_at=timezone.now() - exports.KEPT)
    assert handler.get(f"/desk/exports/{run.pk}/file/").status_code == 404
    assert "一天之内没有导出过" in page(handler)
    assert jobs.erase_exports(timestamp=0) == 1
    assert not ExportRun.objects.exists()
    assert not list(folder().glob("*"))


def test_retention_takes_what_the_sweep_has_not_taken(
    office: Office, sign_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    office.assigned(), office.assigned()
    press(sign_in("handler"))
    work()
    ExportRun.objects.update(finished_at=timezone.now() - exports.KEPT - timedelta(minutes=1))
    assert cli.main(["retention", "plan"]) == 0
    assert "1 份 / exported sheets to erase" in capsys.readouterr().out
    assert cli.main(["retention", "run", "--yes"]) == 0
    assert not ExportRun.objects.exists()


def test_a_sheet_that_is_not_where_it_was_is_told(office: Office, sign_in: SignIn) -> None:
    office.assigned(), office.assigned()
    handler = sign_in("handler")
    run = press(handler)
    work()
    path = folder() / f"{run.pk}.sealed"
    for content in (path.read_bytes()[:-1], None):
        path.write_bytes(content) if content else path.unlink()
        refused = handler.get(f"/desk/exports/{run.pk}/file/")
        assert refused.status_code == 409
        assert "请重新导出" in refused.content.decode()
    assert on_record("download") == []


def test_writing_sends_as_many_statements_for_many_rows_as_for_few(office: Office, sign_in: SignIn) -> None:
    sent = []
    handler = sign_in("handler")
    for count in (2, 6):
        for _ in range(count):
            office.assigned()
        press(handler)
        with counted() as statements:
            assert work() == 1
        sent.append(len(statements))
    assert sent[0] >= sent[1]


def test_the_menu_of_the_person_leads_to_the_exports(office: Office, sign_in: SignIn) -> None:
    assert reverse("exports:list") in sign_in("handler").get("/desk/queue/").content.decode()
    assert reverse("exports:list") not in sign_in("admin").get("/desk/staff/").content.decode()
