"""Following over HTTP: the session alone opens the page, and each deed of the citizen's arrives."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from jiesu.cases.act import act, load
from jiesu.cases.errors import ActionError
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Event, File, Message
from jiesu.intake.forms import read
from jiesu.intake.registering import RegisteredCase, register
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor, citizen
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.intake.given import COMPLAINT
from tests.web.portal.given import words
from tests.web.portal.test_lodging import photo


@pytest.fixture
def lodged(db: None) -> RegisteredCase:
    """A complaint that has just come in."""
    body = {**COMPLAINT, "occurred_on": ""}
    form = read(body)
    return register(form=form, actor=citizen("complainant"), at=timezone.now(), key=None).cases[0]


def staff(username: str) -> Actor:
    """A demonstration account as an actor now."""
    person = Staff.objects.select_related("organisation__parent").get(username=username)
    return actor_for(person, timezone.now())


def accepted(number: int) -> None:
    """The case is routed, assigned and accepted."""
    now = timezone.now
    dispatcher, handler = staff("dispatcher.ziyang"), staff("handler")
    act(number, "route", {"organisation": by_key("430902-bureau").pk}, actor=dispatcher, at=now())
    act(number, "assign", {"staff": handler.staff_id}, actor=dispatcher, at=now())
    act(number, "accept", {}, actor=handler, at=now())


def enter(client: Client, case: RegisteredCase) -> str:
    """Enters with number and code; gives the address of the follow page."""
    answer = client.post("/follow/", {"number": str(case.number), "code": case.query_code})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_number_and_code_open_a_page_whose_address_holds_neither(
    client: Client, lodged: RegisteredCase
) -> None:
    address = enter(client, lodged)

    page = client.get(address)
    assert page.status_code == 200
    assert "好又多超市" in page.content.decode()
    assert str(lodged.number) not in address
    assert lodged.query_code not in address
    assert lodged.query_code not in page.content.decode()


def test_another_browser_does_not_open_it(client: Client, lodged: RegisteredCase) -> None:
    address = enter(client, lodged)

    stranger = Client().get(address)
    assert stranger.status_code == 404
    assert "好又多超市" not in stranger.content.decode()


def test_a_wrong_code_says_the_same_as_a_number_that_does_not_exist(
    client: Client, lodged: RegisteredCase
) -> None:
    one = client.post("/follow/", {"number": str(lodged.number), "code": "WRONGWRONG"})
    two = client.post("/follow/", {"number": "430902269999999999", "code": "WRONGWRONG"})

    assert one.status_code == two.status_code == 404
    assert "编号或者查询码不对" in one.content.decode()
    assert words(one.content.decode()).replace(str(lodged.number), "") == words(two.content.decode()).replace(
        "430902269999999999", ""
    )
    assert f'value="{lodged.number}"' in one.content.decode()


def test_nothing_typed_is_asked_for(client: Client) -> None:
    answer = client.post("/follow/", {"number": "", "code": ""})

    assert answer.status_code == 422
    assert "请填写编号" in answer.content.decode()


def test_a_locked_case_says_when_to_come_back(client: Client, lodged: RegisteredCase) -> None:
    for _n in range(5):
        answer = client.post("/follow/", {"number": str(lodged.number), "code": "WRONGWRONG"})

    assert answer.status_code == 429
    assert "15 分钟后再试" in answer.content.decode()


def test_leaving_closes_the_page_for_the_next_person(client: Client, lodged: RegisteredCase) -> None:
    address = enter(client, lodged)

    client.post(f"{address}leave/")

    assert client.get(address).status_code == 404


def test_urging_writing_and_material_arrive_once(client: Client, lodged: RegisteredCase) -> None:
    address = enter(client, lodged)

    for _twice in range(2):
        client.post(f"{address}urge/", {"key": "u", "note": "请快一点"})
        client.post(f"{address}send_message/", {"key": "m", "body": "小票找到了"})
        client.post(f"{address}add_evidence/", {"key": "e", "description": "小票", "photos": [photo()]})

    types = list(Event.objects.filter(case_id=lodged.number).order_by("seq").values_list("type", flat=True))
    assert types == ["register", "urge", "send_message", "add_evidence"]
    assert list(File.objects.filter(case_id=lodged.number).values_list("name", flat=True)) == ["小票.png"]
    text = words(client.get(address).content.decode())
    assert "小票找到了" in text
    assert "收到催办" in text


def test_a_refused_deed_keeps_what_was_typed(client: Client, lodged: RegisteredCase) -> None:
    address = enter(client, lodged)

    answer = client.post(f"{address}send_message/", {"key": "m", "body": "长" * 1001})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "长" * 1001 in html
    assert "最多 1000 个字" in html
    assert '<details class="deed" id="send_message" open>' in html


def test_withdrawing_ends_the_complaint(client: Client, lodged: RegisteredCase) -> None:
    address = enter(client, lodged)

    client.post(f"{address}withdraw/", {"key": "w", "statement": "店家已经退款"})

    assert Case.objects.get(pk=lodged.number).state == "withdrawn"
    assert "您已撤回投诉" in client.get(address).content.decode()
    assert client.post(f"{address}withdraw/", {"key": "w2", "statement": "再撤"}).status_code == 409


def test_a_notice_is_proven_by_opening_it_and_not_by_looking_at_the_list(
    client: Client, lodged: RegisteredCase
) -> None:
    accepted(lodged.number)
    address = enter(client, lodged)
    seq = Message.objects.get(case_id=lodged.number).seq
    page = client.get(address).content.decode()
    assert "未打开，打开即记录已告知" in page
    assert client.get(f"{address}notice/{seq}/").status_code == 200
    assert load(Case.objects.get(pk=lodged.number)).state.unproven()

    opened = client.post(f"{address}notice/{seq}/", follow=True)

    assert "受理" in words(opened.content.decode())
    assert not load(Case.objects.get(pk=lodged.number)).state.unproven()
    assert client.post(f"{address}notice/99999/").status_code == 404


def test_only_a_citizens_own_actions_have_an_address(client: Client, lodged: RegisteredCase) -> None:
    address = enter(client, lodged)

    assert client.post(f"{address}accept/", {}).status_code == 404
    assert client.post(f"{address}close/", CHECKED).status_code == 404
    assert client.post(f"{address}rate/", {"key": "r", "stars": "5"}).status_code == 409


def test_the_follow_page_asks_no_more_questions_as_it_grows(
    client: Client, lodged: RegisteredCase, django_assert_max_num_queries: object
) -> None:
    address = enter(client, lodged)
    for n in range(5):
        client.post(f"{address}send_message/", {"key": f"m{n}", "body": "还在等"})
        client.post(f"{address}add_evidence/", {"key": f"e{n}", "description": "小票", "photos": [photo()]})

    with django_assert_max_num_queries(30):  # type: ignore[operator]
        client.get(address)


def asked(client: Client, lodged: RegisteredCase, **fields: str) -> str:
    """The bureau has asked whether both agree to mediation; gives the address of the follow page."""
    accepted(lodged.number)
    act(lodged.number, "ask_consent", fields, actor=staff("handler"), at=timezone.now())
    return enter(client, lodged)


def test_consent_is_asked_only_once_the_bureau_asks(client: Client, lodged: RegisteredCase) -> None:
    accepted(lodged.number)
    page = client.get(enter(client, lodged)).content.decode()

    assert "是否同意由承办单位组织您和商家调解" not in page
    assert 'name="consent"' not in page


def test_the_question_says_what_each_answer_means_and_where_the_law_says_so(
    client: Client, lodged: RegisteredCase
) -> None:
    page = words(client.get(asked(client, lodged)).content.decode())

    assert "是否同意由承办单位组织您和商家调解" in page
    assert "第十八条" in page
    assert "不再组织调解，您的投诉依法终止调解" in page
    assert "第二十三条第一款第（二）项" in page
    assert "委托消费者委员会" not in page


@pytest.mark.rule("C-13")
@pytest.mark.parametrize(("answer", "kept"), [("1", True), ("0", False)])
def test_the_citizen_answers_for_the_own_side_alone(
    client: Client, lodged: RegisteredCase, answer: str, kept: bool
) -> None:
    address = asked(client, lodged)

    sent = {"subject": "mediation", "consent": answer, "key": "k", "party": "respondent"}
    page = client.post(f"{address}record_consent/", sent, follow=True)

    assert "已记下您的意见" in page.content.decode()
    state = load(Case.objects.get(pk=lodged.number)).state
    assert state.facts.consents == {"complainant": kept}
    assert state.state == "accepted"
    event = Event.objects.get(case_id=lodged.number, type="record_consent")
    assert event.actor_kind == "citizen"
    assert event.data["in"]["proof"] == "message"
    shown = words(page.content.decode())
    assert ("您同意调解" if kept else "您不同意调解") in shown
    assert ("等待商家表示是否同意调解" if kept else "等待承办单位作出终止决定") in shown
    assert "改变意见" in shown


def test_with_the_consent_of_both_mediation_begins_and_a_change_of_mind_ends_it(
    client: Client, lodged: RegisteredCase
) -> None:
    address = asked(client, lodged)
    other = {"party": "respondent", "subject": "mediation", "consent": "1", "proof": "call_record"}
    act(lodged.number, "record_consent", other, actor=staff("handler"), at=timezone.now())
    client.post(f"{address}record_consent/", {"subject": "mediation", "consent": "1", "key": "k1"})
    assert Case.objects.get(pk=lodged.number).state == "mediating"

    client.post(f"{address}record_consent/", {"subject": "mediation", "consent": "0", "key": "k2"})

    assert Case.objects.get(pk=lodged.number).state == "accepted"
    # What the business said is told by the bureau, not by the list of steps.
    assert words(client.get(address).content.decode()).count("记录了您的意见") == 2


def test_commissioning_is_a_question_of_its_own(client: Client, lodged: RegisteredCase) -> None:
    address = asked(client, lodged, commission="1")
    # A box left alone on lodging is no answer to a question asked since.
    assert "是否同意委托消费者委员会等组织调解" in client.get(address).content.decode()

    client.post(f"{address}record_consent/", {"subject": "commission", "consent": "0", "key": "k"})

    assert "您不同意委托调解" in words(client.get(address).content.decode())
    facts = load(Case.objects.get(pk=lodged.number)).state.facts
    assert facts.commission_consents == {"complainant": False}
    assert facts.consents == {}


def test_nobody_speaks_for_the_other_side(lodged: RegisteredCase) -> None:
    accepted(lodged.number)
    data = {"party": "respondent", "subject": "mediation", "consent": "1", "proof": "message"}

    with pytest.raises(ActionError) as refused:
        act(lodged.number, "record_consent", data, actor=citizen("complainant"), at=timezone.now())

    assert "party" in refused.value.fields
