"""Imports and their helpers beside each other: none waits for another for ever, and nothing comes in twice."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jiesu.businesses.linking import link_many
from jiesu.businesses.models import Business
from jiesu.businesses.naming import Named
from jiesu.cases.bulk import Written
from jiesu.cases.models import Case
from jiesu.config import jobs as config_jobs
from jiesu.intake import claims, imports, sheets
from jiesu.intake.import_models import ImportRun, NumberClaim
from jiesu.intake.taking import Taking
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


def handed_in(
    folder: Path,
    name: str,
    organisation: str = "430900-centre",
    numbers: Iterable[int] = range(3),
    channel: str = "12345",
) -> ImportRun:
    path = folder / name
    lines = ["工单编号,类型,内容,备注", *(f"H{n},投诉,第{n}件：买到过期牛奶,{name}" for n in numbers)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return sheets.receive(
        path=path, name=name, format="", channel=channel, actor=SYSTEM, registered_by=by_key(organisation),
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


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1500, 4])
def test_the_same_numbers_handed_in_by_two_organisations_at_one_moment_come_in_once(
    own_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    # given the same numbers of the other platform in the sheets of two organisations, in opposite order
    numbers = range(20)
    first = handed_in(tmp_path, "甲.csv", numbers=numbers)
    second = handed_in(tmp_path, "乙.csv", "430902-bureau", numbers=reversed(numbers))
    # and batches that stay a while between writing and committing
    monkeypatch.setattr(imports, "BATCH", batch)
    noted = Taking._note

    def slowly(self: Taking, written: Written) -> None:
        noted(self, written)
        time.sleep(0.4)

    monkeypatch.setattr(Taking, "_note", slowly)
    # when both are imported on connections of their own
    done = together(lambda: carried_out(first), lambda: carried_out(second))
    # then each number is there once, and whoever came second finds it known; nobody waited for the other for ever
    assert [run.status for run in done] == ["done", "done"]
    assert Case.objects.count() == Case.objects.values("external_number").distinct().count() == 20
    assert [sum(run.written for run in done), sum(run.known for run in done)] == [20, 20]


@pytest.mark.slow
def test_the_same_number_of_two_platforms_is_two_matters(own_database: str, tmp_path: Path) -> None:
    # given the same numbers on two channels
    first = handed_in(tmp_path, "甲.csv")
    second = handed_in(tmp_path, "乙.csv", "430902-bureau", channel="council")
    # when both are imported at once
    done = together(lambda: carried_out(first), lambda: carried_out(second))
    # then all have come in
    assert [run.written for run in done] == [3, 3]


@pytest.mark.slow
def test_what_was_claimed_for_a_batch_is_swept_away(own_database: str, tmp_path: Path) -> None:
    # given numbers that an import has claimed, and one whose batch is still being written
    carried_out(handed_in(tmp_path, "甲.csv"))
    assert NumberClaim.objects.count() == 3
    later = timezone.now() + claims.KEPT * 2
    with transaction.atomic():
        claims.claim({("12345", "H1")}, at=timezone.now())
        # when the others are swept
        (swept,) = together(lambda: claims.forget(later))
    # then that one is left
    assert (swept, NumberClaim.objects.count()) == (2, 1)
    assert claims.forget(later) == 1
