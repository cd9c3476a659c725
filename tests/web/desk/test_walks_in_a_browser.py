"""The desk in a real browser at 1440 px: whole stories, by mouse and by keyboard, and what axe says of the pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from jiesu.cases.act import act as taken
from jiesu.cases.models import Case, Message
from jiesu.cases.verify import verify_case
from jiesu.people.acting import actor_for
from jiesu.people.models import Staff

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
PASSWORD = "jiesu-12315"
As = Callable[[str], Page]

pytestmark = pytest.mark.browser


@pytest.fixture
def as_(browser: Browser, live_url: str) -> Iterator[As]:
    """Gives a page on which a person is signed in; each person keeps a browser of their own."""
    pages: dict[str, Page] = {}
    refused: list[str] = []

    def enter(username: str) -> Page:
        if username not in pages:
            context = browser.new_context(
                base_url=live_url,
                viewport={"width": 1440, "height": 900},
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("pageerror", lambda error: refused.append(str(error)))
            page.on(
                "console",
                lambda m: refused.append(f"{page.url} {m.text}") if "Security Policy" in m.text else None,
            )
            page.goto("/desk/login/")
            page.get_by_label("登录名").fill(username)
            page.get_by_label("密码").fill(PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url("**/desk/**")
            pages[username] = page
        return pages[username]

    yield enter
    for page in pages.values():
        page.context.close()
    # Nothing goes wrong behind the page: no script error, nothing that the policy refuses.
    assert refused == []


def axe(page: Page) -> list[str]:
    """Serious findings of axe on the page as it stands."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})).violations
            .filter(v => ["serious", "critical"].includes(v.impact))
            .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")}`)"""
    )
    return [str(f) for f in found]


def act(page: Page, name: str) -> None:
    """Opens the form of an action on the case page."""
    button = page.locator(".action-list").get_by_role("button", name=name, exact=False).first
    if not button.is_visible():
        page.locator(".more-actions summary").click()
    button.click()
    expect(page.locator("#action-dialog")).to_be_visible()


def submit(page: Page) -> None:
    """Sends the open form and waits for the page after it; a refusal shows its words."""
    page.locator("#action-dialog button[type=submit]").click()
    expect(page.locator("#toasts .toast-success")).to_be_visible()
    page.locator("#toasts [data-toast-close]").first.click()


def choose(page: Page, label: str) -> None:
    page.locator("#action-dialog").get_by_text(label, exact=True).first.click()


def fill(page: Page, label: str, text: str) -> None:
    page.locator("#action-dialog").get_by_label(label, exact=False).first.fill(text)


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


def routed_and_assigned(as_: As, number: str) -> None:
    page = as_("dispatcher.ziyang")
    page.goto("/desk/dispatch/")
    page.locator("tr", has_text=number[-6:]).get_by_role("link", name="分送").click()
    expect(page.locator("#action-dialog")).to_be_visible()
    page.locator("#action-dialog").get_by_label("分送到").select_option(label="资阳区市场监管局")
    page.locator("#action-dialog").get_by_label("承办机构").select_option(label="资阳区大码头市场监管所")
    submit(page)
    head = as_("officehead")
    head.goto(f"/desk/cases/{number}/")
    act(head, "指派")
    person = Staff.objects.get(username="handler")
    head.locator("#action-dialog").locator("[name=staff]").first.select_option(str(person.pk))
    submit(head)


def proven(page: Page, number: str) -> None:
    """Records that a notice was told by telephone."""
    act(page, "记录送达")
    dialog = page.locator("#action-dialog")
    for text in ("已告知", "电话", "通话录音"):
        control = dialog.get_by_text(text, exact=True)
        if control.first.is_visible():
            control.first.click()
    selects = dialog.locator("select")
    for place in range(selects.count()):
        name = selects.nth(place).get_attribute("name")
        wanted = {"channel": "phone", "proof": "call_record", "result": "delivered"}.get(name or "")
        if wanted:
            selects.nth(place).select_option(wanted)
    fill(page, "证明编号", "L-2026-1")
    submit(page)


def session_right_now(number: str) -> None:
    """A session that has begun: the form takes minutes, and nobody waits for one here."""
    person = Staff.objects.get(username="handler")
    at = timezone.now()
    taken(
        int(number),
        "schedule_session",
        {
            "starts_at": (at + timedelta(seconds=1)).isoformat(),
            "method": "on_site",
            "place": "大码头所调解室",
            "mediator": str(person.pk),
        },
        actor=actor_for(person, at),
        at=at,
    )
    time.sleep(1.2)


