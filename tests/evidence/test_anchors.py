"""The nightly list of all heads finds what the database alone cannot tell: removed cases, cut tails, exchanged words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from jiesu.cases import keys, tasks
from jiesu.cases.anchors import anchor, anchors_folder, check_anchor, latest, owed
from jiesu.cases.models import Anchor, Case, Message
from jiesu.config import cli
from tests.cases.conftest import Story, Teller, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def anchored(assigned: Teller) -> tuple[Story, Path]:
    """An accepted complaint, and the list of the night after."""
    told = assigned()
    told.act("handler", "accept")
    return told, anchors_folder() / anchor(at=moment("2026-11-03T02:40")).file


def codes(path: Path) -> list[str]:
    return [f.code for f in check_anchor(path)]


def test_work_that_goes_on_is_no_finding(anchored: tuple[Story, Path]) -> None:
    told, path = anchored
    told.prove()
    told.act("handler", "send_message", body="请补充购物小票。")
    assert codes(path) == []


def test_a_case_put_back_to_an_earlier_version_is_found(anchored: tuple[Story, Path]) -> None:
    told, path = anchored
    Case.objects.filter(pk=told.number).update(version=1)
    assert codes(path) == ["tail_cut"]


def test_words_exchanged_together_with_their_digest_are_found(anchored: tuple[Story, Path]) -> None:
    # given somebody who has the data key too and changes a notice so that row and digest agree
    told, path = anchored
    message = Message.objects.filter(case_id=told.number).first()
    assert message is not None
    key = keys.unwrap(told.case.wrapped_key)
    Message.objects.filter(case_id=told.number, seq=message.seq).update(
        sealed=keys.encrypt(key, "另一份"), content_hash=keys.salted_digest(key, message.seq, "另一份")
    )
    assert codes(path) == ["contents_differ"]


def test_a_list_that_was_edited_shortened_or_is_none_is_forged(
    anchored: tuple[Story, Path], tmp_path: Path
) -> None:
    _told, path = anchored
    lines = path.read_bytes().splitlines(keepends=True)
    for name, content in (
        ("edited", [lines[0].replace(b'"', b"'"), *lines[1:]]),
        ("shortened", lines[1:]),
        ("empty", []),
        ("text", [b"hello\n"]),
    ):
        forged = tmp_path / f"{name}.jsonl"
        forged.write_bytes(b"".join(content))
        assert codes(forged) == ["anchor_forged"], name


def test_a_list_that_the_database_does_not_know_is_named(anchored: tuple[Story, Path]) -> None:
    _told, path = anchored
    copy = path.with_name("2026-01-01T000000.000000Z.jsonl")
    copy.write_bytes(path.read_bytes())
    try:
        assert codes(copy) == ["anchor_row_missing"]
    finally:
        copy.unlink()


def test_one_anchor_a_night_even_if_the_machine_slept(assigned: Teller) -> None:
    assigned()
    assert owed(moment("2026-11-03T01:59"))
    anchor(at=moment("2026-11-03T02:40"))
    assert not owed(moment("2026-11-03T03:40"))
    assert not owed(moment("2026-11-04T01:59"))
    # switched on at nine in the morning
    assert owed(moment("2026-11-04T09:00"))


def test_the_nightly_job_writes_it_once(assigned: Teller) -> None:
    assigned()
    tasks.nightly(0)
    tasks.nightly(0)
    row = Anchor.objects.get()
    assert row.cases == Case.objects.count()
    path = latest()
    assert path is not None
    assert path.name == row.file
    assert cli.main(["verify", "--anchor"]) == 0
    assert row.at - timedelta(days=1) < row.at
