"""Addresses of the pages of a case are those that ``reverse`` gives, below a prefix too."""

from __future__ import annotations

import pytest
from django.urls import reverse, set_script_prefix

from jiesu.web.desk.addresses import case_url

NUMBER = "430902260000000017"
PAGES = [("desk:case", ()), ("desk:message", (3,)), ("desk:act", ("accept",)), ("desk:history", ())]


@pytest.mark.parametrize("prefix", ["/", "/12315/"])
@pytest.mark.parametrize(("view", "rest"), PAGES)
def test_the_address_is_the_one_that_is_found(view: str, rest: tuple[int | str, ...], prefix: str) -> None:
    set_script_prefix(prefix)
    try:
        assert case_url(view, NUMBER, *rest) == reverse(view, args=[NUMBER, *rest])
        assert case_url(view, int(NUMBER), *rest) == case_url(view, NUMBER, *rest)
    finally:
        set_script_prefix("/")
