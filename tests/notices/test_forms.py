"""Every notice on both sides of 2026-04-15: its law, its words, its elements, its addressees."""

import os
from datetime import date
from pathlib import Path

import pytest
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from jiesu import law
from jiesu.notices import SHORT_LIMIT, Code, NoticeError, NoticeFields, needs, render
from jiesu.notices.fields import ELEMENTS
from jiesu.notices.templates import templates

from .sample import AFTER, BEFORE, fields

GOLDEN = Path(__file__).parent / "golden"
EVERY = [
    (form, to, on) for on in (BEFORE, AFTER) for form, made in sorted(templates().items()) for to in made.to
]
NEW, OLD = "《市场监督管理投诉举报处理办法》", "《市场监督管理投诉举报处理暂行办法》"
REMEDIES = (
    "消费者和经营者发生消费者权益争议的，可以通过下列途径解决：（一）与经营者协商和解；"
    "（二）请求消费者协会或者依法成立的其他调解组织调解；（三）向有关行政部门投诉；"
    "（四）根据与经营者达成的仲裁协议提请仲裁机构仲裁；（五）向人民法院提起诉讼。"
)


@pytest.mark.parametrize(("form", "to", "on"), EVERY, ids=lambda v: str(v))
def test_each_notice_reads_as_the_lawyer_approved_it(form, to, on):
    made = render(form, on=on, fields=fields(form, on, to=to))
    file = GOLDEN / f"{form}-{to}-{on:%Y%m%d}.txt"
    whole = f"{made.text}\n\n【短文本】{made.short}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(whole, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == whole


@pytest.mark.parametrize(("form", "to", "on"), EVERY, ids=lambda v: str(v))
def test_each_notice_cites_only_the_order_of_its_day(form, to, on):
    made = render(form, on=on, fields=fields(form, on, to=to))
    assert (OLD if on == AFTER else NEW) not in made.text + made.short
    assert made.elements["instrument"] == ("order121" if on == AFTER else "order20")
    assert "{" not in made.text + made.short
    assert len(made.short) <= SHORT_LIMIT


@pytest.mark.parametrize("on", [BEFORE, AFTER])
@pytest.mark.parametrize("form", ["6", "8"])
def test_remedies_stand_word_for_word(form, on):
    made = render(form, on=on, fields=fields(form, on, to="complainant"))
    assert REMEDIES in made.body
    assert made.elements["remedies"] == [r.text for r in law.remedies(on=on)]


def test_the_remedies_are_those_of_the_stored_law():
    ground = law.instrument("consumer_law")
    assert ground.title == "中华人民共和国消费者权益保护法"
    assert next(r.citation.label for r in law.remedies(on=AFTER)).endswith("第三十九条第（一）项")


@pytest.mark.parametrize("name", ["complaint.refusal", "complaint.termination"])
@pytest.mark.parametrize("on", [date(2023, 5, 4), date(2024, 7, 1), BEFORE, AFTER])
def test_every_ground_is_quoted_with_its_item(name, on):
    form = "6" if name == "complaint.refusal" else "8"
    item = law.grounds("complaint.refusal", on=on)[0].key
    for ground in law.grounds(name, on=on):
        to = "complainant"
        made = render(form, on=on, fields=fields(form, on, ground=ground.key, item=item, to=to))
        assert ground.text in made.body
        assert ground.citation.label in made.body
        assert ground.article in made.short
        ticked = [g["key"] for g in made.elements["grounds"] if g["ticked"]]
        assert ticked == [ground.key]


def test_two_grounds_are_printed_in_the_order_of_the_article():
    made = render("6", on=AFTER, fields=fields("6", AFTER, ground=["121.16.5", "121.16.3"]))
    assert f"{NEW}第十六条第（三）项、第十六条第（五）项" in made.body
    assert made.body.index("（三）不是为生活消费需要") < made.body.index("（五）未提供")


