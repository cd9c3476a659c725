"""Handing in a spreadsheet at the desk: progress by polling, refused rows back, nobody else's runs."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from jiesu.cases import indexing
from jiesu.cases.models import Case
from jiesu.intake import imports, sheets
from jiesu.intake.import_models import ImportRun
from jiesu.intake.stopping import TRIES
from jiesu.intake.taking import Taking
from jiesu.people.models import AccessLog, Staff

pytestmark = pytest.mark.django_db
SHEET = (
    "工单编号,类型,内容,收到时间\nA1,投诉,买到过期牛奶店家不退款,2026-01-05\nA2,表扬,服务很好,2026-01-05\n"
)


def client(username: str) -> Client:
    found = Client()
    found.force_login(Staff.objects.get(username=username), "jiesu.people.authentication.StaffBackend")
    return found


def hand_in(person: Client, content: bytes = SHEET.encode(), **fields: str) -> object:
    return person.post(
        "/desk/imports/", {"sheet": SimpleUploadedFile("交办 <b>.csv", content), "channel": "12345", **fields}
    )


def test_a_sheet_is_handed_in_read_and_its_refused_rows_fetched() -> None:
    person = client("dispatcher")
    answer = hand_in(person)
    run = ImportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/imports/{run.pk}/")  # type: ignore[attr-defined,index]
    waiting = person.get(f"/desk/imports/{run.pk}/").content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    assert "<b>" not in waiting.split("<main")[1]
    assert person.get(f"/desk/imports/{run.pk}/progress/?v=waiting.0.0").status_code == 204
    imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)
    part = person.get(f"/desk/imports/{run.pk}/progress/?v=waiting.0.0").content.decode()
    # The page says that what was imported is not found by its words yet, and goes on asking until it is.
    assert "还有 1 件" in part
    assert "hx-get" in part
    indexing.enter()
    part = person.get(f"/desk/imports/{run.pk}/progress/?v=done.2.1").content.decode()
    assert "还有" not in part
    assert "hx-get" not in part
    assert "没有这种" in part or "类型应当是" in part
    sheet = person.get(f"/desk/imports/{run.pk}/refused/")
    rows = (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sheet.content))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[1][0] == "A2"
    assert AccessLog.objects.filter(act="export", detail__rows=1).exists()
    assert Case.objects.get().external_number == "A1"


@pytest.mark.parametrize(
    ("content", "told"), [(SHEET.encode(), "类型应当是"), (b"\x00" * 99, "读不出这个文件")]
)
def test_a_long_file_is_read_by_the_worker_and_nobody_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, settings: object, content: bytes, told: str
) -> None:
    # given a file that would take a web process a while to read
    monkeypatch.setattr(sheets, "READ_AT_ONCE", 50)
    monkeypatch.setattr(sheets, "PART", 40)
    person = client("dispatcher")
    # when it is handed in
    assert hand_in(person, content).status_code == 303  # type: ignore[attr-defined]
    run = ImportRun.objects.get()
    # then it lies sealed until somebody has read it, and the page says so
    folder = Path(settings.JIESU.home) / "imports"  # type: ignore[attr-defined]
    assert "牛奶".encode() not in (folder / f"{run.pk}.file").read_bytes()
    assert "正在读取文件" in person.get(f"/desk/imports/{run.pk}/").content.decode()
    assert person.get(f"/desk/imports/{run.pk}/progress/?v=unread").status_code == 204
    assert person.get(f"/desk/imports/{run.pk}/refused/").status_code == 404
    # and is imported, or what is wrong with it is told, without leaving the file behind
    done = imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)
    assert told in person.get(f"/desk/imports/{run.pk}/progress/?v=unread").content.decode()
    assert (done.read, done.channel) == ((2 if done.rows else 0), "12345")
    assert not (folder / f"{run.pk}.file").exists()


def test_a_file_that_cannot_be_read_says_so() -> None:
    answer = hand_in(client("dispatcher"), b"\x00\x01\x02" * 99)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "读不出这个文件" in answer.content.decode()  # type: ignore[attr-defined]


def test_runs_of_others_are_not_there() -> None:
    hand_in(client("dispatcher"))
    run = ImportRun.objects.get()
    stranger = client("dispatcher.heshan")
    for page in ("", "progress/", "refused/"):
        assert stranger.get(f"/desk/imports/{run.pk}/{page}").status_code == 404
    assert str(run.name) not in stranger.get("/desk/imports/").content.decode()


@pytest.mark.parametrize("username", ["handler", "head", "supervisor", "admin", "auditor", "council"])
def test_only_dispatchers_hand_sheets_in(username: str) -> None:
    assert client(username).get("/desk/imports/").status_code == 403


def test_nothing_is_left_in_the_clear(settings: object) -> None:
    hand_in(client("dispatcher"))
    run = ImportRun.objects.get()
    folder = Path(settings.JIESU.home) / "imports"  # type: ignore[attr-defined]
    assert "牛奶".encode() not in (folder / f"{run.pk}.sealed").read_bytes()
    imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)
    assert not list(folder.glob("*.plain"))


def breaks(monkeypatch: pytest.MonkeyPatch, run: ImportRun, times: int) -> None:
    """The import meets what nobody foresaw, so many times."""

    def broken(*_: object) -> None:
        raise RuntimeError("王小花 13812345678")

    with monkeypatch.context() as patch:
        patch.setattr(Taking, "take", broken)
        for _n in range(times):
            with pytest.raises(RuntimeError):
                imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)


def test_whoever_handed_it_in_sees_that_it_stopped_and_that_it_goes_on_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given an import that somebody watches
    person = client("dispatcher")
    hand_in(person)
    run = ImportRun.objects.get()
    before = f"/desk/imports/{run.pk}/progress/?v=running.0.0"
    # when it stops
    breaks(monkeypatch, run, 1)
    # then the page says so without reload, in plain words, with a reference and without what the error said
    part = person.get(before).content.decode()
    run.refresh_from_db()
    for words in (
        "停了下来",
        "系统内部出了没有预料到的错误",
        "自动从停下的地方接着做",
        run.reference,
        "放弃",
    ):
        assert words in part
    for words in ("王小花", "Traceback", "RuntimeError"):
        assert words not in part
    assert "hx-get" in part
    # when it has gone on
    imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)
    assert "停了下来" not in person.get(f"/desk/imports/{run.pk}/").content.decode()


def test_an_import_that_waits_is_continued_from_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    person = client("dispatcher")
    hand_in(person)
    run = ImportRun.objects.get()
    breaks(monkeypatch, run, TRIES)
    shown = person.get(f"/desk/imports/{run.pk}/").content.decode()
    assert "现在等您处理" in shown
    # it does not go on asking: nothing moves until somebody does something
    assert "hx-get" not in shown
    assert "已中断" in person.get("/desk/imports/").content.decode()
    # others neither see nor continue it
    assert client("dispatcher.heshan").post(f"/desk/imports/{run.pk}/continue/").status_code == 404
    assert client("handler").post(f"/desk/imports/{run.pk}/continue/").status_code == 403
    assert person.post(f"/desk/imports/{run.pk}/forget/").status_code == 404
    assert person.get(f"/desk/imports/{run.pk}/continue/").status_code == 405
    # when it is continued
    assert person.post(f"/desk/imports/{run.pk}/continue/").status_code == 303
    assert imports.carry_out(run.pk, suggest_kind=None, now=timezone.now).status == "done"
    # then a second click, on a screen that still shows it as stopped, does nothing and says why
    again = person.post(f"/desk/imports/{run.pk}/give-up/")
    assert again.status_code == 409
    assert "现在没有停下" in again.content.decode()
    assert ImportRun.objects.get().status == "done"


def test_an_import_that_waits_is_given_up_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    person = client("dispatcher")
    hand_in(person)
    run = ImportRun.objects.get()
    breaks(monkeypatch, run, TRIES)
    assert person.post(f"/desk/imports/{run.pk}/give-up/").status_code == 303
    shown = person.get(f"/desk/imports/{run.pk}/").content.decode()
    assert "已放弃" in shown
    assert "继续" not in shown.split("<main")[1]


def test_an_import_without_progress_says_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    person = client("dispatcher")
    hand_in(person)
    run = ImportRun.objects.get()
    assert "没有进展" not in person.get(f"/desk/imports/{run.pk}/").content.decode()
    ImportRun.objects.update(touched_at=timezone.now() - imports.STALLED * 2)
    assert "没有进展" in person.get(f"/desk/imports/{run.pk}/progress/?v=waiting.0.0").content.decode()
