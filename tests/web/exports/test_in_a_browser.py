"""A long list from the button of the queue to the sheet in the person's hands, on a screen 1440 px wide."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jiesu.cases import exports
from jiesu.web.desk import workbook
from jiesu.web.desk.exports import AT_ONCE
from tests.speed.conftest import fill
from tests.web.conftest import As
from tests.web.exports.conftest import rows_in


@pytest.mark.browser
@pytest.mark.slow
def test_a_long_list_is_asked_for_left_alone_and_fetched(own_database: str, as_: As, tmp_path: Path) -> None:
    # given more cases than are answered at once
    fill(AT_ONCE + 200, counties=1)
    page = as_("handler")
    page.goto("/desk/queue/?scope=office&closed=1")
    # when the button is pressed
    page.get_by_role("button", name="导出 Excel").click()
    # then a page says that the sheet is owed
    page.wait_for_url("**/desk/exports/")
    row = page.locator("#exports tbody tr")
    expect(row).to_contain_text("排队等待")
    expect(row).to_contain_text("本所 · 包括已办结")
    # when the person goes elsewhere, and the worker writes it meanwhile
    page.get_by_role("link", name="案件队列").first.click()
    assert exports.write_owed(write=workbook.write, now=timezone.now) == 1
    page.locator("summary.user-chip").click()
    page.get_by_role("link", name="我的导出").click()
    expect(row).to_contain_text("已写好")
    # then it can be fetched, and is whole
    with page.expect_download() as told:
        row.get_by_role("link", name="下载").click()
    path = tmp_path / told.value.suggested_filename
    told.value.save_as(path)
    assert len(rows_in(path.read_bytes())) > AT_ONCE
    # and an open page shows by itself what becomes of the next one
    page.goto("/desk/queue/?scope=office&closed=1&kind=complaint")
    page.get_by_role("button", name="导出 Excel").click()
    expect(row.first).to_contain_text("排队等待")
    assert exports.write_owed(write=workbook.write, now=timezone.now) == 1
    expect(row.first).to_contain_text("已写好")
    # and what is not needed is removed
    row.first.get_by_role("button", name="删除").click()
    expect(row).to_have_count(1)
