"""A citizen with a phone, 390 px wide: from the doors to the rating."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiesu.cases.act import act
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Message
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.web.portal.given import PNG

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
#: A folder, if somebody wants to look at the pages.
SHOTS = os.environ.get("PORTAL_SHOTS")


@pytest.fixture
def phone(phone_page: Page) -> Iterator[Page]:
    """A phone on which nothing may go wrong behind the page: no script error, nothing that the policy refuses."""
    said: list[str] = []
    phone_page.on("pageerror", lambda error: said.append(str(error)))
    phone_page.on(
        "console",
        lambda m: (
            said.append(m.text) if m.type == "error" and "Failed to load resource" not in m.text else None
        ),
    )
    yield phone_page
    assert said == []


def look(page: Page, name: str) -> None:
    """Checks a page as a whole: it fits the width, and axe finds nothing serious."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{name} is wider than the phone"
    # Evaluated by the browser's own door: the page's policy lets no script of another kind in.
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})).violations
        .map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 160))}))"""
    )
    assert [v for v in found if v["impact"] in ("serious", "critical")] == [], name


def staff(username: str) -> Actor:
    """A demonstration account as an actor now."""
    person = Staff.objects.select_related("organisation__parent").get(username=username)
    return actor_for(person, timezone.now())


def does(username: str, number: int, action: str, data: dict[str, Any] | None = None) -> None:
    """One step of the bureau's."""
    act(number, action, data or {}, actor=staff(username), at=timezone.now())


