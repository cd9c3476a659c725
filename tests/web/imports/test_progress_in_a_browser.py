"""The progress of an import polls while somebody looks at it, and not in a tab that nobody sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiesu.cases import indexing
from jiesu.intake import imports, sheets
from jiesu.people.actors import SYSTEM
from jiesu.places.queries import by_key

SHEET = "工单编号,类型,内容,收到时间\nA1,投诉,买到过期牛奶店家不退款,2026-01-05\n"
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => hidden ? "hidden" : "visible"});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.mark.browser
@pytest.mark.slow
def test_a_hidden_tab_asks_nothing_and_once_again_when_it_is_looked_at(
    desk_page: Page, tmp_path: Path
) -> None:
    # given an import that has been handed in, and its page in an open tab
    path = tmp_path / "表.csv"
    path.write_text(SHEET)
    run = sheets.receive(
        path=path, name=path.name, format="", actor=SYSTEM, registered_by=by_key("430900-centre"),
        at=timezone.now(),
    )  # fmt: skip
    desk_page.goto("/desk/login/")
    desk_page.fill("input[name=login]", "dispatcher")
    desk_page.fill("input[name=password]", "jiesu-12315")
    desk_page.press("input[name=password]", "Enter")
    desk_page.wait_for_url(lambda url: "login" not in url)
    asked: list[str] = []
    desk_page.on("request", lambda r: asked.append(r.url) if "/progress/" in r.url else None)
    desk_page.goto(f"/desk/imports/{run.pk}/")
    with desk_page.expect_request("**/progress/*", timeout=8000):
        pass
    # when the person turns to another tab
    desk_page.evaluate(HIDE, True)
    desk_page.wait_for_timeout(500)
    seen = len(asked)
    desk_page.wait_for_timeout(5000)
    # then nothing is asked, although the import is over meanwhile
    assert len(asked) == seen
    imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)
    indexing.enter()
    # and it is shown as soon as somebody looks again
    desk_page.evaluate(HIDE, False)
    expect(desk_page.get_by_role("status").first).to_contain_text("已完成")
    count = len(asked)
    desk_page.wait_for_timeout(2500)
    assert len(asked) == count
