"""Imports and their helpers beside each other: none waits for another for ever, and nothing comes in twice."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jiesu.businesses.linking import link_many
from jiesu.businesses.models import Business
from jiesu.businesses.naming import Named
from jiesu.cases.models import Case
from jiesu.config import jobs as config_jobs
from jiesu.intake import imports, sheets
from jiesu.intake.import_models import ImportRun
from jiesu.people.actors import SYSTEM
from jiesu.places.queries import by_key
from tests.races import together


@pytest.mark.slow
def test_the_same_businesses_linked_by_several_at_once_are_added_once(own_database: str) -> None:
    # given two hundred businesses that nobody knows
    named = [Named(f"店{n}", address=f"益阳市资阳区{n}号") for n in range(200)]

    # when four processes link them, each in an order of its own
    def turned(n: int) -> list[int | None]:
        order = named[n * 50 :] + named[: n * 50]
        found = dict(zip(order, link_many(order if n % 2 else order[::-1], at=timezone.now()), strict=True))
        return sorted(filter(None, found.values()))

    answers = together(*[lambda n=n: turned(n) for n in range(4)])

    # then all have found the same rows
    assert answers == [answers[0]] * 4
    assert Business.objects.filter(name__startswith="店").count() == 200


def handed_in(folder: Path, name: str, organisation: str = "430900-centre", rows: int = 3) -> ImportRun:
    path = folder / name
    lines = ["工单编号,类型,内容,备注", *(f"H{n},投诉,第{n}件：买到过期牛奶,{name}" for n in range(rows))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return sheets.receive(
        path=path, name=name, format="", channel="12345", actor=SYSTEM, registered_by=by_key(organisation),
        at=timezone.now(),
    )  # fmt: skip


def carried_out(run: ImportRun) -> ImportRun:
    return imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)


@pytest.mark.slow
def test_a_corrected_sheet_waits_for_the_one_that_it_corrects(
    own_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a sheet under way, and its corrected copy handed in meanwhile
    first, second = handed_in(tmp_path, "表.csv"), handed_in(tmp_path, "改正.csv")
    given_back: list[ImportRun] = []

    def beside(run: ImportRun) -> None:
        given_back.extend(together(lambda: carried_out(second), lambda: carried_out(first)))

    # when both are taken up by other processes before the first is done
    done = imports.carry_out(first.pk, suggest_kind=None, now=timezone.now, progress=beside)
    # then they come back at once and untouched: no place in the worker is held by waiting
    assert [run.status for run in given_back] == ["waiting", "running"]
    # and the first one, when it is done, calls the second, which finds every number
    assert (done.status, done.written) == ("done", 3)
    called = ProcrastinateJob.objects.filter(task_name="jiesu.import_file")
    assert [job.args["run"] for job in called] == [second.pk]
    again = carried_out(second)
    assert (again.status, again.written, again.known) == ("done", 0, 3)
    assert Case.objects.count() == 3


@pytest.mark.slow
def test_whoever_read_a_run_before_it_ended_leaves_it_ended(
    own_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a sweep that has read a run while another process was still at it
    run = handed_in(tmp_path, "表.csv")
    alone = imports._alone

    def late(read: ImportRun) -> AbstractContextManager[bool]:
        monkeypatch.setattr(imports, "_alone", alone)
        assert carried_out(run).status == "done"
        return alone(read)

    monkeypatch.setattr(imports, "_alone", late)
    # when it comes to hold the run
    left = carried_out(run)
    # then it finds it done, and does not look for a sheet that is gone
    assert (left.status, left.written, left.error) == ("done", 3, "")
    assert ImportRun.objects.get().status == "done"


@pytest.mark.slow
def test_an_import_that_fails_keeps_no_other_waiting(
    own_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given two imports whose processes have gone; the first cannot be carried out
    first, second = handed_in(tmp_path, "甲.csv"), handed_in(tmp_path, "乙.csv", "430902-bureau")
    ImportRun.objects.update(touched_at=timezone.now() - imports.STALLED * 2)
    real = imports.carry_out

    def broken(run: int, **rest: Any) -> ImportRun:
        if run == first.pk:
            raise RuntimeError("broken")
        return real(run, **rest)

    monkeypatch.setattr(imports, "carry_out", broken)
    # when the sweep goes over them
    with pytest.raises(ExceptionGroup):
        config_jobs.sweep_imports(timestamp=0)
    # then the other one is done, and the failure was told
    assert ImportRun.objects.get(pk=second.pk).status == "done"
