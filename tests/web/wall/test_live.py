"""A wall in a browser: it stays up to date by itself, says when it is not, and fits the screens it hangs on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from jiesu.intake.forms import read
from jiesu.intake.registering import register
from jiesu.people.models import Staff
from jiesu.people.roles import Role
from tests.speed.conftest import person
from tests.speed.test_query_counts import BODY
from tests.web.conftest import As, sign_in
from tests.web.walks import walking as walk
from tests.web.wall.conftest import person as person_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WALL = "/desk/wall/?region=430902"
SIZES = ((1920, 1080), (3840, 2160), (1366, 768))
Open = Callable[..., Page]
#: Text that does not fit its box, or lies outside the screen; panels that hold more than they show.
CUT = """() => {
  const seen = [...document.querySelectorAll('.wall *')].filter(e => !e.closest('.visually-hidden, .skip-link, svg, [hidden]'));
  const said = e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  const out = e => { const r = e.getBoundingClientRect(); return r.width && (r.left < 0 || r.top < 0 || r.right > innerWidth || r.bottom > innerHeight); };
  const wide = e => getComputedStyle(e).display !== 'inline' && e.scrollWidth > e.clientWidth + 1;
  const full = e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1;
  return [
    ...seen.filter(e => said(e) && (wide(e) || out(e))),
    ...[...document.querySelectorAll('.wall-main > section, .wall-head, .wall-tile')].filter(full),
  ].map(e => `${e.className}: ${e.textContent.trim().slice(0, 40)}`);
}"""


@pytest.fixture
def opened(browser: Browser, live_url: str) -> Iterator[Open]:
    """Opens the wall for a person at a size; nothing goes wrong behind the page."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def enter(username: str = "head", url: str = WALL, size: tuple[int, int] = SIZES[0], **more: Any) -> Page:
        context = browser.new_context(
            base_url=live_url, viewport={"width": size[0], "height": size[1]}, locale="zh-CN",
            timezone_id="America/New_York", **more,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(15_000)
        sign_in(context, username)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda m: said.append(m.text) if "Security Policy" in m.text else None)
        page.goto(url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert said == []


def comes_in(by: str = "dispatcher.ziyang") -> None:
    register(form=read(BODY), actor=person(by), at=timezone.now(), key=None)


def asks_now(page: Page) -> None:
    """As when the network is back: it does not wait for its turn."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def test_a_contact_appears_on_an_open_wall_without_reload(opened: Open) -> None:
    # given a wall on which nothing has come in
    page = opened()
    count = page.locator("[data-count]")
    expect(count).to_have_text("0")
    page.evaluate("window.kept = 'the same page'")
    # when somebody calls
    comes_in()
    # then it is counted within seconds, in the number, the place and the table of the curve
    expect(count).to_have_text("1", timeout=12_000)
    expect(page.locator(".wall-tile", has_text="未分到所").locator(".wall-tile-count")).to_have_text("1")
    expect(page.locator("[data-course-rows] tr").last.locator("td").first).to_have_text("1")
    expect(page.locator("[data-kinds] li").first).to_have_text("投诉1")
    assert page.evaluate("window.kept") == "the same page"
    # and the clock is Shanghai's, wherever the screen hangs
    shanghai = timezone.now() + timedelta(hours=8)
    assert page.locator("[data-clock]").inner_text() in {
        f"{shanghai + timedelta(minutes=n):%H:%M}" for n in (-1, 0, 1)
    }


def test_a_lost_connection_is_said_and_comes_back_by_itself(opened: Open) -> None:
    page = opened()
    trouble = page.locator("[data-trouble]")
    expect(trouble).to_be_hidden()
    # when the server is gone
    page.route("**/wall/snapshot/**", lambda route: route.abort("connectionrefused"))
    asks_now(page)
    # then it says so, with the time of what is shown
    expect(trouble).to_be_visible()
    expect(trouble).to_contain_text("连接中断")
    expect(trouble).to_contain_text(page.locator("[data-as-of]").inner_text().split()[-1])
    assert walk.axe(page) == []
    # an error of a server that starts anew says the same
    page.unroute("**/wall/snapshot/**")
    page.route("**/wall/snapshot/**", lambda route: route.fulfill(status=503, body="starting"))
    comes_in()
    asks_now(page)
    expect(trouble).to_be_visible()
    # when it is back, the wall goes on without anybody
    page.unroute("**/wall/snapshot/**")
    expect(trouble).to_be_hidden(timeout=12_000)
    expect(page.locator("[data-count]")).to_have_text("1")


def test_an_ended_session_asks_to_log_in_again(opened: Open) -> None:
    page = opened()
    page.context.clear_cookies()
    asks_now(page)
    expect(page.locator("[data-trouble]")).to_contain_text("登录已结束")
    way = page.get_by_role("link", name="重新登录")
    expect(way).to_be_visible()
    assert "/desk/login/?next=%2Fdesk%2Fwall%2F" in str(way.get_attribute("href"))
    # Signing in beside it is enough.
    sign_in(page.context, "head")
    asks_now(page)
    expect(page.locator("[data-trouble]")).to_be_hidden()


def test_somebody_elses_session_shows_no_more_numbers_of_the_region(opened: Open) -> None:
    page = opened()
    page.context.clear_cookies()
    sign_in(page.context, "head.heshan")
    asks_now(page)
    expect(page.locator("[data-trouble]")).to_contain_text("没有查看这个大屏的权限")


def test_a_new_version_of_the_page_is_fetched(opened: Open) -> None:
    page = opened()

    def newer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps({**answer.json(), "build": "newer"}))

    page.route("**/wall/snapshot/**", newer, times=1)
    with page.expect_navigation():
        asks_now(page)
    expect(page.locator("[data-count]")).to_have_text("0")


HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_wall_that_nobody_sees_asks_nothing(opened: Open) -> None:
    page = opened()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/snapshot/" in r.url else None)
    page.evaluate(HIDE, True)
    page.wait_for_timeout(6000)
    assert asked == []
    comes_in()
    page.evaluate(HIDE, False)
    expect(page.locator("[data-count]")).to_have_text("1")


def crowded(route: Route) -> None:
    """A busy day with the longest names and numbers."""
    answer = route.fetch()
    data = answer.json()
    long = "湘西土家族苗族自治州"
    data["name"] = long
    data["contacts"]["count"] = 12345
    data["contacts"]["compared"] = {"sign": "▲ 112%", "words": "平常此时 10,774 件", "way": "up"}
    for kind in (*data["contacts"]["kinds"], *data["done"]):
        kind["count"] = 10234
    data["due"] = {"late": 1143, "today": 386, "soon": 12401}
    data["tiles"] = [
        {"name": long, "row": n // 4 + 1, "column": n % 4 + 1, "count": 1120 + n, "shade": n % 6, "hot": n % 2 == 0,
         "late": 112, "today": 55}
        for n in range(20)
    ]  # fmt: skip
    data["owing"] = [{"name": f"{long}市本级", "late": 1112, "today": 155, "soon": 1120} for _n in range(7)]
    data["subjects"] = [{"label": "未成年人充值打赏", "count": 4200 - n, "share": 90 - n} for n in range(8)]
    data["unsorted"] = 12345
    matter = {
        "subject": "未成年人充值打赏",
        "words": "未成年人、七天无理由、短斤少两",
        "people": 1132,
        "growing": True,
    }
    data["matters"] = [{**matter, "places": f"{long}、{long}"} for _n in range(4)]
    route.fulfill(response=answer, body=json.dumps(data))


@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_and_nothing_is_cut(opened: Open, size: tuple[int, int]) -> None:
    comes_in()
    page = opened("supervisor", "/desk/wall/", size)
    page.mouse.move(5, 5)
    for busy in (False, True):
        if busy:
            page.route("**/wall/snapshot/**", crowded)
            asks_now(page)
            expect(page.locator("[data-count]")).to_have_text("12,345")
        whole = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert tuple(whole) == size
        assert page.evaluate(CUT) == []
        assert walk.axe(page) == []


#: Letters that are smaller than they should be, at 1920 × 1080: on a wall three and a half metres wide 24 pixels are 45 mm, which
#: is read at ten metres. What a whole room looks for at once is 40 pixels and more, a long name of a place 17. Buttons, and what a colour means, are for whoever
#: stands before them.
SMALL = """() => {
  const seen = document.querySelectorAll('.wall-main *, .wall-title, .wall-day, .wall-as-of, .wall-clock');
  const said = e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length;
  const size = e => parseFloat(getComputedStyle(e).fontSize);
  const numbers = '.wall-number, .wall-hero, .wall-tile-count, .wall-lamp';
  const least = e => e.matches(numbers) ? 39.5 : e.matches('.wall-tile-name') && e.textContent.length > 5 ? 16.5 : 23.5;
  return [...seen].filter(e => said(e) && !e.closest('.visually-hidden, .wall-key, svg'))
    .filter(e => size(e) < least(e)).map(e => `${size(e)} ${e.className}: ${e.textContent.trim().slice(0, 20)}`);
}"""


@pytest.mark.parametrize(("username", "url"), [("supervisor", "/desk/wall/"), ("head", WALL)])
def test_it_is_read_from_ten_metres(opened: Open, username: str, url: str) -> None:
    comes_in()
    page = opened(username, url)
    page.wait_for_timeout(300)
    assert page.evaluate(SMALL) == []
    assert (
        page.locator("[data-course] text").evaluate_all(
            "all => all.filter(e => parseFloat(getComputedStyle(e).fontSize) < 23.5).length"
        )
        == 0
    )


def ordinary_numbers(route: Route) -> None:
    """A province on a working day."""
    answer = route.fetch()
    data = answer.json()
    for n, tile in enumerate(data["tiles"]):
        tile.update(count=66 + 30 * n, late=12 * (n % 2), today=7 * (n % 3), hot=n % 4 == 0)
    data["contacts"]["count"] = sum(tile["count"] for tile in data["tiles"])
    route.fulfill(response=answer, body=json.dumps(data))


def test_the_numbers_of_a_province_are_read_from_ten_metres(opened: Open) -> None:
    # given the wall of a province, whose tiles are the smallest of those with positions
    staff = person_at("supervisor.hunan", "430000-bureau", Role.SUPERVISOR)
    # the same password as the accounts of the demonstration have
    Staff.objects.filter(pk=staff.pk).update(password=Staff.objects.get(username="supervisor").password)
    page = opened("supervisor.hunan", "/desk/wall/")
    page.route("**/wall/snapshot/**", ordinary_numbers)
    comes_in()
    # when it shows the numbers of a working day
    asks_now(page)
    expect(page.locator(".wall-tile-count").last).to_have_text("486")
    # then they are larger than the other numbers of the wall, and all of one size
    sizes = page.locator(".wall-tile-count").evaluate_all(
        "all => all.map(e => Math.round(parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert len(set(sizes)) == 1
    assert sizes[0] >= 50
    # and the names of places are read as well
    assert page.evaluate(SMALL) == []
    assert page.evaluate(CUT) == []


def test_what_waits_for_a_category_is_said_and_nothing_where_nothing_waits(opened: Open) -> None:
    page = opened("supervisor", "/desk/wall/")
    unsorted = page.locator(".wall-unsorted")
    expect(unsorted).to_be_hidden()
    comes_in()
    asks_now(page)
    expect(unsorted).to_have_text("尚未分类1件", timeout=12_000)


def test_the_key_f_fills_the_screen_and_the_choice_of_region_leads_there(opened: Open) -> None:
    page = opened("supervisor", "/desk/wall/")
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_have_count(1)
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_have_count(0)
    page.get_by_label("辖区").select_option("430903")
    page.wait_for_url("**/desk/wall/?region=430903")
    expect(page.locator("[data-name]")).to_have_text("赫山区")


def test_the_desk_leads_to_the_wall_and_nothing_moves_where_it_is_not_wanted(opened: Open, as_: As) -> None:
    desk = as_("head")
    desk.goto("/desk/report/")
    desk.get_by_role("link", name="指挥大屏").click()
    desk.wait_for_url("**/desk/wall/")
    expect(desk.locator("h1")).to_contain_text("12315 指挥大屏")
    still = opened(reduced_motion="reduce")
    comes_in()
    asks_now(still)
    still.wait_for_timeout(300)
    assert still.evaluate("document.getAnimations().length") == 0


def test_in_english_too_nothing_is_cut(opened: Open) -> None:
    page = opened("supervisor", "/desk/wall/")
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": page.url}])
    page.goto("/desk/wall/")
    expect(page.locator("h1")).to_contain_text("command")
    page.mouse.move(5, 5)
    page.wait_for_timeout(300)
    assert page.evaluate(CUT) == []
