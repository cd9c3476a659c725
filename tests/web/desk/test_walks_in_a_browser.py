"""The desk in a real browser at 1440 px: a caller told by telephone, two at one case, the keyboard, what axe says."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from jiesu.cases.verify import verify_case
from tests.web.conftest import PASSWORD, As
from tests.web.walks import walking as walk
from tests.web.walks.test_a_complaint import routed_and_assigned

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def registered(page: Page) -> str:
    """A complaint typed in at the centre; gives its number."""
    page.goto("/desk/register/")
    page.get_by_label("来件类型").select_option("complaint")
    page.locator("#r-person__phone").fill("13812345678")
    page.get_by_label("姓名").first.fill("王小花")
    page.get_by_label("通讯地址").fill("益阳市资阳区大码头街道五一西路12号")
    page.locator("#r-respondent__name").fill("好又多超市")
    page.locator("#r-respondent__address").fill("益阳市资阳区大码头街道五一西路20号")
    page.get_by_label("事情经过").fill("在好又多超市买到过期牛奶，花了35元，店家拒绝退款。")
    expect(page.locator("#register-hint")).to_contain_text("投诉")
    page.get_by_label("请求").fill("退款并赔偿")
    page.get_by_role("button", name="复述").click()
    expect(page.locator("#readback")).to_contain_text("以上内容对吗")
    page.get_by_role("button", name=re.compile("^登记")).click()
    expect(page.locator(".registered-code")).to_have_text(re.compile(r"^[2-9A-HJKMNP-Z]{10}$"))
    number = page.locator(".registered-number").inner_text()
    return re.sub(r"\D", "", number)


def test_a_caller_is_told_by_telephone_and_a_session_is_put_off(as_: As) -> None:
    number = registered(as_("dispatcher.ziyang"))
    routed_and_assigned(as_, number)
    page = as_("handler")
    walk.open_case(page, number)
    walk.act(page, "受理")
    walk.submit(page)
    walk.told_by_telephone(page)
    assert walk.case_of(number).unproven == 0
    for side in ("投诉人", "被投诉人"):
        walk.act(page, "记录意见")
        walk.choose(page, side)
        walk.choose(page, "同意调解")
        walk.choose(page, "是")
        walk.choose(page, "电话录音")
        walk.submit(page)
    walk.stands(page, "调解中")
    walk.act(page, "安排调解")
    walk.dialog(page).locator("[name=starts_at]").fill("2031-12-01T09:30")
    walk.choose(page, "电话")
    walk.fill(page, "地点", "0737-12315")
    walk.dialog(page).locator("[name=mediator]").first.select_option(index=1)
    walk.submit(page)
    walk.act(page, "记录调解")
    walk.choose(page, "改期")
    walk.fill(page, "调解记录", "经营者请求改期，投诉人同意。")
    walk.submit(page)
    walk.stands(page, "安排调解")
    assert verify_case(walk.case_of(number)) == []


def test_the_door_lets_in_with_name_and_password(browser: Browser, live_url: str) -> None:
    context = browser.new_context(base_url=live_url, locale="zh-CN")
    page = context.new_page()
    page.goto("/desk/login/")
    walk.look(page)
    page.get_by_label("登录名").fill("handler")
    page.get_by_label("密码").fill("not-this")
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".notice-danger, .error-summary, .field-error").first).to_be_visible()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile(r"/desk/(?!login)"))
    context.close()


def test_a_stale_screen_says_who_changed_the_case_and_keeps_the_words(as_: As) -> None:
    number = registered(as_("dispatcher.ziyang"))
    routed_and_assigned(as_, number)
    page = as_("handler")
    page.goto(f"/desk/cases/{number}/")
    walk.act(page, "通知补充材料")
    walk.fill(page, "需要补充的材料", "购物小票原件")
    other = as_("officehead")
    other.goto(f"/desk/cases/{number}/")
    walk.act(other, "受理")
    walk.submit(other)
    page.locator("#action-dialog button[type=submit]").click()
    notice = page.locator("#action-dialog .notice-warning").first
    expect(notice).to_contain_text("郭志强")
    expect(notice).to_contain_text("受理")
    expect(page.locator("#action-dialog [name=items]")).to_have_value("购物小票原件")


def test_by_keyboard_alone(as_: As) -> None:
    number = registered(as_("dispatcher.ziyang"))
    routed_and_assigned(as_, number)
    page = as_("handler")
    page.goto("/desk/queue/?scope=mine")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{number}/")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_contain_text("受理")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("#action-dialog")).to_be_visible()
    for _step in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type === 'submit'"):
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".case-head")).to_contain_text("已受理")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/desk/queue/")


PAGES = {
    "dispatcher.ziyang": ("/desk/dispatch/", "/desk/register/", "/desk/queue/", "/desk/platform/"),
    "handler": (
        "/desk/queue/",
        "/desk/search/?q=过期",
        "/desk/queue/day/",
        "/desk/reminders/",
        "/desk/leave/",
    ),
    "head": ("/desk/approvals/", "/desk/overview/", "/desk/settings/"),
    "admin": ("/desk/staff/", "/desk/calendar/", "/desk/account/"),
    "auditor": ("/desk/access/",),
}


def test_axe_finds_nothing_serious(as_: As) -> None:
    number = registered(as_("dispatcher.ziyang"))
    routed_and_assigned(as_, number)
    found: dict[str, list[str]] = {}
    for username, urls in PAGES.items():
        page = as_(username)
        for url in urls:
            page.goto(url)
            page.wait_for_load_state("networkidle")
            found[url] = walk.axe(page)
    page = as_("handler")
    page.goto(f"/desk/cases/{number}/")
    page.wait_for_load_state("networkidle")
    found["case"] = walk.axe(page)
    walk.act(page, "不予受理")
    found["dialog"] = walk.axe(page)
    assert {k: v for k, v in found.items() if v} == {}
