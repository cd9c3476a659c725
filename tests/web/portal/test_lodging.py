"""Lodging over HTTP: nothing typed is lost, nothing is registered twice, nothing leaks into addresses."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiesu.cases.act import load
from jiesu.cases.models import Case, File, Party
from jiesu.intake import limits
from jiesu.intake.models import Contact
from jiesu.web.portal import frame
from tests.web.portal.given import ANSWERS, PNG, hidden, words


def photo(name: str = "小票.png", content: bytes = PNG) -> SimpleUploadedFile:
    """A picture as a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_the_doors_stand_on_the_front_page(client: Client) -> None:
    page = client.get("/").content.decode()

    assert all(word in page for word in ("我要投诉", "我要举报", "我要咨询", "查进度", "怎么投诉"))
    assert "经全国12315平台办理" in page


def test_a_whole_complaint_gives_number_code_and_the_last_day(client: Client) -> None:
    answer = client.post("/complain/", ANSWERS, follow=True)

    case = Case.objects.get()
    text = words(answer.content.decode())
    assert answer.status_code == 200
    assert "查询码" in text
    assert "决定是否受理，并告知您 最迟" in text
    assert "第十五条" in text
    assert load(case).text({"text": 3}) == ANSWERS["text"]
    assert load(case).text({"text": 4}) == "退款、赔偿损失。退 35 元"
    # The address of the page holds neither number nor code.
    assert str(case.pk) not in answer.redirect_chain[-1][0]


def test_a_refused_screen_keeps_all_that_was_typed_on_every_screen(client: Client) -> None:
    answer = client.post("/complain/", {**ANSWERS, "phone": "1381234"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "电话号码不对" in html
    assert 'value="王小花"' in html
    assert 'value="1381234"' in html
    assert hidden(html, "text") == [ANSWERS["text"]]
    assert hidden(html, "wish") == ["refund", "compensation"]
    assert hidden(html, "respondent_name") == ["好又多超市"]
    assert hidden(html, "key") == ["a-key"]
    assert not Contact.objects.exists()


def test_an_error_on_an_earlier_screen_leads_back_to_it(client: Client) -> None:
    answer = client.post("/complain/", {**ANSWERS, "respondent_name": ""})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "第 2 步，共 3 步" in html
    assert hidden(html, "name") == ["王小花"]


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ({"text": ""}, "请写明什么时候"),
        ({"wish": [], "demand": ""}, "您希望怎么解决：请写明您希望怎么解决"),
        ({"where": ""}, "请选择是在实体店还是在网上"),
        ({"where": "online"}, "哪个平台：请填写是在哪个平台买的"),
        ({"truth": ""}, "请确认您提供的内容真实"),
        ({"address": ""}, "请填写您的通讯地址"),
        ({"amount": "三十五"}, "请填写金额"),
        ({"occurred_on": "2099-01-01"}, "发生日期不能晚于今天"),
        ({"credit_code": "123"}, "统一社会信用代码应当是18位"),
    ],
)
def test_each_screen_says_what_is_missing_and_why(
    client: Client, left_out: dict[str, Any], said: str
) -> None:
    answer = client.post("/complain/", {**ANSWERS, **left_out})

    assert answer.status_code == 422
    assert said in words(answer.content.decode()).replace(" ", "")
    assert not Case.objects.exists()


def test_pictures_survive_errors_and_can_be_taken_back(client: Client) -> None:
    first = client.post(
        "/complain/", {**ANSWERS, "screen": "0", "text": "", "photos": [photo(), photo("合同.png")]}
    )
    html = first.content.decode()
    assert first.status_code == 422
    kept = hidden(html, "held")
    assert len(kept) == 2
    assert "小票.png" in html

    answer = client.post("/complain/", {**ANSWERS, "held": kept, "drop": [kept[1]]}, follow=True)

    assert answer.status_code == 200
    assert list(File.objects.values_list("name", flat=True)) == ["小票.png"]


