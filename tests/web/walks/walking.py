"""How a person walks through the screens: what the tests in real browsers share."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()


def axe(page: Page) -> list[str]:
    """Serious findings of axe on the page as it stands."""
    # Evaluated by the browser's own door: the page's policy lets no script of another kind in.
    page.evaluate(AXE)
    found = page.evaluate(
        """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})).violations
            .filter(v => ["serious", "critical"].includes(v.impact))
            .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")}`)"""
    )
    return [str(f) for f in found]


def look(page: Page) -> None:
    """The page fits its width and axe finds nothing serious."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, (
        f"{page.url} is wider than the screen"
    )
    assert axe(page) == [], page.url


# The desk


def dialog(page: Page) -> Locator:
    """The open form of an action."""
    return page.locator("#action-dialog")


def act(page: Page, name: str) -> None:
    """Opens the form of an action on the case page."""
    button = page.locator(".action-list").get_by_role("button", name=name, exact=False).first
    if not button.is_visible():
        page.locator(".more-actions summary").click()
    button.click()
    expect(dialog(page)).to_be_visible()


def submit(page: Page) -> None:
    """Sends the open form and waits for the page after it."""
    dialog(page).locator("button[type=submit]").click()
    expect(page.locator("#toasts .toast-success")).to_be_visible()
    page.locator("#toasts [data-toast-close]").first.click()


def choose(page: Page, label: str) -> None:
    """Takes one answer of the open form."""
    dialog(page).get_by_text(label, exact=True).first.click()


def fill(page: Page, label: str, text: str) -> None:
    """Types into a field of the open form."""
    dialog(page).get_by_label(label, exact=False).first.fill(text)


def answer(page: Page, question: str, said: str) -> None:
    """Answers one question of the open form that has several of the same answers."""
    dialog(page).locator("fieldset", has_text=question).get_by_text(said, exact=True).click()


def select(page: Page, name: str, value: str) -> None:
    """Takes an answer by its stable value, whether it stands as a list or as buttons."""
    field = dialog(page).locator(f"select[name={name}]")
    if field.count():
        field.select_option(value)
    else:
        dialog(page).locator(f"[name={name}][value='{value}']").check()


def open_case(page: Page, number: str) -> None:
    page.goto(f"/desk/cases/{number}/")


def stands(page: Page, words: str) -> None:
    """What the head of the case page says."""
    expect(page.locator(".case-head")).to_contain_text(words)


def told_by_telephone(page: Page) -> None:
    """Records that a notice was told by telephone, with the number of the recording."""
    act(page, "记录送达")
    for name, value in (("result", "delivered"), ("channel", "phone"), ("proof", "call_record")):
        select(page, name, value)
    fill(page, "证明编号", "L-2026-1")
    submit(page)


def close(page: Page) -> None:
    """Closes the case by its checklist."""
    expect(page.locator(".checklist .is-open")).to_have_count(0)
    act(page, "办结")
    for name in CHECKED:
        dialog(page).locator(f"[name={name}]").check()
    submit(page)
    stands(page, "已办结")


def approve(page: Page) -> str:
    """The head takes what waits first in the list and approves it; gives what stood in the review."""
    page.goto("/desk/approvals/")
    page.get_by_role("link", name="审阅").first.click()
    review = page.locator("#proposal-dialog")
    expect(review).to_be_visible()
    words = review.inner_text()
    with page.expect_navigation():
        review.get_by_role("button", name="批准", exact=False).last.click()
    return words


# The phone


def kept(page: Page) -> tuple[str, str]:
    """Number and query code as the page after lodging shows them."""
    number = page.locator(".keep-number").first.inner_text()
    return re.sub(r"\D", "", number), page.locator(".keep-code").first.inner_text()


def follow(page: Page, number: str, code: str) -> None:
    """Opens the progress page with number and code."""
    page.goto("/follow/")
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("heading", name="办理经过")).to_be_visible()


def case_of(number: str) -> Case:
    return Case.objects.get(pk=int(number))
