"""A report on the desk: taken in by telephone, routed, verified, filed or declined by the head, the informant told."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiesu import law
from jiesu.cases.verify import verify_case
from jiesu.people.models import Staff
from tests.web.conftest import As
from tests.web.walks import walking as walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INFORMANT = "赵铁柱"


def taken_in(page: Page) -> str:
    """The call-taker types while the informant talks; gives the number."""
    page.goto("/desk/register/")
    page.get_by_label("来件类型").select_option("report")
    page.locator("#r-person__phone").fill("13900001111")
    page.locator("#r-person__name").fill(INFORMANT)
    page.locator("#r-respondent__name").fill("好又多超市")
    page.locator("#r-respondent__address").fill("益阳市资阳区大码头街道五一西路20号")
    page.get_by_label("事情经过").fill("举报好又多超市昨晚八点在后门仓库给过期牛奶涂改生产日期，请查处。")
    expect(page.locator("#register-hint")).to_contain_text("举报")
    walk.look(page)
    page.get_by_role("button", name=re.compile("^登记")).click()
    expect(page.locator(".registered-code")).to_be_visible()
    walk.look(page)
    return re.sub(r"\D", "", page.locator(".registered-number").inner_text())


def routed(as_: As, number: str) -> Page:
    """From the city's centre to the bureau of the place, whose dispatcher names a handler; gives the handler's page."""
    page = as_("dispatcher")
    page.goto("/desk/dispatch/")
    page.locator("tr", has_text=number[-6:]).get_by_role("link", name="分送").click()
    expect(walk.dialog(page)).to_be_visible()
    walk.dialog(page).get_by_label("分送到").select_option(label="资阳区市场监管局")
    walk.submit(page)
    bureau = as_("dispatcher.ziyang")
    walk.open_case(bureau, number)
    walk.act(bureau, "指派")
    walk.select(bureau, "staff", str(Staff.objects.get(username="handler").pk))
    walk.submit(bureau)
    desk = as_("handler")
    walk.open_case(desk, number)
    return desk


def verified(desk: Page, findings: str) -> None:
    walk.act(desk, "记录核查")
    walk.dialog(desk).locator("[name=on_site]").check()
    officers(desk)
    walk.fill(desk, "核查情况", findings)
    walk.look(desk)
    walk.submit(desk)
    walk.stands(desk, "核查中")


def officers(desk: Page) -> None:
    """Two officers at least, each with a certificate."""
    for name in ("李卫东", "孙海燕"):
        walk.dialog(desk).locator("label", has_text=name).locator("[name=officers_named]").check()


def informed(desk: Page, result: str) -> None:
    """No article asks for it here, so it is told by courtesy, and said to be one."""
    walk.act(desk, "告知举报人")
    walk.select(desk, "basis", "courtesy")
    walk.fill(desk, "告知的处理结果", result)
    desk.get_by_role("button", name="预览将发出的告知").click()
    letter = walk.dialog(desk).locator(".letter")
    expect(letter).to_contain_text(result)
    expect(letter).to_contain_text("不是法定告知")
    walk.submit(desk)


def test_a_report_is_verified_filed_and_its_informant_told(as_: As) -> None:
    number = taken_in(as_("calltaker"))
    desk = routed(as_, number)
    verified(desk, "现场查获涂改日期的牛奶十二箱，店主承认。")
    walk.act(desk, "立案")
    walk.fill(desk, "事实和证据", "现场笔录、照片、店主陈述证明涂改生产日期。")
    officers(desk)
    walk.submit(desk)
    expect(desk.locator(".card-waiting")).to_contain_text("立案")

    head = as_("head")
    assert "涂改生产日期" in walk.approve(head)
    desk.reload()
    walk.stands(desk, "已立案")
    informed(desk, "您举报的线索经核查属实，我局已经立案。")
    walk.look(desk)
    walk.close(desk)

    case = walk.case_of(number)
    assert case.outcome == "filed"
    assert verify_case(case) == []
    # Whoever took the call sees that it goes on, not what was found, nor who told it.
    taker = as_("calltaker")
    walk.open_case(taker, number)
    expect(taker.locator("main")).not_to_contain_text("十二箱")
    expect(taker.locator("main")).not_to_contain_text(INFORMANT)


def test_a_report_is_declined_with_the_condition_that_is_missing(as_: As) -> None:
    number = taken_in(as_("calltaker"))
    desk = routed(as_, number)
    verified(desk, "现场检查未发现过期食品，进货台账齐全。")
    walk.act(desk, "不予立案")
    missing = law.grounds("report.filing", on=timezone.localdate())[0]
    walk.dialog(desk).locator("fieldset", has_text="不具备的立案条件").get_by_text(missing.text).click()
    walk.fill(desk, "事实和证据", "没有证据证明有违法行为。")
    walk.submit(desk)

    assert missing.text in walk.approve(as_("head"))
    desk.reload()
    walk.stands(desk, "不予立案")
    informed(desk, "经核查，没有证据证明有违法行为，我局决定不予立案。")
    walk.close(desk)

    case = walk.case_of(number)
    assert case.outcome == "declined"
    assert verify_case(case) == []
