"""What people do at the desk besides the single case: registering, several at once, dispatching, administering."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jiesu.cases.act import load
from jiesu.cases.models import Case, Message
from jiesu.intake.models import Contact
from jiesu.people.models import LeaveCover, Setting, Staff
from jiesu.places.queries import by_key
from jiesu.web.models import SavedView
from tests.web.desk.conftest import NAME, PHONE, Office

SignIn = Callable[[str], Client]
HTMX = {"HX-Request": "true"}

TYPED = {
    "channel": "hotline",
    "kind": "complaint",
    "person__name": NAME,
    "person__phone": PHONE,
    "person__address": "益阳市资阳区大码头街道五一西路12号",
    "respondent__name": "好又多超市",
    "respondent__address": "益阳市资阳区大码头街道五一西路20号",
    "text": "买到过期牛奶，店家拒绝退款。",
    "demand": "退款",
}


def test_registering_gives_number_and_code_once_for_one_key(sign_in: SignIn) -> None:
    client = sign_in("calltaker")
    post = {**TYPED, "key": "k1"}
    first = client.post(reverse("desk:register"), post)
    assert first.status_code == 200
    again = client.post(reverse("desk:register"), post)
    assert "没有重复立件" in again.content.decode()
    assert Case.objects.count() == 1


JOINT = {
    "person__representative": "1",
    "joint__1__name": "张大山",
    "joint__1__phone": "13900002222",
    "joint__1__address": "益阳市资阳区五一西路30号",
    "joint__2__name": "",
    "joint__3__name": "李秋菊",
    "joint__3__phone": "13900003333",
    "joint__3__address": "益阳市资阳区五一西路31号",
}


@pytest.mark.rule("C-06")
def test_several_complain_together_and_the_one_they_chose_is_told_for_all(sign_in: SignIn) -> None:
    sign_in("calltaker").post(reverse("desk:register"), {**TYPED, **JOINT, "joint_agreed": "1"})

    state = load(Case.objects.get()).state
    people = state.parties("complainant")
    assert len(people) == 3
    assert [p.represented_by for p in people] == [None, people[0].seq, people[0].seq]
    assert "joint_agreement" not in state.facts.incomplete


def test_joint_complainants_stay_on_the_page_when_something_is_wrong(sign_in: SignIn) -> None:
    three = {**JOINT, "joint__1__representative": "1", "joint__3__representative": "1"}
    answer = sign_in("calltaker").post(reverse("desk:register"), {**TYPED, **three})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "代表人最多两名" in page
    for value in ("张大山", "李秋菊", "13900003333"):
        assert value in page
    assert not Case.objects.exists()


def test_one_more_complainant_is_an_empty_row_with_the_cursor_in_it(sign_in: SignIn) -> None:
    row = sign_in("calltaker").post(reverse("desk:register-person"), JOINT, headers=HTMX).content.decode()

    assert 'name="joint__4__name"' in row
    assert "data-focus" in row


def test_a_ticked_split_survives_a_refused_form(sign_in: SignIn) -> None:
    yesterday = (timezone.localdate() - timedelta(days=3)).isoformat()
    halves = {"split": "1", "complaint_text": "要求退款。", "report_text": "仓库改日期。"}
    page = (
        sign_in("calltaker")
        .post(reverse("desk:register"), {**TYPED, **halves, "received_on": yesterday})
        .content.decode()
    )

    assert re.search(r'name="split" value="1" checked', page)
    assert "仓库改日期。" in page


def test_what_was_typed_stays_when_something_is_wrong(sign_in: SignIn) -> None:
    yesterday = (timezone.localdate() - timedelta(days=3)).isoformat()
    answer = sign_in("calltaker").post(reverse("desk:register"), {**TYPED, "received_on": yesterday})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "补登的原因" in page
    for value in (NAME, PHONE, TYPED["text"]):
        assert value in page
    assert not Case.objects.exists()


def test_a_mixed_letter_is_split_by_one_confirmation(sign_in: SignIn) -> None:
    client = sign_in("calltaker")
    hint = client.post(
        reverse("desk:register-suggest"),
        {**TYPED, "text": "买到过期牛奶要求退款赔偿。另外举报该店仓库改日期，请查处。"},
        headers=HTMX,
    ).content.decode()
    assert "拆分登记" in hint
    client.post(
        reverse("desk:register"),
        {
            **TYPED,
            "split": "1",
            "complaint_text": "买到过期牛奶要求退款。",
            "report_text": "该店仓库改日期。",
        },
    )
    assert sorted(Case.objects.values_list("kind", flat=True)) == ["complaint", "report"]
    assert Contact.objects.count() == 1


def test_earlier_complaints_of_a_telephone_are_shown_and_reports_never(
    office: Office, sign_in: SignIn
) -> None:
    complaint = office.registered(by="calltaker")
    report = office.registered(by="calltaker", kind="report", informant={"name": "王小花", "phone": PHONE})
    client = sign_in("calltaker")
    shown = client.post(reverse("desk:callers"), {"person__phone": PHONE}, headers=HTMX).content.decode()
    assert str(complaint) in shown
    assert str(report) not in shown
    client.post(reverse("desk:register"), {**TYPED, "text": "又来问结果", "urge_case": str(complaint)})
    assert office.case(complaint).facts["urged"] == 1
    client.post(reverse("desk:register"), {**TYPED, "text": "补充一张发票", "add_to": str(complaint)})
    assert Case.objects.count() == 2
    client.post(reverse("desk:register"), {**TYPED, "note": "abandoned"})
    assert Contact.objects.filter(outcome="abandoned").count() == 1
    assert Case.objects.count() == 2


def test_the_words_to_read_back(sign_in: SignIn) -> None:
    words = sign_in("calltaker").post(reverse("desk:readback"), TYPED, headers=HTMX).content.decode()
    for part in (NAME, "好又多超市", "买到过期牛奶", "退款", "对吗"):
        assert part in words


def test_several_are_routed_at_once_and_each_says_what_became_of_it(office: Office, sign_in: SignIn) -> None:
    open_ones = [str(office.registered()) for _n in range(3)]
    done = str(office.accepted())
    client = sign_in("dispatcher.ziyang")
    url = reverse("desk:bulk", args=["route"])
    form = client.post(url, {"case": [*open_ones, done]})
    assert form.status_code == 200
    assert "现在不能进行" in form.content.decode()
    bureau = by_key("430902-bureau")
    answer = client.post(url, {"case": [*open_ones, done], "confirmed": "1", "organisation": bureau.pk})
    page = answer.content.decode()
    assert "完成 3 件" in page
    assert Case.objects.filter(pk__in=open_ones, state="routed").count() == 3


def test_like_cases_are_accepted_in_one_go(office: Office, sign_in: SignIn) -> None:
    numbers = [str(office.assigned()) for _n in range(2)]
    foreign = str(office.registered(by="dispatcher.heshan"))
    client = sign_in("handler")
    client.post(reverse("desk:bulk", args=["accept"]), {"case": [*numbers, foreign], "confirmed": "1"})
    assert Case.objects.filter(state="accepted").count() == 2
    assert Message.objects.filter(form="5").count() == 2
    assert client.post(reverse("desk:bulk", args=["urge"]), {"case": numbers}).status_code == 403


def test_a_returned_case_comes_with_reason_and_count(office: Office, sign_in: SignIn) -> None:
    number = office.registered(by="dispatcher")
    office.act(number, "dispatcher", "route", organisation=by_key("430903-bureau").pk)
    office.act(
        number,
        "dispatcher.heshan",
        "return_to_centre",
        cause="wrong_place",
        reason="商家在资阳区",
        competent="资阳区局",
    )
    page = sign_in("dispatcher").get(reverse("desk:dispatch"), {"show": "bounced"}).content.decode()
    for part in (str(number), "退回 1 次", "不属本局管辖区域", "商家在资阳区", "资阳区局"):
        assert part in page


def test_an_office_may_only_be_named_in_the_own_bureau(office: Office, sign_in: SignIn) -> None:
    number = office.registered()
    answer = sign_in("dispatcher.ziyang").post(
        reverse("desk:act", args=[number, "route"]),
        {"organisation": by_key("430903-bureau").pk, "office": by_key("430902005-office").pk},
        headers=HTMX,
    )
    assert answer.status_code == 422
    assert "只能指定本局的承办机构" in answer.content.decode()


def test_nobody_outside_the_bureau_can_be_made_the_handler(office: Office, sign_in: SignIn) -> None:
    number = office.routed()
    stranger = Staff.objects.get(username="handler.heshan")
    answer = sign_in("officehead").post(
        reverse("desk:act", args=[number, "assign"]), {"staff": stranger.pk}, headers=HTMX
    )
    assert answer.status_code == 422
    assert office.case(number).assignee_id is None


def test_a_preview_stores_nothing_and_uses_no_number(office: Office, sign_in: SignIn) -> None:
    number = office.assigned()
    client = sign_in("handler")
    url = reverse("desk:preview", args=[number, "accept"])
    first = client.post(url, {}, headers=HTMX).content.decode()
    second = client.post(url, {}, headers=HTMX).content.decode()
    assert "第1号" in first
    assert "第1号" in second
    assert office.case(number).state == "routed"
    assert not Message.objects.exists()


def test_the_head_sends_a_proposal_back_with_reasons(office: Office, sign_in: SignIn) -> None:
    number = office.assigned()
    office.act(
        number,
        "handler",
        "propose",
        action="refuse",
        ground="121.16.2",
        reasons="已受理",
        earlier="消委会",
        violation="0",
    )
    seq = int(next(iter(office.case(number).facts["proposals"])))
    url = reverse("desk:proposal", args=[number, seq])
    client = sign_in("head")
    empty = client.post(url, {"decision": "reject", "words": ""}, headers=HTMX)
    assert empty.status_code == 422
    client.post(url, {"decision": "reject", "words": "请核实消委会的受理时间"}, headers=HTMX)
    assert office.case(number).facts.get("proposals", {}) == {}
    assert (
        "请核实消委会的受理时间"
        in sign_in("handler").get(reverse("desk:case", args=[number])).content.decode()
    )


def test_numbers_of_the_national_platform_by_hand_and_by_sheet(office: Office, sign_in: SignIn) -> None:
    one, two = office.registered(), office.registered()
    client = sign_in("dispatcher.ziyang")
    url = reverse("desk:platform")
    assert str(one) in client.get(url).content.decode()
    client.post(url, {"case": one, "national_number": "N100", "status": "entered"})
    assert office.case(one).national_number == "N100"
    assert str(one) not in client.get(url).content.decode()
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    for place, row in enumerate(
        [("外部编号", "登记编号"), (str(one), "N100"), (str(two), "N200"), ("abc", "N3")]
    ):
        page.write_row(place, 0, row)
    book.close()
    for _time in range(2):
        answer = client.post(url, {"sheet": SimpleUploadedFile("导出.xlsx", out.getvalue())})
        assert "对上 2 行" in answer.content.decode()
    assert office.case(two).national_number == "N200"
    broken = client.post(url, {"sheet": SimpleUploadedFile("x.xlsx", b"no sheet")})
    assert broken.status_code == 422


def test_a_view_is_kept_for_its_owner_alone(sign_in: SignIn) -> None:
    client = sign_in("handler")
    client.post(reverse("desk:views"), {"name": "超期投诉", "query": "scope=mine&due=late&evil=1"})
    assert SavedView.objects.get().query == "scope=mine&due=late"
    assert "超期投诉" in client.get(reverse("desk:views")).content.decode()
    assert "超期投诉" not in sign_in("officehead").get(reverse("desk:views")).content.decode()
    sign_in("officehead").post(reverse("desk:views"), {"remove": SavedView.objects.get().pk})
    assert SavedView.objects.count() == 1


def test_a_setting_needs_two_people(sign_in: SignIn) -> None:
    url = reverse("desk:settings")
    today = timezone.localdate().isoformat()
    first = sign_in("admin")
    first.post(
        url,
        {
            "what": "propose",
            "key": "dispatch.bounce_warning",
            "value": "3",
            "valid_from": today,
            "reason": "试",
        },
    )
    row = Setting.objects.get()
    own = first.post(url, {"what": "confirm", "setting": row.pk})
    assert own.status_code == 422
    sign_in("security").post(url, {"what": "confirm", "setting": row.pk})
    row.refresh_from_db()
    assert row.confirmed_at is not None
    wrong = first.post(
        url, {"what": "propose", "key": "dispatch.bounce_warning", "value": "many", "valid_from": today}
    )
    assert wrong.status_code == 422


def test_a_deputy_sees_the_queue_of_the_absent(office: Office, sign_in: SignIn) -> None:
    number = office.assigned()
    deputy = Staff.objects.get(username="handler.second")
    today = timezone.localdate().isoformat()
    assert (
        str(number)
        not in sign_in("handler.second").get(reverse("desk:queue"), {"scope": "mine"}).content.decode()
    )
    sign_in("handler").post(reverse("desk:leave"), {"deputy": deputy.pk, "since": today, "until": today})
    assert LeaveCover.objects.count() == 1
    assert (
        str(number)
        in sign_in("handler.second").get(reverse("desk:queue"), {"scope": "mine"}).content.decode()
    )


def test_the_next_calendar_year_is_imported(sign_in: SignIn) -> None:
    client = sign_in("admin")
    url = reverse("desk:calendar")
    bad = client.post(url, {"notice": SimpleUploadedFile("2027.json", b"{}")})
    assert bad.status_code == 422
    page = client.get(url).content.decode()
    assert "2027 未公布" in page
    days = [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]
    client.post(
        url, {"notice": SimpleUploadedFile("2027.json", json.dumps({"year": 2027, "days": days}).encode())}
    )
    assert client.get(url).status_code == 200


def test_the_auditor_sees_the_chain_and_that_it_is_whole(office: Office, sign_in: SignIn) -> None:
    number = office.accepted()
    sign_in("handler").get(reverse("desk:export"))
    page = sign_in("auditor").get(reverse("desk:history", args=[number])).content.decode()
    assert "核验通过" in page
    assert "受理" in page
    log = sign_in("auditor").get(reverse("desk:access"), {"act": "export"}).content.decode()
    assert "李卫东" in log


def test_the_account_of_a_clock_is_told_day_by_day(office: Office, sign_in: SignIn) -> None:
    number = office.assigned()
    clock = (
        sign_in("handler")
        .get(reverse("desk:case", args=[number]))
        .content.decode()
        .split("/clocks/")[1]
        .split("/")[0]
    )
    account = (
        sign_in("handler")
        .get(reverse("desk:clock", args=[number, int(clock)]), headers=HTMX)
        .content.decode()
    )
    for part in ("第十五条", "计入第1日", "最后一日", "日历"):
        assert part in account


def test_the_name_of_a_stage_of_reminding(sign_in: SignIn) -> None:
    assert sign_in("handler").post(reverse("desk:reminders-read")).status_code == 303


def test_a_failed_notice_puts_the_case_on_top(office: Office, sign_in: SignIn) -> None:
    late = office.assigned()
    failed = office.accepted()
    notice = next(iter(office.case(failed).facts["notices"]))
    office.act(
        failed,
        "handler",
        "notify",
        message=notice,
        result="failed",
        channel="phone",
        told_at=office.at.isoformat(),
    )
    page = sign_in("handler").get(reverse("desk:queue"), {"scope": "mine"}).content.decode()
    table = page[page.index("<tbody>") :]
    assert "重新告知" in table
    assert table.index(f"/desk/cases/{failed}/") < table.index(f"/desk/cases/{late}/")
    assert table.count(f'value="{failed}"') == 1


def test_the_preview_opens_what_a_person_wrote_and_nothing_of_the_law(
    office: Office, sign_in: SignIn
) -> None:
    number = office.assigned()
    typed = {"note": "请带小票⟦x⟧来。"}
    page = sign_in("handler").post(reverse("desk:preview", args=[number, "accept"]), typed, headers=HTMX)

    letter = page.content.decode()
    assert re.findall(r"<textarea[^>]*>([^<]*)</textarea>", letter) == ["请带小票⟦x⟧来。"]
    assert 'data-mirror="f-note"' in letter
    assert "我局决定受理" in letter
    assert not Message.objects.exists()