def write_complaint(page: Page) -> None:
    """Fills the three screens and sends them."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("我要投诉")).click()
    page.get_by_label("经过").fill(
        "8月30日在好又多超市花35元买了一箱牛奶，回家发现过期，找店家退款，店家拒绝。"
    )
    page.get_by_text("退款", exact=True).click()
    page.get_by_label("涉及金额").fill("35")
    page.get_by_role("button", name="下一步").click()
    page.get_by_text("实体店", exact=True).click()
    page.get_by_label("商家名称").fill("好又多超市五一路店")
    page.get_by_label("商家地址").fill("益阳市资阳区大码头街道五一西路20号")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("您的姓名").fill("王小花")
    page.get_by_label("电话号码").fill("138 1234 5678")
    page.get_by_label("通讯地址").fill("益阳市资阳区大码头街道五一西路12号3栋502")
    page.get_by_label("以上内容真实").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()


def kept(page: Page) -> tuple[str, str]:
    """Number and code as the page shows them."""
    return page.locator(".keep-number").inner_text(), page.locator(".keep-code").inner_text()


def test_every_page_fits_the_phone_and_speaks_to_everybody(phone: Page) -> None:
    for path in ("", "complain/", "report/", "ask/", "follow/", "guide/", "privacy/", "accessibility/"):
        phone.goto(f"/{path}")
        look(phone, f"01-{path.strip('/') or 'home'}")
    phone.get_by_role("button", name="大字").click()
    look(phone, "02-large")


def test_nothing_typed_is_lost_on_the_way(phone: Page) -> None:
    phone.goto("/complain/")
    phone.get_by_role("button", name="下一步").click()
    expect(phone.locator(".error-summary")).to_be_focused()
    look(phone, "03-errors")
    phone.get_by_label("经过").fill("买到过期牛奶，店家不退款。")
    phone.get_by_text("退款", exact=True).click()
    phone.set_input_files(
        'input[name="photos"]', {"name": "小票.png", "mimeType": "image/png", "buffer": PNG}
    )
    phone.get_by_role("button", name="下一步").click()
    look(phone, "04-who")
    expect(phone.get_by_label("商家名称")).to_be_hidden()
    phone.get_by_text("网上", exact=True).click()
    expect(phone.get_by_label("哪个平台")).to_be_visible()
    expect(phone.get_by_label("商家名称")).to_be_hidden()
    look(phone, "05-online")
    phone.get_by_label("哪个平台").fill("拼多多")
    phone.get_by_role("button", name="上一步").click()
    expect(phone.get_by_label("经过")).to_have_value("买到过期牛奶，店家不退款。")
    expect(phone.get_by_label("退款", exact=True)).to_be_checked()
    expect(phone.get_by_text("小票.png", exact=True)).to_be_visible()
    look(phone, "06-back")
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_label("哪个平台")).to_have_value("拼多多")
    phone.get_by_label("店铺名称").fill("天天鲜奶")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("电话号码").fill("1381234")
    phone.get_by_role("button", name="提交").click()
    look(phone, "07-reach-errors")
    expect(phone.get_by_label("电话号码")).to_have_value("1381234")


def test_a_complaint_from_the_door_to_the_rating(phone: Page) -> None:
    write_complaint(phone)
    look(phone, "10-done")
    number, code = kept(phone)
    case = int(re.sub(r"\D", "", number))
    phone.goto("/follow/")
    phone.get_by_label("编号").fill(number)
    phone.get_by_label("查询码").fill("WRONGWRONG")
    phone.get_by_role("button", name="查询").click()
    look(phone, "11-wrong")
    phone.get_by_label("查询码").fill(code)
    phone.get_by_role("button", name="查询").click()
    look(phone, "12-registered")
    follow = phone.url

    does("dispatcher.ziyang", case, "route", {"organisation": by_key("430902-bureau").pk})
    handler = staff("handler").staff_id
    office = by_key("430902005-office").pk
    does("dispatcher.ziyang", case, "assign", {"staff": handler, "office": office})
    answer_by = (timezone.now() + timedelta(days=2)).date().isoformat()
    does("handler", case, "request_materials", {"items": "购物小票", "answer_by": answer_by})
    phone.goto(follow)
    look(phone, "13-asked")
    phone.get_by_role("link", name="现在补充").click()
    phone.locator("#add_evidence summary").click()
    phone.get_by_label("这是什么材料").fill("购物小票")
    phone.locator("#add_evidence").locator('input[type="file"]').set_input_files(
        {"name": "小票.png", "mimeType": "image/png", "buffer": PNG}
    )
    look(phone, "14-material")
    phone.get_by_role("button", name="提交材料").click()
    expect(phone.get_by_text("材料已提交")).to_be_visible()
    phone.locator("#urge summary").click()
    phone.get_by_role("button", name="催办").click()
    expect(phone.get_by_text("收到催办", exact=True)).to_be_visible()

    does("handler", case, "accept")
    phone.goto(follow)
    look(phone, "15-accepted")
    phone.get_by_role("button", name=re.compile("受理")).click()
    look(phone, "16-notice")
    assert Message.objects.get(case_id=case, form="5").proof == "portal_view"
    for side in ("complainant", "respondent"):
        consent = {"party": side, "subject": "mediation", "consent": "1", "proof": "call_record"}
        does("handler", case, "record_consent", consent)
    does("handler", case, "send_message", {"body": "周五上午十点，请您到所里来。"})
    phone.goto(follow)
    phone.locator("#send_message summary").click()
    phone.locator("#send_message-body").fill("好的，我会来。")
    phone.get_by_role("button", name="发出").click()
    expect(phone.get_by_text("好的，我会来。")).to_be_visible()
    look(phone, "17-words")
    agreed = {"form": "performed", "recovered": "35", "terms": "店家当场退款35元"}
    does("handler", case, "agree", agreed)
    does("handler", case, "close", CHECKED)
    phone.goto(follow)
    look(phone, "18-closed")
    phone.locator("#rate summary").click()
    phone.get_by_text("非常满意", exact=True).click()
    look(phone, "19-rate")
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("您已评价")).to_be_visible()
    phone.get_by_role("button", name="退出").click()
    phone.goto(follow)
    look(phone, "20-left")
    expect(phone.get_by_role("heading", name="需要重新输入查询码")).to_be_visible()


def test_a_complaint_withdrawn_by_the_person(phone: Page) -> None:
    write_complaint(phone)
    phone.get_by_role("link", name="现在看进度").click()
    phone.locator("#withdraw summary").click()
    phone.get_by_label("撤回的原因").fill("店家已经退款")
    look(phone, "40-withdraw")
    phone.get_by_role("button", name="确认撤回").click()
    expect(phone.get_by_text("您已撤回投诉")).to_be_visible()
    assert Case.objects.get().state == "withdrawn"


def test_an_anonymous_report(phone: Page) -> None:
    phone.goto("/report/")
    phone.get_by_label("具体线索").fill("五一西路20号超市昨晚八点在后门仓库给过期牛奶改日期。")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_text("实体店", exact=True).click()
    phone.locator("#f-respondent_address").fill("益阳市资阳区大码头街道五一西路20号")
    look(phone, "50-where")
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_label("您的姓名")).to_be_hidden()
    phone.get_by_text("匿名举报", exact=True).click()
    phone.get_by_label("以上内容真实").check()
    look(phone, "51-anonymous")
    phone.get_by_role("button", name="提交").click()
    look(phone, "52-done")
    phone.get_by_role("link", name="现在看进度").click()
    look(phone, "53-report")
    assert Case.objects.get().anonymous
