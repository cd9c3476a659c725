"""Given: people of the demonstration, each with a browser of their own, and a citizen's phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "jiesu-12315"
As = Callable[[str], Page]


def _watched(page: Page, said: list[str]) -> Page:
    """Nothing goes wrong behind the page: no script error, nothing that the policy refuses."""
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    page.on("console", lambda m: said.append(f"{page.url} {m.text}") if "Security Policy" in m.text else None)
    return page


def sign_in(context: BrowserContext, username: str) -> None:
    """Posts the sign-in page's form without drawing the page: the walks are about what comes after."""
    door = "/desk/login/"
    drawn = context.request.get(door).text()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', drawn)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": username, "password": PASSWORD}
    assert not context.request.post(door, form=form).url.endswith(door), f"{username} was not let in"


@pytest.fixture
def as_(browser: Browser, live_url: str) -> Iterator[As]:
    """Gives a page at 1440 px on which a person is signed in; each person keeps a browser of their own."""
    pages: dict[str, Page] = {}
    said: list[str] = []

    def enter(username: str) -> Page:
        if username not in pages:
            context = browser.new_context(
                base_url=live_url,
                viewport={"width": 1440, "height": 900},
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )
            context.set_default_timeout(10_000)
            sign_in(context, username)
            pages[username] = _watched(context.new_page(), said)
        return pages[username]

    yield enter
    for page in pages.values():
        page.context.close()
    assert said == []


@pytest.fixture
def phone(phone_page: Page) -> Iterator[Page]:
    """A citizen's phone, 390 px wide."""
    said: list[str] = []
    yield _watched(phone_page, said)
    assert said == []
