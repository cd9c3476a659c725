"""The reply bundle holds what a court asks for, no more than its maker may see, and nothing of a report."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable

import pytest
from django.utils import translation

from jiesu.cases import reply_bundle
from jiesu.cases.act import act
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.files import Upload
from jiesu.cases.models import Case, Clock, Event, File, Message
from jiesu.cases.opening import PartyInput
from jiesu.people.actors import SYSTEM, Actor
from jiesu.people.models import AccessLog
from tests.cases.conftest import Story, Teller, moment
from tests.evidence.test_verify import picture

pytestmark = pytest.mark.django_db

AT = moment("2026-12-01T10:00")


def refused(assigned: Teller, **changes: object) -> Story:
    """A complaint that was not accepted, told with proof, with a picture."""
    told = assigned(**changes)
    act(
        told.number,
        "add_evidence",
        {"description": "购物<b>小票</b>"},
        actor=told.who("handler"),
        at=moment("2026-11-02T14:00"),
        files=[Upload("../小票.png", picture())],
    )
    told.decide(
        "refuse",
        "2026-11-03T09:00",
        ground="121.16.3",
        reasons="购买用于<script>alert(1)</script>转售。",
        violation=False,
    )
    told.prove(at="2026-11-03T15:00")
    return told


def opened(told: Story, username: str = "head", at: str = "2026-12-01T10:00") -> dict[str, str]:
    made = reply_bundle.build(told.case, actor=told.who(username, at), at=moment(at))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        return {n: archive.read(n).decode("utf-8", "replace") for n in archive.namelist()}


@pytest.fixture
def bundle(assigned: Teller) -> tuple[Story, dict[str, str]]:
    told = refused(assigned)
    return told, opened(told)


def one(files: dict[str, str], part: str) -> str:
    return next(text for name, text in files.items() if part in name)


def test_everything_a_court_asks_for_is_in_it(bundle: tuple[Story, dict[str, str]]) -> None:
    told, files = bundle
    assert next(iter(files)) == "0-目录.html"
    assert str(told.number) in files["1-登记情况.txt"]
    assert "张小明" in files["1-登记情况.txt"]
    assert "电饭煲" in files["1-登记情况.txt"]
    notice = Message.objects.get(case_id=told.number, form="6")
    assert notice.number in files["2-告知文书/送达证明.html"]
    assert notice.content_hash in files["2-告知文书/送达证明.html"]
    assert "通话录音" in files["2-告知文书/送达证明.html"]
    assert "LY-001" in files["2-告知文书/送达证明.html"]
    assert "第十五条" in one(files, "complaint.acceptance")
    assert "计入第7日" in one(files, "complaint.acceptance")
    assert (
        len([n for n in files if n.startswith("3-期限说明")])
        == Clock.objects.filter(case_id=told.number).count()
    )
    for event in Event.objects.filter(case_id=told.number):
        assert bytes(event.hash).hex() in files["4-办理经过.html"]
    assert "未发现问题" in files["7-核对结果.txt"]


def test_the_list_of_hashes_fits_every_file(assigned: Teller) -> None:
    told = refused(assigned)
    made = reply_bundle.build(told.case, actor=told.who("head"), at=AT)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sums = dict(
            reversed(line.split("  ", 1))
            for line in archive.read("SHA256SUMS").decode().splitlines()  # type: ignore[misc]
        )
        names = [n for n in archive.namelist() if n != "SHA256SUMS"]
        assert set(sums) == set(names)
        for name in names:
            assert hashlib.sha256(archive.read(name)).hexdigest() == sums[name]
        attached = next(n for n in names if n.startswith("6-附件/"))
        assert sums[attached] == File.objects.get(case_id=told.number).sha256
        # no name leads out of the folder into which it is unpacked
        assert not any(".." in n or n.startswith("/") or "\\" in n for n in names)


def test_what_people_wrote_is_inert_in_pages(bundle: tuple[Story, dict[str, str]]) -> None:
    _told, files = bundle
    for name, text in files.items():
        if name.endswith(".html"):
            assert "<script" not in text, name
            assert "<b>" not in text, name
    # and word for word in plain texts
    assert any("<script>alert(1)</script>" in t for n, t in files.items() if n.endswith(".txt"))


def test_deliberation_inside_the_bureau_is_a_volume_of_its_own(bundle: tuple[Story, dict[str, str]]) -> None:
    _told, files = bundle
    inside = [n for n in files if n.startswith("5-文字材料/副卷/")]
    assert inside
    outside = [n for n in files if n.startswith("5-文字材料/") and "副卷" not in n]
    assert any("补充材料" in n for n in outside)


def test_making_it_is_recorded(assigned: Teller) -> None:
    told = refused(assigned)
    head = told.who("head")
    reply_bundle.build(told.case, actor=head, at=AT)
    row = AccessLog.objects.get(act="export", case_id=told.number)
    assert (row.staff_id, row.at, row.detail["what"]) == (head.staff_id, AT, "reply_bundle")
    assert row.detail["documents"] > 8


@pytest.mark.parametrize(
    ("username", "code"),
    [
        ("handler", Code.NOT_PERMITTED),
        ("officehead", Code.NOT_PERMITTED),
        ("supervisor", Code.NOT_PERMITTED),
        ("auditor", Code.NOT_PERMITTED),
        ("handler.heshan", Code.CASE_NOT_FOUND),
        ("admin", Code.CASE_NOT_FOUND),
    ],
)
def test_only_the_legal_section_and_the_heads_make_it(assigned: Teller, username: str, code: Code) -> None:
    told = refused(assigned)
    assert not reply_bundle.may_build(told.case, told.who(username))
    with pytest.raises(ActionError) as caught:
        reply_bundle.build(told.case, actor=told.who(username), at=AT)
    assert caught.value.code == code
    assert not AccessLog.objects.filter(case_id=told.number, act="export").exists()


def test_the_system_and_the_citizen_make_none(assigned: Teller) -> None:
    told = refused(assigned)
    for actor in (SYSTEM, Actor(party="complainant")):
        with pytest.raises(ActionError):
            reply_bundle.build(told.case, actor=actor, at=AT)


def legal(told: Story) -> Actor:
    """Somebody of the legal section of the bureau."""
    head = told.who("head")
    return Actor(**{**head.__dict__, "staff_id": head.staff_id, "roles": frozenset({"legal"})})


def test_the_legal_section_learns_no_informant(assigned: Teller) -> None:
    # given a report: whoever handles it knows the informant, the legal section does not
    parties = (
        PartyInput(role="informant", name="李举报", phone="13987654321", address="益阳市大码头9号"),
        PartyInput(role="reported", name="资阳区好再来超市", address="益阳市资阳区"),
    )
    told = assigned(
        "report",
        parties=parties,
        text="我是李举报，电话13987654321，该店卖过期牛奶。",
        demand="",
        amount=None,
    )
    act(
        told.number,
        "add_evidence",
        {"description": "照片"},
        actor=told.who("handler"),
        at=moment("2026-11-02T14:00"),
        files=[Upload("李举报的照片.png", picture(), restricted=True)],
    )
    made = reply_bundle.build(told.case, actor=legal(told), at=AT)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        everything = "\n".join(
            [*archive.namelist(), *(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())]
        )
    assert "13987654321" not in everything
    assert "李举报" not in everything
    assert "第三十七条" in everything
    # the responsible head has it
    head = opened(told)
    assert "李举报" in head["1-登记情况.txt"]


def test_the_bundle_of_a_complaint_tells_nothing_of_the_report_beside_it(assigned: Teller) -> None:
    told = assigned()
    told.act(
        "handler", "raise_lead", found="otherwise", matter="该店销售过期食品的线索", found_on="2026-11-02"
    )
    other = next(e for e in Event.objects.filter(case_id=told.number, type="raise_lead"))
    files = opened(told)
    everything = "\n".join([*files, *files.values()])
    for word in ("线索", "过期食品", str(other.data["in"]["new_case"])):
        assert word not in everything, word
    # that something was done stays in the chain
    assert reply_bundle.KEPT_BACK in files["4-办理经过.html"]
    assert bytes(other.hash).hex() in files["4-办理经过.html"]


def test_a_damaged_case_is_handed_in_as_such(assigned: Teller) -> None:
    told = refused(assigned)
    Case.objects.filter(pk=told.number).update(amount=1)
    files = opened(told)
    assert "发现 1 项问题" in files["7-核对结果.txt"]
    assert "column_differs" in files["7-核对结果.txt"]


def test_an_erased_case_has_none(assigned: Teller) -> None:
    told = refused(assigned)
    Case.objects.filter(pk=told.number).update(redacted_at=AT)
    with pytest.raises(ActionError) as caught:
        reply_bundle.build(told.case, actor=told.who("head"), at=AT)
    assert caught.value.code == Code.REDACTED


def test_it_is_chinese_whatever_the_reader_s_language(assigned: Teller) -> None:
    told = refused(assigned)
    with translation.override("en"):
        files = opened(told)
    assert "投诉" in files["1-登记情况.txt"]
    assert "已送达有证明" in files["2-告知文书/送达证明.html"]


def test_queries_do_not_grow_with_the_events(
    assigned: Teller, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    told = refused(assigned)
    head = told.who("head")
    for _ in range(5):
        told.act("handler", "send_message", body="请补充小票。")
    with django_assert_max_num_queries(50):  # type: ignore[attr-defined]
        reply_bundle.build(told.case, actor=head, at=AT)
