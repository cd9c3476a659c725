"""Somebody with the database owner's login and a case's own key rewrites rows with SQL: the chain names the event."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from psycopg.types.json import Jsonb

from jiesu.cases import bulk, draft, keys
from jiesu.cases.act import act, open_case
from jiesu.cases.chain import GENESIS, link_hash
from jiesu.cases.files import Upload
from jiesu.cases.lifecycle.table import Context
from jiesu.cases.models import Case, Event, File, Message
from jiesu.cases.opening import Opening, PartyInput
from jiesu.cases.verify import verify_case
from jiesu.config.private_database import PrivateServer
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor, citizen
from jiesu.people.ground import Ground
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.cases.conftest import Story, assigned, moment, story
from tests.evidence.test_verify import picture

Owner = Callable[[str, Sequence[Any]], None]


def who(username: str, at: str = "2026-11-02T09:00") -> Actor:
    staff = Staff.objects.select_related("organisation__parent__parent").get(username=username)
    return actor_for(staff, moment(at))


@pytest.fixture
def owner(server: PrivateServer, own_database: str) -> Owner:
    """SQL as the owner of the tables, with the second lock taken off."""

    def run(statement: str, values: Sequence[Any] = ()) -> None:
        with server.connect("jiesu_owner", name=own_database) as there:
            there.execute("ALTER TABLE cases_event DISABLE TRIGGER cases_event_append_only")
            there.execute(statement, values)

    return run


def worked() -> Story:
    """An accepted complaint with its notice told and a word from the bureau."""
    teller = assigned.__wrapped__(story.__wrapped__(who))  # type: ignore[attr-defined]
    one: Story = teller("complaint")
    one.act("handler", "accept")
    one.prove()
    one.act("handler", "send_message", body="请补充购物小票。")
    return one


@pytest.fixture
def told(own_database: str) -> Story:
    return worked()


def handed_in(own_database: str) -> Story:
    """A complaint that came with a photograph."""
    centre = by_key("430900-centre")
    opening = Opening(
        kind="complaint",
        channel="hotline",
        registered_by=centre.pk,
        division=centre.division_code[:6],
        received_at=moment("2026-11-01T16:00"),
        parties=(
            PartyInput(role="complainant", name="张小明", phone="13812345678"),
            PartyInput(role="respondent", name="资阳区好再来超市"),
        ),
        text="购买的电饭煲使用一天即损坏，要求退货被拒绝。",
    )
    at = moment("2026-11-02T09:00")
    with transaction.atomic():
        files = [Upload("小票.png", picture())]
        opened = open_case(opening, actor=who("calltaker"), at=at, files=files)
    return Story(opened.case, who, at)


def found(number: int) -> list[tuple[str, int, Any]]:
    """Code, seq and event of each finding."""
    return [(f.code, f.seq, f.data.get("event")) for f in verify_case(Case.objects.get(pk=number))]


def issuing(number: int, seq: int) -> int:
    """The event that says it issued a message."""
    for event in Event.objects.filter(case_id=number):
        if seq in [s for s, _digest in event.data.get("messages", ())]:
            return event.seq
    raise LookupError(seq)


def test_what_was_told_and_handed_in_is_whole(own_database: str, told: Story) -> None:
    assert found(told.number) == []
    assert found(handed_in(own_database).number) == []


def test_a_notice_and_its_digest_written_anew_contradict_the_event(told: Story, owner: Owner) -> None:
    key = keys.unwrap(told.case.wrapped_key)
    for message in Message.objects.filter(case_id=told.number):
        # given the notice of acceptance, and the word of the bureau
        issued = issuing(told.number, message.seq)
        # when body and digest are changed together
        statement = "UPDATE cases_message SET sealed = %s, content_hash = %s WHERE case_id = %s AND seq = %s"
        new = (keys.encrypt(key, "另一份"), keys.salted_digest(key, message.seq, "另一份"))
        owner(statement, (*new, told.number, message.seq))
        # then the event that issued it is named
        assert found(told.number) == [("message_differs", message.seq, issued)]
        owner(statement, (message.sealed, message.content_hash, told.number, message.seq))
    assert found(told.number) == []


def test_a_word_from_outside_is_held_by_its_event_too(told: Story, owner: Owner) -> None:
    # given what the complainant wrote on the follow page
    word = {"body": "小票找到了。"}
    act(told.number, "send_message", word, actor=citizen("complainant"), at=moment("2026-11-05T09:00"))
    message = Message.objects.get(case_id=told.number, direction="in")
    key = keys.unwrap(told.case.wrapped_key)
    # when it is turned into its contrary
    owner(
        "UPDATE cases_message SET sealed = %s, content_hash = %s WHERE case_id = %s AND seq = %s",
        (
            keys.encrypt(key, "我撤回。"),
            keys.salted_digest(key, message.seq, "我撤回。"),
            told.number,
            message.seq,
        ),
    )
    assert found(told.number) == [("message_differs", message.seq, issuing(told.number, message.seq))]


def test_a_notice_taken_away_or_slipped_in_is_found(told: Story, owner: Owner) -> None:
    message = Message.objects.filter(case_id=told.number).first()
    assert message is not None
    owner("DELETE FROM cases_message WHERE case_id = %s AND seq = %s", (told.number, message.seq))
    codes = {(code, seq) for code, seq, _event in found(told.number)}
    assert codes == {("message_missing", message.seq), ("seq_missing", message.seq)}
    # when another is put in as if it had been issued
    free = told.case.next_seq
    copy = Message.objects.filter(case_id=told.number).first()
    assert copy is not None
    body = "从未发出的告知"
    key = keys.unwrap(told.case.wrapped_key)
    copy.seq, copy.sealed, copy.content_hash = (
        free,
        keys.encrypt(key, body),
        keys.salted_digest(key, free, body),
    )
    Message.objects.bulk_create([copy])
    owner("UPDATE cases_case SET next_seq = next_seq + 1 WHERE id = %s", (told.number,))
    assert ("message_unrecorded", free) in {(code, seq) for code, seq, _event in found(told.number)}


def test_a_file_of_the_registration_exchanged_with_its_digest_contradicts_the_event(
    own_database: str, owner: Owner
) -> None:
    told = handed_in(own_database)
    row = File.objects.get(case_id=told.number)
    register = Event.objects.get(case_id=told.number, type="register")
    key = keys.unwrap(told.case.wrapped_key)
    folder = settings.JIESU.home / "files" / str(told.number)[:6] / str(told.number)
    # when file, digest and size are changed so that they agree
    (folder / str(row.seq)).write_bytes(keys.encrypt_bytes(key, b"another"))
    owner(
        "UPDATE cases_file SET sha256 = %s, size = 7 WHERE case_id = %s AND seq = %s",
        (hashlib.sha256(b"another").hexdigest(), told.number, row.seq),
    )
    assert found(told.number) == [("file_differs", row.seq, register.seq)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("received_at", moment("2026-11-05T09:00")), ("registered_by_id", "430902-bureau")],
)
def test_receipt_and_registrar_are_those_of_the_register_event(
    own_database: str, owner: Owner, column: str, value: Any
) -> None:
    told = handed_in(own_database)
    register = Event.objects.get(case_id=told.number, type="register")
    new = by_key(value).pk if isinstance(value, str) else value
    owner(f"UPDATE cases_case SET {column} = %s WHERE id = %s", (new, told.number))
    named = [f for f in verify_case(told.case) if f.data.get("column") == column.removesuffix("_id")]
    assert [(f.code, f.data["event"]) for f in named] == [("column_differs", register.seq)]


def test_an_import_holds_the_same(own_database: str, owner: Owner) -> None:
    # given a history that comes in by the second door, with a notice
    centre = by_key("430900-centre")
    at = moment("2026-11-02T09:00")
    opening = Opening(
        kind="complaint",
        channel="hotline",
        registered_by=centre.pk,
        division=centre.division_code[:6],
        received_at=at,
        parties=(
            PartyInput(role="complainant", name="张小明", phone="13812345678"),
            PartyInput(role="respondent", name="资阳区好再来超市"),
        ),
        text="购买的电饭煲使用一天即损坏，要求退货被拒绝。",
        organisation=by_key("430902-bureau").pk,
    )
    step = bulk.Step("send_message", {"body": "请补充购物小票。"}, who("handler"), at)
    ((_row, number),) = bulk.write([bulk.History(opening, who("calltaker"), at, steps=(step,))]).numbers
    assert found(number) == []
    message = Message.objects.get(case_id=number)
    owner("UPDATE cases_message SET content_hash = %s WHERE case_id = %s", ("0" * 64, number))
    assert ("message_differs", message.seq, issuing(number, message.seq)) in found(number)
    owner("UPDATE cases_case SET received_at = received_at - interval '9 days' WHERE id = %s", (number,))
    assert "column_differs" in {code for code, _seq, _event in found(number)}


@contextmanager
def as_the_first_version_wrote() -> Iterator[None]:
    """Steps are taken as events of schema 1, before register named a bureau that has received."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Context.__init__, "__defaults__", (1,))
        patch.setattr(draft, "EVENT_SCHEMA", 1)
        patch.setattr(Ground, "receiving_bureau", lambda self, desk: None)
        yield


