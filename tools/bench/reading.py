"""Pages and lists: the queue of each level, a page far down, a case, searches."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

from jiesu.cases.models import Case
from jiesu.cases.worklists import Filters, Scope, page, scope_named
from jiesu.people.actors import Actor
from tools.bench import words
from tools.bench.doors import call, signed_in, token
from tools.bench.measuring import Figure, Floor, measure
from tools.bench.people import actor

QUEUE = Floor(queries=6, p95=25)
FILTERED = Floor(queries=6, p95=50)
CASE = Floor(queries=10, p95=12)
DOCUMENT = Floor(queries=15)
LIST = Floor(queries=6, p95=25)
SEARCH = Floor(p95=50)

#: Whose queue, and which of that person's scopes.
QUEUES = (
    ("handler", "mine", "queue page, handler: own cases"),
    ("officehead", "office", "queue page, office head: the office"),
    ("head", "bureau", "queue page, head: the county bureau"),
    ("dispatcher.ziyang", "centre", "queue page, dispatcher: what the centre registered"),
    ("supervisor", "below", "queue page, supervisor: the city"),
    ("bench.430000.supervisor", "below", "queue page, supervisor: the province"),
)
FILTERS = (
    ("by state", "state=routed"),
    ("due in seven days", "due=week"),
    ("registered in one month", "since=2026-10-01&until=2026-10-31"),
    ("closed ones too, newest first", "closed=1"),
    ("a common word", f"q={quote('退款')}"),
    ("a rare word", f"q={quote(words.RARE)}"),
)
SEARCHES = (
    ("two characters, in a tenth of all texts", "退款"),
    ("two characters, in a sixtieth", "芦笋"),
    ("four characters", "甲醛超标"),
    ("six characters", "没有生产日期"),
    ("two words", "退款 芦笋"),
    ("rare word", words.RARE),
    ("absent word", words.ABSENT),
)
SEARCHERS = (
    ("handler", "handler"),
    ("head", "bureau"),
    ("supervisor", "city"),
    ("bench.430000.supervisor", "province"),
)


def queues(*, times: int) -> list[Figure]:
    """The queue page of each level, the bureau's and the widest one with filters, and pages far down."""
    found = []
    for username, scope, name in QUEUES:
        headers = signed_in(username)
        address = f"/desk/queue/?scope={scope}"
        found.append(_page(name, address, headers, times=times, floor=QUEUE))
    for username, scope, name in (QUEUES[2], QUEUES[-1]):
        headers = signed_in(username)
        for what, query in FILTERS:
            address = f"/desk/queue/?scope={scope}&{query}"
            found.append(_page(f"{name}, {what}", address, headers, times=times, floor=FILTERED))
        cursor = _far(actor(username, datetime.now(UTC)), scope, pages=20)
        if cursor:
            address = f"/desk/queue/?scope={scope}&after={quote(cursor)}"
            found.append(_page(f"{name}, page 20", address, headers, times=times, floor=QUEUE))
    return found


def _page(name: str, address: str, headers: dict[str, str], *, times: int, floor: Floor) -> Figure:
    return measure(name, lambda _n: call("GET", address, headers=headers), times=times, floor=floor)


def _far(who: Actor, key: str, *, pages: int) -> str:
    """The cursor after so many pages; empty where there are fewer."""
    scope: Scope | None = scope_named(who, key)
    after = ""
    for _n in range(pages):
        after = page(who, scope, Filters(), now=datetime.now(UTC), after=after).after
        if not after:
            break
    return after


def cases(*, times: int) -> list[Figure]:
    """The page of a case at the desk and its document through the API: open ones and closed ones of one bureau."""
    head = actor("head")
    # Cases with their whole history: the first thousands, not their copies.
    rows = Case.objects.filter(organisation_id=head.authority_id, kind="complaint").order_by("-version", "pk")
    numbers = list(rows.values_list("pk", flat=True)[:40])
    desk, api = signed_in("head"), token("head")

    def at_desk(n: int) -> None:
        call("GET", f"/desk/cases/{numbers[n % len(numbers)]}/", headers=desk)

    def through_api(n: int) -> None:
        call("GET", f"/api/v1/cases/{numbers[n % len(numbers)]}", headers=api)

    return [
        measure("case page", at_desk, times=times, floor=CASE),
        measure("case through the API", through_api, times=times, floor=DOCUMENT),
    ]


def lists(*, times: int) -> list[Figure]:
    """Lists of the API, newest first and in the order of the clock."""
    headers = token("supervisor")
    return [
        _page("list through the API, city, newest first", "/api/v1/cases", headers, times=times, floor=LIST),
        _page(
            "list through the API, city, first due first",
            "/api/v1/cases?order=due",
            headers,
            times=times,
            floor=LIST,
        ),
    ]


def searches(*, times: int) -> list[Figure]:
    """Chinese search through the API by level, and the desk's search page."""
    found = []
    for username, level in SEARCHERS:
        headers = token(username)
        for name, text in SEARCHES:
            address = f"/api/v1/cases?q={quote(text)}"
            found.append(_page(f"search, {level}: {name}", address, headers, times=times, floor=SEARCH))
    address = desk_address("desk:search")
    if address:
        for username, level in SEARCHERS:
            headers = signed_in(username)
            for name, text in SEARCHES[:3]:
                url = f"{address}?q={quote(text)}"
                found.append(_page(f"search page, {level}: {name}", url, headers, times=times, floor=SEARCH))
    return found


def desk_address(name: str) -> str:
    """The address of a page; empty where this release has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