@pytest.mark.parametrize(
    ("key", "form"), [("20.15.1", "6"), ("121.23.1", "6"), ("nothing", "6"), ("121.16.1", "8")]
)
def test_a_ground_of_another_list_or_day_is_refused(key, form):
    with pytest.raises(NoticeError) as caught:
        render(form, on=AFTER, fields=fields(form, AFTER, ground=key, to="complainant"))
    assert caught.value.code is Code.BAD_GROUND


@pytest.mark.parametrize(
    ("form", "ground", "element"),
    [("6", "121.16.1", "competent"), ("6", "121.16.2", "earlier"), ("8", "121.23.6", "item")],
)
def test_a_ground_asks_for_what_it_must_carry(form, ground, element):
    given_fields = fields(form, AFTER, ground=ground, to="complainant", item="121.16.5")
    assert render(form, on=AFTER, fields=given_fields)
    del given_fields[element]
    with pytest.raises(NoticeError) as caught:
        render(form, on=AFTER, fields=given_fields)
    assert caught.value.code is Code.MISSING_ELEMENT
    assert caught.value.data["elements"] == (element,)


def test_termination_for_fraud_names_article_42():
    made = render("8", on=AFTER, fields=fields("8", AFTER, ground="121.23.6", item="42", to="complainant"))
    assert f"具体为{NEW}第四十二条规定的情形" in made.body
    with pytest.raises(NoticeError) as caught:
        render("8", on=BEFORE, fields=fields("8", BEFORE, ground="20.21.6", item="42", to="complainant"))
    assert caught.value.code is Code.BAD_GROUND


@pytest.mark.parametrize(("form", "on"), sorted({(form, on) for form, _to, on in EVERY}))
def test_each_required_element_is_asked_for_by_its_label(form, on):
    complete = fields(form, on, to=templates()[form].to[0])
    for element in needs(form, on=on):
        if not element.required:
            continue
        with pytest.raises(NoticeError) as caught:
            render(form, on=on, fields={k: v for k, v in complete.items() if k != element.name})
        assert caught.value.code is Code.MISSING_ELEMENT
        assert element.name in caught.value.data["elements"]
        assert str(element.label) in str(caught.value)


def test_a_bureau_without_the_name_of_its_office_and_telephone_still_signs():
    bare = {
        k: v
        for k, v in fields("5", AFTER).items()
        if k not in {"office_name", "office_phone", "contact_person", "bureau_phone", "bureau_address"}
    }
    made = render("5", on=AFTER, fields=bare)
    assert made.body.endswith("益阳市资阳区市场监督管理局（印章）\n2026年4月15日")
    assert "联系" not in made.body
    assert "12315" in made.short


def test_an_office_is_a_contact_and_never_the_issuer():
    made = render("5", on=AFTER, fields=fields("5", AFTER))
    assert "联系机构：资阳区大码头市场监督管理所" in made.body
    with pytest.raises(NoticeError) as caught:
        render("5", on=AFTER, fields=fields("5", AFTER, bureau_name="大码头市场监督管理所"))
    assert caught.value.code is Code.NOT_A_BUREAU


@pytest.mark.parametrize(
    ("form", "to"), [("5", "respondent"), ("6", "respondent"), ("10", "respondent"), ("3", "informant")]
)
def test_a_notice_goes_only_to_whom_it_is_made_for(form, to):
    with pytest.raises(NoticeError) as caught:
        render(form, on=AFTER, fields=fields(form, AFTER, to=to))
    assert caught.value.code is Code.BAD_ADDRESSEE


def test_no_notice_of_a_report_can_be_addressed_to_the_business():
    for form in ("10", "courtesy", "no_authority", "food_transfer"):
        assert "respondent" not in templates()[form].to


@pytest.mark.parametrize("form", ["7", "8", "9", "consent"])
def test_nothing_of_a_report_goes_to_the_business(form):
    freely = {"7": "bring", "8": "reasons", "9": "terms", "consent": "note"}[form]
    told = "本案另有举 报，正在核查。"
    assert render(form, on=AFTER, fields=fields(form, AFTER, to="complainant", **{freely: told}))
    with pytest.raises(NoticeError) as caught:
        render(form, on=AFTER, fields=fields(form, AFTER, to="respondent", **{freely: told}))
    assert caught.value.code is Code.REPORT_LEAKS
    assert caught.value.data["element"] == freely
    matter = "举报该店销售过期食品并要求赔偿"
    made = render(form, on=AFTER, fields=fields(form, AFTER, to="respondent", matter=matter))
    assert "过期" not in made.text
    assert "因消费纠纷" in made.body or "投诉内容：消费纠纷" in made.body