def as_stored_before(number: int, owner: Owner) -> None:
    """Writes a case's events as schema 1 did: without digests of messages, receipt, registrar and files."""
    head = GENESIS
    for event in Event.objects.filter(case_id=number).order_by("seq"):
        data = {k: v for k, v in event.data.items() if k != "messages"}
        if event.type == "register":
            later = ("received_at", "registered_by", "files", "receiving")
            data["in"] = {k: v for k, v in data["in"].items() if k not in later}
        assert event.schema == 1
        head = link_hash(
            previous=head,
            case_id=number,
            seq=event.seq,
            at=event.at,
            actor=event.actor_id,
            actor_kind=event.actor_kind,
            organisation=event.organisation_id,
            type_=event.type,
            schema=1,
            data=data,
        )
        owner(
            "UPDATE cases_event SET data = %s, hash = %s WHERE case_id = %s AND seq = %s",
            (Jsonb(data), head, number, event.seq),
        )
    owner("UPDATE cases_case SET head = %s WHERE id = %s", (head, number))


def test_events_of_the_first_schema_still_replay_and_verify(own_database: str, owner: Owner) -> None:
    # given a case of the first version with a notice, a word and a file
    with as_the_first_version_wrote():
        told, with_file = worked(), handed_in(own_database)
    for number in (told.number, with_file.number):
        as_stored_before(number, owner)
        assert found(number) == []
    # and what is done from now on is held as it is today
    told.act("handler", "send_message", body="请于周五前回复。")
    assert found(told.number) == []
    message = Message.objects.filter(case_id=told.number).order_by("-seq").first()
    assert message is not None
    owner(
        "UPDATE cases_message SET content_hash = %s WHERE case_id = %s AND seq = %s",
        ("0" * 64, told.number, message.seq),
    )
    assert ("message_differs", message.seq, issuing(told.number, message.seq)) in found(told.number)


def test_calling_a_new_event_old_breaks_its_hash(told: Story, owner: Owner) -> None:
    owner("UPDATE cases_event SET schema = 1 WHERE case_id = %s AND type = 'register'", (told.number,))
    assert "event_altered" in {code for code, _seq, _event in found(told.number)}
