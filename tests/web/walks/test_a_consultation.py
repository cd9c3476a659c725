"""A consultation on the desk: asked by telephone, answered from the knowledge base with its source, closed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from jiesu.cases.verify import verify_case
from tests.web.conftest import As
from tests.web.walks import walking as walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_question_is_answered_from_the_knowledge_base_and_closed(as_: As) -> None:
    page = as_("calltaker")
    page.goto("/desk/register/")
    page.get_by_label("来件类型").select_option("consultation")
    page.locator("#r-person__phone").fill("13812345678")
    page.locator("#r-person__name").fill("周婆婆")
    page.get_by_label("事情经过").fill("我想咨询一下，投诉以后多久告诉我受理不受理？受理期限是几天？")
    expect(page.locator("#register-hint")).to_contain_text("咨询")
    page.get_by_role("button", name=re.compile("^登记")).click()
    number = re.sub(r"\D", "", page.locator(".registered-number").inner_text())
    page.get_by_role("link", name="打开").click()
    walk.look(page)

    walk.act(page, "答复")
    reply = walk.dialog(page).locator("[name=reply]")
    expect(reply).to_have_value(re.compile("七个工作日"))
    expect(reply).to_have_value(re.compile("市场监督管理投诉举报处理办法第十五条"))
    page.get_by_role("button", name="预览将发出的告知").click()
    expect(walk.dialog(page).locator(".letter")).to_contain_text("七个工作日")
    walk.look(page)
    walk.submit(page)
    walk.stands(page, "已答复")
    walk.close(page)

    case = walk.case_of(number)
    assert case.outcome == "answered"
    assert verify_case(case) == []
