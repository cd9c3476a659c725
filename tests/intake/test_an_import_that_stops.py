"""An import that meets an unforeseen error says so, goes on by itself, then waits for whoever handed it in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jiesu.cases.models import Case
from jiesu.intake import imports, sheets, stopping
from jiesu.intake.errors import Code, IntakeError
from jiesu.intake.import_models import ImportRun
from jiesu.intake.stopping import TRIES
from jiesu.intake.taking import Taking
from jiesu.people.actors import SYSTEM
from jiesu.places.queries import by_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path: Path) -> ImportRun:
    path = tmp_path / "表.csv"
    path.write_text(
        "\n".join(["工单编号,类型,内容", *(f"H{n},投诉,第{n}件：买到过期牛奶" for n in range(3))])
    )
    return sheets.receive(
        path=path, name=path.name, format="", channel="12345", actor=SYSTEM, registered_by=by_key("430900-centre"),
        at=timezone.now(),
    )  # fmt: skip


def carried_out(run: ImportRun) -> ImportRun:
    return imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)


def breaks(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(Taking, "take", broken)


def stopped(run: ImportRun, monkeypatch: pytest.MonkeyPatch, times: int = TRIES) -> ImportRun:
    with monkeypatch.context() as patch:
        breaks(patch, RuntimeError("王小花 13812345678"))
        for _n in range(times):
            with pytest.raises(RuntimeError):
                carried_out(run)
    return ImportRun.objects.get()


@pytest.mark.parametrize(("error", "told"), [
    (RuntimeError("boom"), "系统内部"), (OperationalError("gone"), "数据库"), (OSError(28, "full"), "磁盘"),
    (MemoryError(), "内存"),
])  # fmt: skip
def test_it_is_told_that_it_stopped_and_why_and_that_it_goes_on(
    run: ImportRun,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: BaseException,
    told: str,
) -> None:
    # when something unforeseen happens in the middle
    breaks(monkeypatch, error)
    with pytest.raises(type(error)):
        carried_out(run)
    # then the run says since when, why in plain words, and under which reference the account is in the log
    left = ImportRun.objects.get()
    assert (left.status, left.failures) == ("running", 1)
    assert left.stopped_at is not None
    assert told in stopping.words(left)
    assert left.reference
    assert left.reference in caplog.text
    # and the sweep takes it up again
    assert imports.owed(timezone.now() + imports.STALLED * 2) == [run.pk]


def test_it_goes_on_by_itself_and_nothing_is_left_of_it(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(run, monkeypatch, times=1)
    done = carried_out(run)
    assert (done.status, done.written, done.failures, done.stopped_at, done.reference) == (
        "done",
        3,
        0,
        None,
        "",
    )
    assert Case.objects.count() == 3


def test_after_some_tries_it_waits_for_whoever_handed_it_in(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when it has stopped again and again
    left = stopped(run, monkeypatch)
    # then nothing takes it up by itself: neither the sweep nor a job that was left
    assert left.status == ImportRun.Status.STOPPED
    assert imports.owed(timezone.now() + imports.STALLED * 2) == []
    assert carried_out(run).status == ImportRun.Status.STOPPED
    # and what was said to the worker stands on no page
    assert "王小花" not in stopping.words(left)
    # when they continue it
    stopping.go_on(run.pk, organisation=run.registered_by_id, at=timezone.now())
    # then it is queued, begins to count anew, and is done once
    assert [j.args["run"] for j in ProcrastinateJob.objects.filter(task_name="jiesu.import_file")] == [run.pk]
    assert ImportRun.objects.get().status == "waiting"
    assert (carried_out(run).status, Case.objects.count()) == ("done", 3)


def test_a_run_that_is_given_up_keeps_what_came_in_and_nothing_more_comes(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(run, monkeypatch)
    stopping.give_up(run.pk, organisation=run.registered_by_id, at=timezone.now())
    left = ImportRun.objects.get()
    assert (left.status, left.wrapped_key) == ("failed", None)
    assert "放弃" in left.error
    assert carried_out(run).status == "failed"
    assert not Case.objects.exists()


def test_between_two_tries_it_can_be_given_up_too(run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(run, monkeypatch, times=1)
    stopping.give_up(run.pk, organisation=run.registered_by_id, at=timezone.now())
    assert ImportRun.objects.get().status == "failed"


def test_only_what_has_stopped_is_continued_or_given_up(run: ImportRun) -> None:
    # given a screen that shows a run as stopped which is done meanwhile
    assert carried_out(run).status == "done"
    for deed in (stopping.go_on, stopping.give_up):
        with pytest.raises(IntakeError) as refused:
            deed(run.pk, organisation=run.registered_by_id, at=timezone.now())
        assert (refused.value.code, refused.value.status) == (Code.IMPORT_NOT_STOPPED, 409)
    assert ImportRun.objects.get().status == "done"


def test_a_sheet_that_nobody_continues_is_kept_no_longer_than_others(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(run, monkeypatch)
    assert not sheets.due(timezone.now()).exists()
    assert sheets.due(timezone.now() + timedelta(days=400)).exists()