def test_a_file_that_cannot_be_taken_does_not_cost_the_others(client: Client) -> None:
    bad = SimpleUploadedFile("页.html", b"<script>alert(1)</script>", content_type="image/png")

    answer = client.post("/complain/", {**ANSWERS, "screen": "0", "photos": [photo(), bad]})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "不能上传文件“页.html”" in html
    assert len(hidden(html, "held")) == 1
    assert ANSWERS["text"] in html


def test_a_file_far_too_large_is_refused_without_being_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "MOST_BYTES", 10)

    answer = client.post("/complain/", {**ANSWERS, "screen": "0", "photos": [photo()]})

    assert answer.status_code == 422
    assert "超过 20 MB" in answer.content.decode()


def test_pressing_twice_registers_once(client: Client) -> None:
    first = client.post("/complain/", ANSWERS, follow=True)
    second = client.post("/complain/", ANSWERS, follow=True)

    assert Case.objects.count() == 1
    assert words(first.content.decode()).count(str(Case.objects.get().pk)[-10:]) == words(
        second.content.decode()
    ).count(str(Case.objects.get().pk)[-10:])


def test_going_back_and_changing_is_a_new_contact_only_after_asking(client: Client) -> None:
    client.post("/complain/", ANSWERS)
    changed = {**ANSWERS, "demand": "还要道歉"}

    asked = client.post("/complain/", changed)
    assert asked.status_code == 422
    assert "刚才已经提交过" in asked.content.decode()
    assert Case.objects.count() == 1

    client.post("/complain/", {**changed, "key": hidden(asked.content.decode(), "key")[0]})
    assert Case.objects.count() == 2


def test_what_was_typed_is_inert(client: Client) -> None:
    evil = '"><script>alert(1)</script>{{ 7 }}'

    html = client.post("/complain/", {**ANSWERS, "text": evil, "phone": ""}).content.decode()

    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;" in html


def test_an_anonymous_report_asks_for_no_name_and_keeps_none(client: Client) -> None:
    answers = {**ANSWERS, "identity": "anonymous", "name": "王小花"}

    answer = client.post("/report/", answers, follow=True)

    assert answer.status_code == 200
    assert Case.objects.get().anonymous
    assert {p.role for p in Party.objects.all()} == {"reported"}
    assert "您的信息和举报内容不会告诉被举报人" in answer.content.decode()


def test_a_named_report_needs_name_and_telephone(client: Client) -> None:
    answer = client.post("/report/", {**ANSWERS, "identity": "named", "name": "", "phone": ""})

    text = words(answer.content.decode()).replace(" ", "")
    assert answer.status_code == 422
    assert "不愿留下的，请选择匿名" in text
    assert "请填写电话号码" in text


def test_a_question_needs_one_screen(client: Client) -> None:
    body = {"key": "k", "screen": "0", "text": "办营业执照要带什么材料？", "phone": "13812345678"}

    answer = client.post("/ask/", body, follow=True)

    assert Case.objects.get().kind == "consultation"
    assert "服务承诺，不是法定期限" in answer.content.decode()


MIXED = (
    "我在超市买到过期牛奶，要求退款赔偿，商家拒绝。另外举报该超市长期销售过期食品、涂改生产日期，要求查处。"
)


def test_a_mixed_letter_is_split_in_one_confirmation(client: Client) -> None:
    asked = client.post("/complain/", {**ANSWERS, "text": MIXED})
    html = asked.content.decode()
    assert asked.status_code == 200
    assert "您说的好像是两件事" in html
    assert not Case.objects.exists()

    split = {"split": "yes", "complaint_text": "牛奶过期，要求退款。", "report_text": "涂改生产日期。"}
    answer = client.post("/complain/", {**ANSWERS, "text": MIXED, **split}, follow=True)

    assert sorted(Case.objects.values_list("kind", flat=True)) == ["complaint", "report"]
    assert answer.content.decode().count('class="keep-code"') == 2


