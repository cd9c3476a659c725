"""A complaint in one walk, from the citizen's phone over the desk and back to the phone."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiesu.cases.kinds import PartyRole
from jiesu.cases.models import Message
from jiesu.cases.verify import verify_case
from jiesu.people.actors import SHANGHAI
from jiesu.people.models import Staff
from tests.web.conftest import As
from tests.web.portal.test_on_a_phone import write_complaint
from tests.web.walks import walking as walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


REASONS = "益阳市消费者委员会已于11月3日调解过同一争议，双方签了协议。"


def routed_and_assigned(as_: As, number: str) -> None:
    """The dispatcher sends it to the office of the place, whose head gives it to a handler."""
    page = as_("dispatcher.ziyang")
    page.goto("/desk/dispatch/")
    walk.look(page)
    page.locator("tr", has_text=number[-6:]).get_by_role("link", name="分送").click()
    expect(walk.dialog(page)).to_be_visible()
    walk.dialog(page).get_by_label("分送到").select_option(label="资阳区市场监管局")
    walk.dialog(page).get_by_label("承办机构").select_option(label="资阳区大码头市场监管所")
    walk.submit(page)
    head = as_("officehead")
    walk.open_case(head, number)
    walk.act(head, "指派")
    walk.select(head, "staff", str(Staff.objects.get(username="handler").pk))
    walk.submit(head)


def test_from_the_phone_to_the_rating(phone: Page, as_: As) -> None:
    write_complaint(phone)
    walk.look(phone)
    number, code = walk.kept(phone)
    walk.follow(phone, number, code)
    address = phone.url
    routed_and_assigned(as_, number)

    desk = as_("handler")
    desk.goto("/desk/queue/?scope=mine")
    walk.look(desk)
    desk.locator("tr", has_text=number[-6:]).get_by_role("link").first.click()
    walk.look(desk)
    walk.act(desk, "受理")
    desk.get_by_role("button", name="预览将发出的告知").click()
    expect(desk.locator(".letter")).to_contain_text("投诉受理决定书")
    expect(desk.locator(".letter")).to_contain_text("王小花")
    assert not Message.objects.filter(case_id=number).exists()
    walk.look(desk)
    walk.submit(desk)
    walk.stands(desk, "已受理")
    assert walk.case_of(number).unproven == 1

    # Told with proof: she opens the decision on her phone.
    phone.goto(address)
    expect(phone.locator(".now-card").first).to_contain_text("等待双方表示是否同意调解")
    phone.get_by_role("button", name=re.compile("受理")).click()
    expect(phone.locator(".letter")).to_contain_text("我局决定受理")
    walk.look(phone)
    assert Message.objects.get(case_id=number, form="5").proof == "portal_view"
    assert walk.case_of(number).unproven == 0

    desk.reload()
    walk.act(desk, "征求调解意见")
    walk.submit(desk)
    phone.goto(address)
    expect(phone.get_by_text("是否同意由承办单位组织您和商家调解")).to_be_visible()
    walk.look(phone)
    phone.get_by_role("button", name=re.compile("^同意调解")).click()
    expect(phone.get_by_text("已记下您的意见")).to_be_visible()
    walk.look(phone)
    desk.reload()
    walk.act(desk, "记录意见")
    walk.choose(desk, "被投诉人")
    walk.choose(desk, "同意调解")
    walk.choose(desk, "是")
    walk.choose(desk, "电话录音")
    walk.submit(desk)
    walk.stands(desk, "调解中")

    walk.act(desk, "安排调解")
    begins = timezone.now() + timedelta(seconds=4)
    walk.dialog(desk).locator("[name=starts_at]").fill(
        begins.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")
    )
    walk.choose(desk, "现场")
    walk.fill(desk, "地点", "大码头所调解室")
    walk.dialog(desk).locator("[name=mediator]").first.select_option(index=1)
    walk.submit(desk)
    phone.goto(address)
    expect(phone.locator(".journey")).to_contain_text("安排调解")
    phone.get_by_role("button", name=re.compile("调解通知书")).click()
    expect(phone.locator(".letter")).to_contain_text("大码头所调解室")
    time.sleep(max(0.0, (begins - timezone.now()).total_seconds() + 0.1))

    walk.act(desk, "记录调解")
    walk.choose(desk, "已举行，达成一致")
    walk.fill(desk, "调解记录", "双方到场，经营者同意退款。")
    walk.submit(desk)
    walk.act(desk, "达成调解协议")
    walk.choose(desk, "制作调解记录")
    walk.fill(desk, "挽回损失", "35")
    walk.fill(desk, "协议内容", "退还35元，当场付清。")
    walk.submit(desk)
    walk.stands(desk, "达成协议")
    walk.look(desk)
    walk.close(desk)

    phone.goto(address)
    expect(phone.locator(".now-card")).to_contain_text("已办结")
    phone.locator("#rate summary").click()
    phone.get_by_text("非常满意", exact=True).click()
    walk.look(phone)
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("您已评价")).to_be_visible()

    case = walk.case_of(number)
    assert case.recovered == 3500
    assert case.facts["rated"] == 5
    assert case.facts["consents"] == {PartyRole.COMPLAINANT: True, PartyRole.RESPONDENT: True}
    assert verify_case(case) == []


def test_a_refusal_is_drafted_approved_and_read_on_the_phone(phone: Page, as_: As) -> None:
    write_complaint(phone)
    number, code = walk.kept(phone)
    walk.follow(phone, number, code)
    address = phone.url
    routed_and_assigned(as_, number)

    desk = as_("handler")
    walk.open_case(desk, number)
    walk.act(desk, "不予受理")
    walk.dialog(desk).get_by_text("已经受理或者处理过同一消费者权益争议").click()
    walk.fill(desk, "理由", "益阳市消费者委员会已经调解过同一争议。")
    # What is missing is said beside the field, and what was typed stays.
    walk.dialog(desk).locator("button[type=submit]").click()
    expect(walk.dialog(desk).locator(".error-summary")).to_be_visible()
    expect(walk.dialog(desk).locator("[name=reasons]")).to_have_value(
        "益阳市消费者委员会已经调解过同一争议。"
    )
    walk.look(desk)
    walk.fill(desk, "已经受理或者处理的机构和编号", "益阳市消费者委员会 2026年第12号")
    walk.answer(desk, "涉嫌违法线索", "否")
    # In the preview the words of the law stand fast, her own may be put right, and the form keeps them.
    desk.get_by_role("button", name="预览将发出的告知").click()
    mine = walk.dialog(desk).locator(".letter").get_by_label("理由")
    expect(mine).to_have_value("益阳市消费者委员会已经调解过同一争议。")
    mine.fill(REASONS)
    expect(walk.dialog(desk).locator("[name=reasons]")).to_have_value(REASONS)
    walk.look(desk)
    walk.submit(desk)
    expect(desk.locator(".card-waiting")).to_contain_text("不予受理")
    phone.goto(address)
    expect(phone.locator("main")).not_to_contain_text("不予受理")

    head = as_("head")
    review = walk.approve(head)
    assert "投诉不予受理决定书" in review
    assert "向人民法院提起诉讼" in review
    assert "过期" in review

    phone.goto(address)
    expect(phone.locator(".now-card")).to_contain_text("已决定不予受理")
    walk.look(phone)
    phone.get_by_role("button", name=re.compile("不予受理")).click()
    letter = phone.locator(".letter").inner_text()
    assert "第十六条" in letter
    assert "益阳市消费者委员会 2026年第12号" in letter
    assert REASONS in letter
    assert "与经营者协商和解" in letter
    assert "向人民法院提起诉讼" in letter
    walk.look(phone)

    walk.open_case(desk, number)
    walk.close(desk)
    assert verify_case(walk.case_of(number)) == []