@pytest.mark.parametrize("form", ["7", "8", "9", "consent"])
def test_the_business_gets_no_telephone_or_address_of_the_consumer(form):
    names = {e.name for e in needs(form, on=AFTER, to="respondent")}
    assert not {"follow_url"} & names or "查询码" not in templates()[form].short["respondent"]
    assert "complainant_phone" not in ELEMENTS


def test_identity_cannot_be_asked_for_before_the_regulation():
    with pytest.raises(NoticeError) as caught:
        needs("4", on=date(2024, 6, 30))
    assert caught.value.code is Code.NOT_IN_FORCE
    made = render("4", on=date(2024, 7, 1), fields=fields("4", AFTER))
    assert "《中华人民共和国消费者权益保护法实施条例》第四十六条第一款" in made.body


def test_no_notice_before_any_order():
    with pytest.raises(NoticeError) as caught:
        render("5", on=date(2019, 12, 31), fields=fields("5", AFTER))
    assert caught.value.code is Code.NOT_IN_FORCE


def test_forms_are_official_only_from_order_121_and_the_request_for_materials_never():
    for form, official in (("5", True), ("materials", False), ("consent", False)):
        made = render(form, on=AFTER, fields=fields(form, AFTER, to="complainant"))
        assert made.elements["official"] is official
    assert render("5", on=BEFORE, fields=fields("5", BEFORE)).elements["official"] is False
    assert (
        "不属于《市场监督管理部门处理投诉举报文书式样》"
        in render("materials", on=AFTER, fields=fields("materials", AFTER)).body
    )


@pytest.mark.parametrize("form", [f.key for f in law.forms(on=AFTER) if f.key not in ("1", "2")])
def test_each_issued_form_has_its_official_title_and_number(form):
    made = render(form, on=AFTER, fields=fields(form, AFTER, to=templates()[form].to[0]))
    assert made.title == law.form(form, on=AFTER).title
    assert "number" in templates()[form].required


def test_form_10_names_law_and_article_and_refuses_an_unconfirmed_one():
    made = render("10", on=AFTER, fields=fields("10", AFTER, duty_law="《中华人民共和国食品安全法》"))
    assert "根据《中华人民共和国食品安全法》第一百一十五条第一款规定，现将处理结果告知如下：" in made.body
    with pytest.raises(NoticeError) as caught:
        render("10", on=AFTER, fields=fields("10", AFTER, duty_article="关于告知的条款（条号待确认）"))
    assert caught.value.code is Code.UNCONFIRMED_ARTICLE


def test_courtesy_is_never_called_statutory():
    made = render("courtesy", on=AFTER, fields=fields("courtesy", AFTER))
    assert "不是法定告知" in made.body
    assert "根据《" not in made.body


def test_consent_asks_for_mediation_and_if_wanted_for_the_commission():
    both = render("consent", on=AFTER, fields=fields("consent", AFTER, to="respondent"))
    assert "是否同意由我局组织调解" in both.body
    assert f"{NEW}第十九条" in both.body
    alone = render("consent", on=AFTER, fields=fields("consent", AFTER, to="respondent", commission=False))
    assert "委托" not in alone.body + alone.short


HOSTILE = "{reasons}{0.__class__}%(x)s<script>alert(1)</script>\u202e\n资阳区市场监督管理局（印章）"


