"""Pages and lists: the queue of each level, pages far down, the frame's badges, a case, searches."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from django.db.models import F, Value
from django.urls import NoReverseMatch, reverse

from jiesu.cases.counting import badges
from jiesu.cases.models import Case
from jiesu.cases.worklists import Filters, page, scope_named
from jiesu.people.actors import Actor
from tools.bench import words
from tools.bench.doors import call, signed_in, token
from tools.bench.measuring import Figure, Goal, measure
from tools.bench.multiply import STEP
from tools.bench.people import actor

QUEUE = Goal(queries=6, p50=15, p95=25)
FILTERED = Goal(queries=6, p95=50)
CASE = Goal(queries=10, p95=12)
DOCUMENT = Goal(queries=15)
BADGES = Goal(queries=1)
LIST = Goal(queries=6, p95=25)
SEARCH = Goal(p95=50)
#: Rows from the top of a list to pages far down.
FAR, FARTHEST = 1_000, 100_000
STRIDE = 5_000
DEPTHS = (
    ("", Filters(), FAR),
    ("", Filters(), FARTHEST),
    ("&closed=1", Filters(closed=True), FARTHEST),
)

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
    ("a common word, closed ones too", f"closed=1&q={quote('退款')}"),
    ("a word in a sixtieth, closed ones too", f"closed=1&q={quote('芦笋')}"),
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
        found.append(_page(name, address, headers, times=times, goal=QUEUE, key="queue"))
    for username, scope, name in (QUEUES[2], QUEUES[-1]):
        headers = signed_in(username)
        for what, query in FILTERS:
            address = f"/desk/queue/?scope={scope}&{query}"
            found.append(_page(f"{name}, {what}", address, headers, times=times, goal=FILTERED, key="filter"))
        for extra, filters, rows in DEPTHS:
            cursor, reached = _far(actor(username, datetime.now(UTC)), scope, filters, rows=rows)
            if not reached:
                continue
            address = f"/desk/queue/?scope={scope}{extra}&after={quote(cursor)}"
            what = f"{name}, {'closed ones too, ' if extra else ''}{reached:,} rows down"
            found.append(_page(what, address, headers, times=times, goal=QUEUE, key="far"))
    return found


def _page(name: str, address: str, headers: dict[str, str], *, times: int, goal: Goal, key: str) -> Figure:
    return measure(name, lambda _n: call("GET", address, headers=headers), times=times, goal=goal, key=key)


def _far(who: Actor, key: str, filters: Filters, *, rows: int) -> tuple[str, int]:
    """The cursor so many rows down, or at the last full page before the end, and how many rows that is."""
    scope, now = scope_named(who, key), datetime.now(UTC)
    after, reached = "", 0
    for size in (min(rows, STRIDE),) * (rows // min(rows, STRIDE)):
        found = page(who, scope, filters, now=now, after=after, size=size)
        if not found.after:
            break
        after, reached = found.after, reached + size
    return after, reached


def frame(*, times: int) -> list[Figure]:
    """Counts and badges of the desk's frame, which every page of the desk asks for."""
    found = []
    for username in ("handler", "head", "dispatcher.ziyang"):
        who = actor(username)

        def ask(_n: int, who: Actor = who) -> None:
            badges(who)

        found.append(
            measure(f"badges of the desk's frame, {username}", ask, times=times, goal=BADGES, key="badges")
        )
    return found


def cases(*, times: int) -> list[Figure]:
    """The page of a case at the desk and its document through the API: open ones and closed ones of one bureau."""
    head = actor("head")
    # Cases with their whole history: the first thousands, not their copies.
    serial = F("pk") % Value(10**10)
    rows = Case.objects.alias(serial=serial).filter(
        serial__lt=STEP, organisation_id=head.authority_id or 0, kind="complaint"
    )
    numbers = list(rows.order_by("-version", "pk").values_list("pk", flat=True)[:40])
    desk, api = signed_in("head"), token("head")

    def at_desk(n: int) -> None:
        call("GET", f"/desk/cases/{numbers[n % len(numbers)]}/", headers=desk)

    def through_api(n: int) -> None:
        call("GET", f"/api/v1/cases/{numbers[n % len(numbers)]}", headers=api)

    return [
        measure("case page", at_desk, times=times, goal=CASE, key="case"),
        measure("case through the API", through_api, times=times, goal=DOCUMENT),
    ]


def lists(*, times: int) -> list[Figure]:
    """Lists of the API, newest first and in the order of the clock."""
    headers = token("supervisor")
    return [
        _page(f"list through the API, city, {what}", address, headers, times=times, goal=LIST, key="list")
        for what, address in (
            ("newest first", "/api/v1/cases"),
            ("first due first", "/api/v1/cases?order=due"),
        )
    ]


def searches(*, times: int) -> list[Figure]:
    """Chinese search through the API by level, and the desk's search page."""
    found = []
    for username, level in SEARCHERS:
        headers = token(username)
        for name, text in SEARCHES:
            address = f"/api/v1/cases?q={quote(text)}"
            found.append(
                _page(f"search, {level}: {name}", address, headers, times=times, goal=SEARCH, key="search")
            )
    address = desk_address("desk:search")
    if address:
        for username, level in SEARCHERS:
            headers = signed_in(username)
            for name, text in SEARCHES[:3]:
                url = f"{address}?q={quote(text)}"
                found.append(
                    _page(
                        f"search page, {level}: {name}", url, headers, times=times, goal=SEARCH, key="search"
                    )
                )
    return found


def desk_address(name: str) -> str:
    """The address of a page; empty where this release has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
