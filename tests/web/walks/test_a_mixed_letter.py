"""One letter, two matters: the desk and the phone suggest to split it, one confirmation makes two cases (art. 9)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from jiesu.cases.models import Case, Clock, Link
from tests.web.conftest import As
from tests.web.walks import walking as walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTER = (
    "我在好又多超市买到过期牛奶，要求退款赔偿，商家拒绝。"
    "另外举报该超市长期销售过期食品、涂改生产日期，要求查处。"
)


def are_two_with_two_clocks(as_: As, numbers: list[str]) -> None:
    """A complaint and a report, linked, each sent to the bureau and each under a clock of its own."""
    complaint, report = (walk.case_of(n) for n in numbers)
    assert (complaint.kind, report.kind) == ("complaint", "report")
    assert complaint.received_at == report.received_at
    assert Link.objects.filter(case_id=complaint.pk, other_id=report.pk, type="split").exists()
    page = as_("dispatcher.ziyang")
    for number in numbers:
        page.goto("/desk/dispatch/")
        page.locator("tr", has_text=number[-6:]).get_by_role("link", name="分送").click()
        walk.dialog(page).get_by_label("分送到").select_option(index=1)
        walk.submit(page)
    running = Clock.objects.filter(case_id__in=[int(n) for n in numbers], state="open")
    assert {c.rule for c in running} == {"complaint.acceptance", "report.verification"}


def numbers_on(page: Page, css: str) -> list[str]:
    return [re.sub(r"\D", "", text) for text in page.locator(css).all_inner_texts()]


def test_a_mixed_letter_on_the_desk(as_: As) -> None:
    page = as_("dispatcher.ziyang")
    page.goto("/desk/register/")
    page.get_by_label("来件渠道").select_option("letter")
    page.locator("#r-person__name").fill("王小花")
    page.locator("#r-person__phone").fill("13812345678")
    page.locator("#r-person__address").fill("益阳市资阳区五一西路12号")
    page.locator("#r-respondent__name").fill("好又多超市")
    page.locator("#r-respondent__address").fill("益阳市资阳区大码头街道五一西路20号")
    page.get_by_label("事情经过").fill(LETTER)
    expect(page.locator("#register-hint")).to_contain_text("可能同时包含投诉和举报")
    expect(page.get_by_label("归入投诉的内容")).to_have_value(re.compile("退款"))
    expect(page.get_by_label("归入举报的内容")).to_have_value(re.compile("涂改"))
    walk.look(page)
    page.get_by_label("拆分登记").check()
    page.get_by_role("button", name=re.compile("^登记")).click()
    expect(page.locator(".registered-code")).to_have_count(2)
    walk.look(page)
    are_two_with_two_clocks(as_, numbers_on(page, ".registered-number"))


def test_a_mixed_letter_from_the_phone(phone: Page, as_: As) -> None:
    phone.goto("/complain/")
    phone.get_by_label("经过").fill(LETTER)
    phone.get_by_text("退款", exact=True).click()
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_text("实体店", exact=True).click()
    phone.get_by_label("商家名称").fill("好又多超市")
    phone.get_by_label("商家地址").fill("益阳市资阳区五一西路20号")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("您的姓名").fill("王小花")
    phone.get_by_label("电话号码").fill("13812345678")
    phone.get_by_label("通讯地址").fill("益阳市资阳区五一西路12号")
    phone.get_by_label("以上内容真实").check()
    phone.get_by_role("button", name="提交").click()
    walk.look(phone)
    phone.get_by_role("button", name="分成两件提交").click()
    expect(phone.locator(".keep-code")).to_have_count(2)
    walk.look(phone)
    assert Case.objects.count() == 2
    are_two_with_two_clocks(as_, numbers_on(phone, ".keep-number"))