def test_from_the_telephone_to_the_agreement(as_: As) -> None:
    number = registered(as_("dispatcher.ziyang"))
    routed_and_assigned(as_, number)
    page = as_("handler")
    page.goto(f"/desk/cases/{number}/")
    act(page, "受理")
    page.get_by_role("button", name="预览将发出的告知").click()
    expect(page.locator(".letter")).to_contain_text("投诉受理决定书")
    expect(page.locator(".letter")).to_contain_text("王小花")
    assert not Message.objects.filter(case_id=number).exists()
    submit(page)
    expect(page.locator(".case-head")).to_contain_text("已受理")
    proven(page, number)
    assert Case.objects.get(pk=number).unproven == 0
    act(page, "征求调解意见")
    submit(page)
    for side in ("投诉人", "被投诉人"):
        act(page, "记录意见")
        choose(page, side)
        choose(page, "同意调解")
        choose(page, "是")
        page.locator("#action-dialog").get_by_text("电话录音", exact=True).click()
        submit(page)
    expect(page.locator(".case-head")).to_contain_text("调解中")
    act(page, "安排调解")
    page.locator("#action-dialog [name=starts_at]").fill("2031-12-01T09:30")
    choose(page, "现场")
    fill(page, "地点", "大码头所调解室")
    page.locator("#action-dialog [name=mediator]").first.select_option(index=1)
    submit(page)
    act(page, "记录调解")
    page.locator("#action-dialog").get_by_text("改期", exact=True).click()
    fill(page, "调解记录", "经营者请求改期，投诉人同意提前到今天。")
    submit(page)
    session_right_now(number)
    page.goto(f"/desk/cases/{number}/")
    act(page, "记录调解")
    page.locator("#action-dialog").get_by_text("已举行，达成一致").click()
    fill(page, "调解记录", "双方到场，经营者同意退款赔偿。")
    submit(page)
    act(page, "达成调解协议")
    choose(page, "制作调解记录")
    fill(page, "挽回损失", "135")
    fill(page, "协议内容", "退还35元，赔偿100元，当场付清。")
    submit(page)
    expect(page.locator(".case-head")).to_contain_text("达成协议")
    expect(page.locator(".checklist")).to_contain_text("可以办结")
    act(page, "办结")
    page.locator("#action-dialog [name=checked]").check()
    submit(page)
    expect(page.locator(".case-head")).to_contain_text("已办结")
    case = Case.objects.get(pk=number)
    assert case.recovered == 13500
    assert verify_case(case) == []


def test_a_refusal_goes_by_the_head(as_: As) -> None:
    number = registered(as_("dispatcher.ziyang"))
    routed_and_assigned(as_, number)
    page = as_("handler")
    page.goto(f"/desk/cases/{number}/")
    act(page, "不予受理")
    page.locator("#action-dialog").get_by_text("已经受理或者处理过同一消费者权益争议").click()
    fill(page, "理由", "资阳区消委会已经受理同一争议。")
    # What is missing is said beside the field, and what was typed stays.
    page.locator("#action-dialog button[type=submit]").click()
    expect(page.locator("#action-dialog .error-summary")).to_be_visible()
    expect(page.locator("#action-dialog [name=reasons]")).to_have_value("资阳区消委会已经受理同一争议。")
    fill(page, "已经受理或者处理的机构和编号", "资阳区消委会 2026-12")
    page.locator("#action-dialog fieldset", has_text="涉嫌违法线索").get_by_text("否", exact=True).click()
    submit(page)
    expect(page.locator(".card-waiting")).to_contain_text("不予受理")
    head = as_("head")
    head.goto("/desk/approvals/")
    head.get_by_role("link", name="审阅").click()
    dialog = head.locator("#proposal-dialog")
    expect(dialog).to_contain_text("投诉不予受理决定书")
    expect(dialog).to_contain_text("向人民法院提起诉讼")
    expect(dialog).to_contain_text("过期牛奶")
    with head.expect_navigation():
        dialog.get_by_role("button", name="批准", exact=False).last.click()
    page.goto(f"/desk/cases/{number}/")
    expect(page.locator(".case-head")).to_contain_text("不予受理")
    proven(page, number)
    act(page, "办结")
    page.locator("#action-dialog [name=checked]").check()
    submit(page)
    expect(page.locator(".case-head")).to_contain_text("已办结")
    assert verify_case(Case.objects.get(pk=number)) == []


def test_a_stale_screen_says_who_changed_the_case_and_keeps_the_words(as_: As) -> None:
    number = registered(as_("dispatcher.ziyang"))
    routed_and_assigned(as_, number)
    page = as_("handler")
    page.goto(f"/desk/cases/{number}/")
    act(page, "通知补充材料")
    fill(page, "需要补充的材料", "购物小票原件")
    other = as_("officehead")
    other.goto(f"/desk/cases/{number}/")
    act(other, "受理")
    submit(other)
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


def test_axe_finds_nothing_serious(as_: As, browser: Browser, live_url: str) -> None:
    number = registered(as_("dispatcher.ziyang"))
    routed_and_assigned(as_, number)
    found: dict[str, list[str]] = {}
    for username, urls in PAGES.items():
        page = as_(username)
        for url in urls:
            page.goto(url)
            page.wait_for_load_state("networkidle")
            found[url] = axe(page)
    page = as_("handler")
    page.goto(f"/desk/cases/{number}/")
    page.wait_for_load_state("networkidle")
    found["case"] = axe(page)
    act(page, "不予受理")
    found["dialog"] = axe(page)
    context = browser.new_context(base_url=live_url)
    login = context.new_page()
    login.goto("/desk/login/")
    found["login"] = axe(login)
    context.close()
    assert {k: v for k, v in found.items() if v} == {}
