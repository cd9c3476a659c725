"""Personal data goes when its time is over; chain and figures stay."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from jiesu.cases import keys, retention
from jiesu.cases.act import act
from jiesu.cases.anchors import anchor, anchors_folder, check_anchor
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.files import Upload
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import (
    Case,
    Clock,
    ComplaintWords,
    Event,
    File,
    Link,
    Message,
    Party,
    Passage,
    RetentionRun,
)
from jiesu.cases.models.children import Child
from jiesu.cases.verify import verify_case
from jiesu.config import cli
from jiesu.intake import sheets
from jiesu.intake.entering import enter
from jiesu.intake.errors import IntakeError
from jiesu.intake.forms import ContactForm, Person, Respondent
from jiesu.intake.models import Contact
from jiesu.intake.registering import register
from jiesu.intake.retention import erase_contacts
from jiesu.people.actors import Actor
from jiesu.people.models import Setting, Staff
from jiesu.people.registry import definitions
from jiesu.places.queries import by_key
from jiesu.triage import sketches
from jiesu.triage.models import ComplaintSketch
from tests.cases.conftest import Story, Teller, moment
from tests.evidence.test_verify import picture

pytestmark = pytest.mark.django_db

AT = moment("2021-03-01T09:00")
#: Six years after: complaints are kept for five.
LATER = moment("2027-03-05T09:00")


@pytest.fixture
def closed(assigned: Teller, who: Callable[[str], Actor]) -> Callable[..., Story]:
    """A complaint withdrawn and closed in March 2021, with texts, notices, a file and a sketch."""

    def begin(kind: str = "complaint") -> Story:
        told = assigned(kind, AT.isoformat()[:16])
        act(
            told.number,
            "add_evidence",
            {"description": "小票"},
            actor=who("handler"),
            at=AT + timedelta(hours=2),
            files=[Upload("张小明的小票.png", picture())],
        )
        told.at = AT + timedelta(hours=3)
        told.act("handler", "withdraw", statement="不投诉了")
        told.prove()
        told.act("handler", "close", **CHECKED)
        sketches.store(case_id=told.number, kind=kind, text="电饭煲", received_on=AT.date())
        return told

    return begin


def erase(at: object = LATER, **options: object) -> retention.Done:
    return retention.run(
        at=at,
        by="test",
        forget=(sketches.remove,),
        contacts=erase_contacts,
        **options,  # type: ignore[arg-type]
    )


def test_an_erased_case_is_a_tombstone_whose_chain_verifies(closed: Callable[..., Story]) -> None:
    told = closed()
    figures = (
        "kind",
        "state",
        "organisation_id",
        "closed_at",
        "registered_at",
        "outcome",
        "amount",
        "recovered",
    )
    before = {f: getattr(told.case, f) for f in figures}
    folder = settings.JIESU.home / "files" / str(told.number)[:6] / str(told.number)
    assert folder.is_dir()

    done = erase()

    assert (done.cases, done.files) == (1, 1)
    case = told.case
    # the figures are what they were
    assert {f: getattr(case, f) for f in figures} == before
    # the chain says so and holds
    last = Event.objects.filter(case_id=told.number).order_by("-seq")[0]
    assert (last.type, last.actor_kind, last.data) == (
        "redacted",
        "system",
        {"in": {"setting": "retention.complaint_years", "years": 5}},
    )
    assert verify_case(case) == []
    # nothing personal is left
    assert (case.title, case.respondent, case.wrapped_key, case.redacted_at) == ("", "", None, LATER)
    party = Party.objects.filter(case_id=told.number)
    assert not party.exclude(
        sealed=None, name_masked="", phone_masked="", phone_index=None, id_index=None
    ).exists()
    assert not Passage.objects.filter(case_id=told.number).exclude(sealed=None).exists()
    assert (
        not Message.objects.filter(case_id=told.number)
        .exclude(sealed=None, short="", address_masked="")
        .exists()
    )
    assert File.objects.get(case_id=told.number).name == ""
    assert not folder.exists()
    assert not ComplaintWords.objects.filter(pk=told.number).exists()
    assert not ComplaintSketch.objects.filter(pk=told.number).exists()


def test_no_column_of_an_erased_case_holds_a_word_of_the_people(closed: Callable[..., Story]) -> None:
    told = closed()
    erase()
    everything = [repr(row) for row in Case.objects.filter(pk=told.number).values()]
    for model in Child.__subclasses__():
        everything += [repr(row) for row in model._default_manager.filter(case_id=told.number).values()]
    text = "\n".join(everything)
    for word in ("张小明", "张", "138****", "1381234", "好再来", "电饭煲", "大码头", "小票", "不投诉"):
        assert word not in text, word


def test_nobody_can_work_on_or_follow_an_erased_case(closed: Callable[..., Story]) -> None:
    told = closed()
    erase()
    with pytest.raises(ActionError) as refused:
        told.act("head", "reopen", "2027-03-06T09:00", cause="review", reason="复议决定")
    assert refused.value.code == Code.REDACTED
    with pytest.raises(IntakeError):
        enter(str(told.number), "ABCDEFGHJK", at=LATER)


def test_a_run_may_be_repeated_and_stopped(closed: Callable[..., Story]) -> None:
    for _ in range(3):
        closed()
    assert erase(most=2).cases == 2
    assert erase().cases == 1
    assert erase().cases == 0
    assert Event.objects.filter(type="redacted").count() == 3
    assert [(r.cases, r.by) for r in RetentionRun.objects.all()] == [(2, "test"), (1, "test"), (0, "test")]


def test_files_that_a_killed_run_left_behind_go_with_the_next(closed: Callable[..., Story]) -> None:
    # given a run that was killed after its commit and before the files were removed
    told = closed()
    kept = retention.periods(LATER)
    RetentionRun.objects.create(started_at=LATER, by="killed")
    assert retention.redact(told.number, at=LATER, years=5, kept=kept)
    assert {f.code for f in verify_case(told.case)} == {"personal_data_left"}
    # when the next one starts
    assert erase(LATER + timedelta(days=1)).files == 1
    assert verify_case(told.case) == []


def test_the_plan_changes_nothing(closed: Callable[..., Story]) -> None:
    told = closed()
    before = told.case.version
    by_kind = {line.kind: line for line in retention.plan(at=LATER)}
    assert (by_kind["complaint"].cases, by_kind["complaint"].files, by_kind["complaint"].held) == (1, 1, 0)
    assert by_kind["report"].cases == 0
    assert told.case.version == before
    assert not RetentionRun.objects.exists()


@pytest.mark.parametrize(("at", "due"), [("2026-03-01T23:59", 0), ("2026-03-02T00:00", 1)])
def test_five_years_are_five_calendar_years_of_shanghai(
    closed: Callable[..., Story], at: str, due: int
) -> None:
    closed()
    assert {line.kind: line.cases for line in retention.plan(at=moment(at))}["complaint"] == due


def test_what_is_not_over_is_held_back(closed: Callable[..., Story], who: Callable[[str], Actor]) -> None:
    # given closed cases: one under review, one whose review is over, with a clock that runs on after the close, with a
    # link not answered, with a message not sent
    review, over, clock, link, message = (closed() for _ in range(5))
    review.act("head", "record_review", type="review", reference="资政复〔2021〕3号", served_on="2021-03-01")
    over.act(
        "head",
        "record_review",
        type="lawsuit",
        reference="行初12号",
        served_on="2021-03-01",
        outcome="upheld",
    )
    Clock.objects.filter(case_id=clock.number, rule="complaint.acceptance").update(
        state="open", after_close=True
    )
    Link.objects.bulk_create([Link(case_id=link.number, seq=link.case.next_seq, type="split", other_id=1)])
    Case.objects.filter(pk=link.number).update(next_seq=link.case.next_seq + 1)
    Message.objects.bulk_create(
        [
            Message(
                case_id=message.number,
                seq=message.case.next_seq,
                form="message",
                status="queued",
                created_at=AT,
                next_try_at=AT,
            )
        ]
    )
    Case.objects.filter(pk=message.number).update(next_seq=message.case.next_seq + 1)
    # then four are held, and the one whose review is over is not
    lines = {line.kind: line for line in retention.plan(at=LATER)}
    assert (lines["complaint"].cases, lines["complaint"].held) == (1, 4)
    assert erase().cases == 1
    assert over.case.redacted_at == LATER
    assert review.case.redacted_at is None


def test_an_open_case_is_never_erased(assigned: Teller) -> None:
    assigned("complaint", AT.isoformat()[:16])
    assert erase().cases == 0


def test_a_bureau_may_keep_longer_and_zero_keeps_for_ever(closed: Callable[..., Story]) -> None:
    closed()
    bureau = by_key("430902-bureau")
    one, two = Staff.objects.order_by("pk")[:2]

    def decide(value: int, organisation: object, day: int = 1) -> None:
        Setting.objects.create(
            key="retention.complaint_years",
            organisation=organisation,
            value=value,
            valid_from=AT.date().replace(day=day),
            proposed_by=one,
            proposed_at=AT,
            confirmed_by=two,
            confirmed_at=AT,
        )

    decide(10, bureau)
    assert erase().cases == 0
    decide(0, bureau, 2)
    assert erase(moment("2099-01-01T00:00")).cases == 0
    # the rest of the installation has its own
    decide(1, None)
    assert erase().cases == 0


def test_the_settings_say_where_they_come_from() -> None:
    entries = [d for key, d in definitions().items() if key.startswith("retention.")]
    assert {d.key for d in entries} == {
        *(retention.setting_of(k) for k in ("complaint", "report", "lead", "consultation", "other")),
        sheets.DAYS,
    }
    assert all("个人信息保护法" in str(d.source) and d.check(0) == 0 for d in entries)


def test_a_contact_goes_with_the_last_of_its_cases(who: Callable[[str], Actor]) -> None:
    form = ContactForm(
        kind="consultation",
        channel="hotline",
        text="请问预付卡余额能退吗，我的电话是13812345678",
        complainant=Person(name="张小明", phone="13812345678"),
        respondent=Respondent(name="好再来健身"),
    )
    done = register(form=form, actor=who("calltaker"), at=AT, key=None)
    hung_up = Contact.objects.create(
        channel="hotline", kind="other", outcome="abandoned", received_at=AT, registered_at=AT,
        registered_by=by_key("430900-centre"), wrapped_key=keys.wrap(keys.new_data_key()), sealed_text=b"x",
    )  # fmt: skip
    # when nothing of it is closed, only what never became a case goes
    assert erase().contacts == 1
    hung_up.refresh_from_db()
    assert (hung_up.wrapped_key, hung_up.sealed_text) == (None, None)
    # when its case has been erased, it goes too
    Case.objects.filter(pk=done.cases[0].number).update(redacted_at=LATER)
    assert erase().contacts == 1
    done.contact.refresh_from_db()
    assert (done.contact.wrapped_key, done.contact.sealed_text, done.contact.sealed_details) == (
        None,
        None,
        None,
    )


def test_an_anchor_from_before_still_fits(closed: Callable[..., Story]) -> None:
    closed()
    path = anchors_folder() / anchor(at=LATER - timedelta(days=1)).file
    erase()
    assert check_anchor(path) == ()


def test_a_redaction_that_is_only_claimed_or_not_complete_is_found(closed: Callable[..., Story]) -> None:
    told = closed()
    Case.objects.filter(pk=told.number).update(redacted_at=LATER)
    assert {f.code for f in verify_case(told.case)} == {"redaction_missing", "personal_data_left"}


def test_the_command_plans_asks_and_erases(
    closed: Callable[..., Story], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed()
    assert cli.main(["retention", "plan", "--json"]) == 0
    plan = {row["kind"]: row for row in json.loads(capsys.readouterr().out)}
    assert plan["complaint"]["cases"] == 1
    assert cli.main(["retention", "run", "--dry-run"]) == 0
    # nobody is there to say yes
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert cli.main(["retention", "run"]) == 1
    assert "--yes" in capsys.readouterr().err
    assert Case.objects.filter(redacted_at__isnull=False).count() == 0
    assert cli.main(["retention", "run", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cases"] == 1
    assert cli.main(["retention", "log"]) == 0
    assert "1 cases" in capsys.readouterr().out
