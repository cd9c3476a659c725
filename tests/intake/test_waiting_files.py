"""Pictures that wait for their contact: kept through corrections, unreadable in the folder, gone after a day."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from jiesu.cases.errors import ActionError
from jiesu.cases.files import Upload
from jiesu.intake import held
from jiesu.intake.telephones import normal_phone

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def files() -> list[Path]:
    """What lies in the folder."""
    return sorted((settings.JIESU.home / "held").glob("*"))


def test_only_the_token_reads_a_waiting_file() -> None:
    kept = held.hold(Upload("../../小票.png", PNG))

    assert (kept.name, kept.picture) == ("小票.png", True)
    assert [u.name for u in held.uploads([kept.token])] == ["小票.png"]
    assert held.listed(["another-token"]) == []
    on_disk = b"".join(p.read_bytes() for p in files())
    assert b"PNG" not in on_disk
    assert kept.token not in "".join(p.name for p in files())
    assert all(p.stat().st_mode & 0o077 == 0 for p in files())


def test_a_file_taken_back_is_gone() -> None:
    kept = held.hold(Upload("小票.png", PNG))

    held.drop([kept.token, "another-token"])

    assert held.listed([kept.token]) == []
    assert held.content(kept.token) is None


def test_a_page_that_calls_itself_a_picture_is_refused() -> None:
    with pytest.raises(ActionError, match="不能上传"):
        held.hold(Upload("小票.png", b"<html><script>alert(1)</script>"))


def test_what_nobody_sends_is_removed_after_a_day() -> None:
    now = datetime.now(tz=UTC)
    old, new = held.hold(Upload("旧.png", PNG)), held.hold(Upload("新.png", PNG))
    before = {p for p in files() if held.content(old.token) is not None}
    stale = (now - timedelta(hours=25)).timestamp()
    held_path = next(p for p in before if p == held._path(old.token))
    os.utime(held_path, (stale, stale))

    held.sweep(now)

    assert held.listed([old.token]) == []
    assert [h.name for h in held.listed([new.token])] == ["新.png"]


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("13812345678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("０１３８", None),
        ("１３８１２３４５６７８", "13812345678"),
        ("+8613812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("0737-4223315", "07374223315"),
        ("(0737) 4223315转8", "07374223315转8"),
        ("400-820-8820", "4008208820"),
        ("12315", "12315"),
        ("4223315", "4223315"),
        ("12812345678", None),
        ("138123456789", None),
        ("没有", None),
        ("", None),
    ],
)
def test_telephone_numbers_are_compared_in_one_form(typed: str, normal: str | None) -> None:
    assert normal_phone(typed) == normal