def test_whoever_does_not_want_to_split_has_one_complaint(client: Client) -> None:
    client.post("/complain/", {**ANSWERS, "text": MIXED, "split": "no"})

    assert list(Case.objects.values_list("kind", flat=True)) == ["complaint"]
    assert load(Case.objects.get()).state.facts.mixed == "suggested"


def test_an_empty_half_of_a_split_comes_back_with_both_texts(client: Client) -> None:
    split = {"split": "yes", "complaint_text": "牛奶过期，要求退款。", "report_text": " "}

    answer = client.post("/complain/", {**ANSWERS, "text": MIXED, **split})

    assert answer.status_code == 422
    assert "牛奶过期，要求退款。" in answer.content.decode()
    assert not Case.objects.exists()


REPORTED = {
    **{k: v for k, v in ANSWERS.items() if k not in ("wish", "demand", "amount", "name", "phone", "address")},
    "text": MIXED,
    "identity": "anonymous",
}
HALVES = {"split": "yes", "complaint_text": "牛奶过期，要求退款。", "report_text": "涂改生产日期。"}


def test_a_report_that_also_complains_is_offered_as_two_and_asks_what_a_complaint_needs(
    client: Client,
) -> None:
    page = client.post("/report/", REPORTED).content.decode()
    assert "您说的好像是两件事" in page
    assert "不分，只举报" in page
    assert 'name="wish"' in page
    assert "投诉要实名" in page

    lacking = client.post("/report/", {**REPORTED, **HALVES})
    assert lacking.status_code == 422
    assert "请填写您的真实姓名" in lacking.content.decode()
    assert "牛奶过期，要求退款。" in lacking.content.decode()
    assert not Case.objects.exists()

    more = {
        "wish": ["refund"],
        "name": "王小花",
        "phone": "13812345678",
        "address": "益阳市资阳区五一西路12号",
    }
    done = client.post("/report/", {**REPORTED, **HALVES, **more}, follow=True)

    complaint, report = (Case.objects.get(kind=k) for k in ("complaint", "report"))
    assert done.content.decode().count('class="keep-code"') == 2
    assert load(complaint).state.facts.links == (("split", report.pk),)
    assert not report.anonymous


def test_an_anonymous_reporter_may_keep_it_one_report_and_stay_unnamed(client: Client) -> None:
    client.post("/report/", {**REPORTED, "split": "no"})

    report = Case.objects.get()
    assert (report.kind, report.anonymous) == ("report", True)


def test_too_many_posts_from_one_address_are_told_when_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CONTACTS", ("contact", 1, 3600))
    client.post("/complain/", ANSWERS)

    answer = client.post("/complain/", {**ANSWERS, "key": "another"})

    html = answer.content.decode()
    assert answer.status_code == 429
    assert "提交得太频繁" in html
    assert ANSWERS["text"] in html
    assert Case.objects.count() == 1


def test_the_answer_is_shown_to_this_session_alone(client: Client) -> None:
    address = client.post("/complain/", ANSWERS)["Location"]

    assert client.get(address).status_code == 200
    stranger = Client().get(address)
    assert stranger.status_code == 404
    assert "查询码只显示" not in stranger.content.decode()


def test_the_session_row_holds_the_code_sealed(client: Client) -> None:
    html = client.post("/complain/", ANSWERS, follow=True).content.decode()

    code = html.split('class="keep-code">')[1].split("<")[0].replace("-", "")
    assert code not in str(dict(client.session.items()))


def test_pages_are_not_kept_by_browsers(client: Client) -> None:
    assert client.get("/complain/")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["guide", "privacy", "accessibility"])
def test_pages_that_explain(client: Client, path: str) -> None:
    answer = client.get(f"/{path}/")

    assert answer.status_code == 200
    assert "12315" in answer.content.decode()


def test_the_guide_shows_its_code_and_claims_no_other_platforms_place(client: Client) -> None:
    html = client.get("/guide/").content.decode()

    assert "<svg" in html
    assert 'class="qr"' in html
    assert "不代替全国12315平台" in html
    assert "style=" not in html
