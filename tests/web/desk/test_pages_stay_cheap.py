"""The number of queries does not grow with the rows, and stays under what the design allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.desk.conftest import Office, counted

SignIn = Callable[[str], Client]


def queries(client: Client, url: str) -> int:
    client.get(url)
    with counted() as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize(
    ("username", "url", "most"),
    [
        ("handler", "/desk/queue/?scope=mine", 10),
        ("officehead", "/desk/queue/?scope=office", 10),
        ("supervisor", "/desk/queue/?scope=below", 10),
        ("dispatcher.ziyang", "/desk/queue/?scope=centre&kind=complaint", 11),
        ("dispatcher.ziyang", "/desk/dispatch/", 12),
        ("head", "/desk/approvals/", 11),
        ("supervisor", "/desk/overview/", 17),
        ("handler", "/desk/search/?q=过期牛奶", 11),
    ],
)
def test_a_list_costs_the_same_with_three_rows_and_with_twelve(
    username: str, url: str, most: int, office: Office, sign_in: SignIn
) -> None:
    client = sign_in(username)

    def grow(n: int) -> None:
        for place in range(n):
            number = office.assigned() if place % 3 else office.registered()
            if place % 3 == 1:
                office.act(
                    number, "handler", "propose", action="refuse", ground="121.16.2", reasons="已由消委会受理",
                    earlier="消委会 12 号", violation="0",
                )  # fmt: skip

    grow(3)
    few = queries(client, url)
    grow(9)
    many = queries(client, url)
    assert few == many
    assert many <= most


def test_a_case_page_costs_the_same_however_long_its_history(office: Office, sign_in: SignIn) -> None:
    number = office.accepted()
    client = sign_in("handler")
    url = reverse("desk:case", args=[number])
    few = queries(client, url)
    for place in range(12):
        office.act(number, "handler", "send_message", body=f"第 {place} 次留言")
    many = queries(client, url)
    assert few == many
    assert many <= 15