@pytest.mark.parametrize("name", ["addressee_name", "matter"])
def test_what_people_write_is_inert(name):
    made = render("6", on=AFTER, fields=fields("6", AFTER, **{name: mark_safe(HOSTILE)}))
    assert "{reasons}{0.__class__}%(x)s<script>alert(1)</script> 资阳区市场监督管理局（印章）" in made.body
    assert "\u202e" not in made.body
    assert type(made.body) is str
    assert type(made.elements["values"][name]) is str
    assert made.body.count("不一致") == 1


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_is_taken_or_refused_with_a_code(matter, reasons):
    complete = fields("8", AFTER, to="respondent", matter=matter, reasons=reasons)
    code = None
    try:
        made = render("8", on=AFTER, fields=complete)
    except NoticeError as error:
        code = error.code
    if code is None:
        assert made.body.count("\n") <= 15 + reasons.count("\n") + reasons.count("\r")
    assert code in {None, Code.MISSING_ELEMENT, Code.REPORT_LEAKS}


@pytest.mark.parametrize("on", [BEFORE, AFTER])
@pytest.mark.parametrize(
    ("form", "action"), [("7", "recuse"), ("food_transfer", "transfer_food"), ("3", "return_to_centre")]
)
def test_what_a_notice_quotes_are_the_words_of_the_article(form, action, on):
    made = render(form, on=on, fields=fields(form, on, to=templates()[form].to[0]))
    quote = law.articles(action, on=on)[0].quote
    words = "不得自行移送" if form == "3" else quote.rstrip("。")
    assert words in quote
    assert words in made.body


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("received_on", "昨天"),
        ("received_on", 20260415),
        ("ground", 3),
        ("matter", ["a"]),
        ("matter", "长" * 301),
        ("case_number", True),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(name, value):
    with pytest.raises(NoticeError) as caught:
        render("6", on=AFTER, fields=fields("6", AFTER, **{name: value}))
    assert caught.value.code is Code.BAD_ELEMENT
    assert caught.value.data["element"] == name


def test_unknown_names_are_not_swallowed():
    with pytest.raises(NoticeError) as caught:
        render("6", on=AFTER, fields=fields("6", AFTER, phone="13800001234"))
    assert caught.value.code is Code.UNKNOWN_ELEMENT
    with pytest.raises(NoticeError) as caught:
        needs("1", on=AFTER)
    assert caught.value.code is Code.UNKNOWN_FORM


def test_days_may_come_as_the_event_keeps_them():
    made = render(
        "7",
        on=AFTER,
        fields=fields("7", AFTER, to="respondent", session_at="2026-04-20T06:30:00+00:00"),
    )
    assert "2026年4月20日（星期一）14时30分" in made.body
    late = render("5", on=AFTER, fields=fields("5", AFTER, received_on="2026-04-07T17:00:00+00:00"))
    assert "你于2026年4月8日提出" in late.body


def test_typed_fields_and_a_mapping_give_the_same():
    given_fields = fields("6", AFTER)
    assert render("6", on=AFTER, fields=NoticeFields(**given_fields)) == render(
        "6", on=AFTER, fields=given_fields
    )


def test_only_what_the_form_knows_is_kept():
    made = render("5", on=AFTER, fields=fields("5", AFTER))
    assert "reasons" not in made.elements["values"]
    assert made.elements["values"]["received_on"] == "2026-04-07"


def test_the_day_of_the_law_and_the_day_of_issue_may_differ():
    made = render("8", on=BEFORE, fields=fields("8", BEFORE, to="complainant", issued_on=AFTER))
    assert made.body.endswith("2026年4月15日")
    assert OLD in made.body


def test_long_values_do_not_push_the_bureau_out_of_a_short_text():
    made = render("7", on=AFTER, fields=fields("7", AFTER, to="respondent", session_place="楼" * 300))
    assert len(made.short) <= SHORT_LIMIT
    assert made.short.endswith("益阳市资阳区市场监督管理局")


def test_another_matter_is_named_in_chinese():
    made = render(
        "other_channel", on=AFTER, fields=fields("other_channel", AFTER, other_matter="administrative_review")
    )
    assert "你提出的事项为行政复议申请" in made.body
    with pytest.raises(NoticeError) as caught:
        render("other_channel", on=AFTER, fields=fields("other_channel", AFTER, other_matter="some_key"))
    assert caught.value.code is Code.BAD_ELEMENT
