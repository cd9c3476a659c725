"""Addresses of the pages of a case. One page shows dozens of them, and finding one anew takes longer than writing it."""

from __future__ import annotations

from functools import lru_cache

from django.urls import get_script_prefix, reverse

_NUMBER = "0" * 18


def case_url(view: str, number: int | str, *rest: int | str) -> str:
    """The address of a page of a case, as ``reverse`` gives it.

    Args:
        view: the name of the page, such as ``desk:message``.
        rest: what follows the number in it: a seq, an action.
    """
    before, after = _around(view, rest, get_script_prefix())
    return f"{before}{number}{after}"


@lru_cache(maxsize=4096)
def _around(view: str, rest: tuple[int | str, ...], _prefix: str) -> tuple[str, str]:
    """What stands before and after the number of the case."""
    before, after = reverse(view, args=[_NUMBER, *rest]).split(_NUMBER)
    return before, after
