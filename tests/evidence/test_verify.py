"""``jiesu verify`` finds whatever somebody with the database and the folder, but not the keys, could change."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from PIL import Image

from jiesu.cases import keys, search
from jiesu.cases.act import act
from jiesu.cases.files import Upload
from jiesu.cases.findings import LABELS
from jiesu.cases.models import Case, Clock, ComplaintWords, Event, File, Message, Party, Passage
from jiesu.cases.verify import Calendars, Finding, check_replay, stream, verify_all, verify_case
from jiesu.config import cli
from jiesu.people.actors import Actor
from tests.cases.conftest import Story, Teller, moment

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, format="PNG")
    return out.getvalue()


@pytest.fixture
def worked(assigned: Teller, who: Callable[[str], Actor]) -> Story:
    """An accepted complaint with a notice that is proven, and a file."""
    told = assigned()
    told.act("handler", "accept")
    told.prove()
    act(
        told.number,
        "add_evidence",
        {"description": "购物小票"},
        actor=who("handler"),
        at=moment("2026-11-03T09:00"),
        files=[Upload("小票.png", picture())],
    )
    return told


def codes(told: Story) -> list[str]:
    return sorted(f.code for f in verify_case(told.case))


def test_a_case_with_notices_and_files_is_whole(worked: Story) -> None:
    assert verify_case(worked.case) == []


def test_a_text_sealed_anew_with_another_key_is_found(worked: Story) -> None:
    Passage.objects.filter(case_id=worked.number).update(sealed=keys.encrypt(keys.new_data_key(), "改过"))
    assert set(codes(worked)) == {"passage_altered"}


def test_a_text_sealed_anew_with_the_right_key_does_not_fit_the_event(worked: Story) -> None:
    # given somebody who has the data key and makes text and digest agree
    key = keys.unwrap(worked.case.wrapped_key)
    passage = Passage.objects.filter(case_id=worked.number, purpose="facts").get()
    Passage.objects.filter(case_id=worked.number, seq=passage.seq).update(
        sealed=keys.encrypt(key, "改过"), digest=keys.salted_digest(key, passage.seq, "改过")
    )
    # then the chain, which nobody has without the audit key, disagrees
    assert codes(worked) == ["digest_differs"]


def test_the_words_of_a_notice_cannot_be_exchanged(worked: Story) -> None:
    key = keys.unwrap(worked.case.wrapped_key)
    Message.objects.filter(case_id=worked.number).update(sealed=keys.encrypt(key, "另一份决定"))
    assert set(codes(worked)) == {"message_altered"}


def test_a_file_that_is_gone_or_changed_on_disk_is_found(worked: Story) -> None:
    seq = File.objects.get(case_id=worked.number).seq
    path = settings.JIESU.home / "files" / str(worked.number)[:6] / str(worked.number) / str(seq)
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    assert codes(worked) == ["file_altered"]
    path.unlink()
    assert codes(worked) == ["file_missing"]


def test_a_file_exchanged_with_its_row_does_not_fit_the_event(worked: Story) -> None:
    key = keys.unwrap(worked.case.wrapped_key)
    row = File.objects.get(case_id=worked.number)
    path = settings.JIESU.home / "files" / str(worked.number)[:6] / str(worked.number) / str(row.seq)
    path.write_bytes(keys.encrypt_bytes(key, b"another"))
    digest = "4a0e09ccea1ea4bcf1cb0e7a98ca4db1a7a9d1ec2e07d6ae9a3eb4b6b7d4f2a1"
    File.objects.filter(case_id=worked.number).update(sha256=digest, size=7)
    assert "file_differs" in codes(worked)


@pytest.mark.parametrize("model", [Clock, Message, Party, Passage])
def test_a_row_that_is_taken_away_leaves_a_gap(worked: Story, model: type) -> None:
    # the application has no right to delete these; the owner, or whoever has the server, has
    last = model.objects.filter(case_id=worked.number).order_by("-seq").first()
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET seq = 900 + seq WHERE case_id = %s AND seq = %s",
            [worked.number, last.seq],
        )
    assert {"seq_missing", "seq_beyond"} <= set(codes(worked))


@pytest.mark.parametrize(
    "column",
    [
        {"amount": 1},
        {"channel": "letter"},
        {"registered_at": moment("2026-10-01T09:00")},
        {"unproven": 7},
        {"subject": "food"},
        {"due_rule": "complaint.acceptance"},
        {"state": "closed"},
    ],
)
def test_a_column_that_was_written_behind_the_door_is_found(worked: Story, column: dict[str, object]) -> None:
    Case.objects.filter(pk=worked.number).update(**column)
    assert set(codes(worked)) & {"column_differs", "clocks_differ", "due_differs"}


def test_a_clock_that_was_moved_is_found(worked: Story) -> None:
    Clock.objects.filter(case_id=worked.number, rule="complaint.mediation").update(due_on="2027-06-01")
    assert codes(worked) == ["clocks_differ"]


def test_a_case_that_cannot_be_found_by_its_words_is_named(worked: Story) -> None:
    ComplaintWords.objects.filter(pk=worked.number).delete()
    assert codes(worked) == ["words_missing"]
    # the words of a complaint where those of reports lie
    misplaced = worked.case
    misplaced.kind = "report"
    search.row(misplaced, ["退货"]).save(force_insert=True)
    assert codes(worked) == ["words_misplaced"]


def test_a_data_key_that_is_gone_without_an_event_is_found(worked: Story) -> None:
    Case.objects.filter(pk=worked.number).update(wrapped_key=None)
    assert codes(worked) == ["key_missing"]


def test_an_event_that_no_version_can_read_is_a_finding_and_not_the_end(worked: Story) -> None:
    # given an event whose hash is right and whose data no table reads
    event = Event.objects.filter(case_id=worked.number).order_by("-seq").first()
    assert event is not None
    event.data = {"in": {}, "calendar": "none"}
    found = list(_replayed(worked.case, event))
    assert [f.code for f in found] == ["replay_refused"]


def _replayed(case: Case, last: Event) -> list[Finding]:
    events = [e for e in Event.objects.filter(case_id=case.pk).order_by("seq") if e.seq != last.seq]
    return list(check_replay(case, [*events, last], [], Calendars()))


def test_queries_do_not_grow_with_the_number_of_cases(
    assigned: Teller, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(4):
        assigned()
    for batch in (2, 4):
        parts = stream(batch=batch)
        with django_assert_max_num_queries(24):
            assert next(parts).cases == batch


def test_the_command_reports_as_text_and_as_json(worked: Story, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--case", str(worked.number)]) == 0
    Case.objects.filter(pk=worked.number).update(state="closed")
    assert cli.main(["verify", "--case", str(worked.number)]) == 1
    assert f"{worked.number} #0 column_differs" in capsys.readouterr().out
    assert cli.main(["verify", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["cases"] == 1
    assert {
        "code": "column_differs",
        "case": str(worked.number),
        "seq": 0,
        "data": {"column": "state"},
    } in answer["findings"]
    assert cli.main(["verify", "--case", "1"]) == 2
    assert cli.main(["verify", "--anchor", "/nowhere/anchor.jsonl"]) == 2


def test_every_finding_has_words(worked: Story) -> None:
    Case.objects.filter(pk=worked.number).update(state="closed")
    for one in verify_all().findings:
        assert str(one.label)
    assert all(str(label) for label in LABELS.values())
