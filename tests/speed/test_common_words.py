"""A common word is found among the first rows of a list: the same rows, in the same order, as by the index of words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiesu.cases import commonness, finding, looking
from jiesu.cases.conditions import BY_CLOCK
from jiesu.cases.counting import CAP, COMMON, tallies
from jiesu.cases.finding import newest, search_for
from jiesu.cases.models import Case
from jiesu.cases.queries import visible
from jiesu.cases.search import row
from jiesu.cases.worklists import Filters, Scope, narrowed, page, scopes
from jiesu.config.private_database import PrivateServer
from jiesu.people.actors import Actor
from jiesu.people.visibility import Part
from tests.speed.conftest import fill, person

pytestmark = pytest.mark.slow

PEOPLE = ("officehead", "dispatcher.ziyang", "head", "supervisor")
#: Each word with its share of the cases.
SHARES = {"退款": 0.4, "芦笋": 0.1, "藜麦": 0.01}
TEXTS = (*SHARES, "退款 芦笋", "鸸鹋")


@pytest.fixture
def told(db: None) -> dict[str, set[int]]:
    """Cases of many kinds and days, many of them with the same clock; gives which hold all words of a text."""
    chance = random.Random(12315)
    fill(3600, counties=8)
    some: dict[str, set[int]] = {word: set() for word in SHARES}
    cases, words = list(Case.objects.all()), []
    for case in cases:
        case.kind = chance.choice(("complaint", "complaint", "complaint", "report", "consultation"))
        case.state = chance.choice(("routed", "accepted")) if case.closed_at is None else case.state
        case.registered_at = case.registered_at.replace(minute=0)
        if case.due_at is not None:
            case.due_at = chance.choice((case.due_at.replace(hour=0, minute=0), case.due_at, None))
        held = [word for word, share in SHARES.items() if chance.random() < share]
        for word in held:
            some[word].add(case.pk)
        words.append(row(case, held))
    Case.objects.bulk_update(cases, ["kind", "state", "registered_at", "due_at"])
    for model in {type(each) for each in words}:
        model._default_manager.bulk_create([each for each in words if type(each) is model])
    return {
        text: set.intersection(*(some.get(word, set()) for word in text.split())) for text in TEXTS
    }  # fmt: skip


@pytest.fixture(params=[1, 60, 3000])
def look(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Lists are looked through for every word, as if each were common: so many of their rows."""
    monkeypatch.setattr(finding, "share_of", lambda _runs: 1e6)
    monkeypatch.setattr(looking, "LOOKED_THROUGH", request.param)
    return int(request.param)


def legible(actor: Actor, numbers: set[int]) -> QuerySet[Case]:
    """Of some cases those that an actor may read, without any look at words."""
    return visible(actor).filter(pk__in=visible(actor, Part.CONTENT).values("pk")).filter(pk__in=numbers)


def plainly(
    actor: Actor, scope: Scope, filters: Filters, now: datetime, told: dict[str, set[int]]
) -> list[int]:
    rows = narrowed(legible(actor, told[filters.text]).filter(scope.condition), filters, now)
    by_clock = (F("due_at").asc(nulls_last=True), F("id").asc())
    order = by_clock if filters.order == BY_CLOCK else (F("registered_at").desc(), F("id").desc())
    return list(rows.order_by(*order).values_list("pk", flat=True))


def paged(actor: Actor, scope: Scope, filters: Filters, now: datetime, size: int) -> Iterator[int]:
    after = ""
    while True:
        part = page(actor, scope, filters, now=now, after=after, size=size)
        yield from (item.case.pk for item in part.items)
        after = part.after
        if not after:
            break


def filtered(now: datetime, actor: Actor) -> list[Filters]:
    """Filters of each sort: those that the order of the list goes by, and those asked of each row."""
    today = now.date()
    return [
        Filters(),
        Filters(closed=True),
        Filters(window="late"),
        Filters(window="week", kind="complaint"),
        Filters(window="paused"),
        Filters(state="accepted"),
        Filters(organisation=actor.authority_id),
        Filters(since=today - timedelta(days=200), until=today - timedelta(days=20)),
        Filters(closed=True, window="soon", since=today - timedelta(days=150)),
    ]


def test_a_queue_by_words_is_the_same_however_far_it_is_looked_through(
    look: int, told: dict[str, set[int]]
) -> None:
    now, met = timezone.now(), 0
    for username in PEOPLE:
        actor = person(username)
        for scope in scopes(actor):
            for text in TEXTS:
                for filters in filtered(now, actor):
                    wanted = replace(filters, text=text)
                    expected = plainly(actor, scope, wanted, now, told)[:150]
                    size = max(2, len(expected) // 3)
                    found = []
                    for number in paged(actor, scope, wanted, now, size):
                        found.append(number)
                        if len(found) == len(expected) == 150:
                            break
                    assert found == expected, (username, scope.key, wanted)
                    met += len(expected)
    assert met > 2_000


def test_words_that_are_not_common_are_found_in_the_archive_page_by_page(
    told: dict[str, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "share_of", lambda _runs: 0.0)
    now, met = timezone.now(), 0
    for username in PEOPLE:
        actor = person(username)
        for scope in scopes(actor):
            for text in TEXTS:
                for filters in filtered(now, actor):
                    wanted = replace(filters, text=text, closed=True)
                    expected = plainly(actor, scope, wanted, now, told)
                    found = list(islice(paged(actor, scope, wanted, now, 50), 120))
                    assert found == expected[:120], (username, scope.key, wanted)
                    counted = tallies(actor, scope, wanted, now=now)[wanted].figures["all"]
                    assert counted == min(len(expected), CAP)
                    met += len(found)
    assert met > 2_000


def test_the_figures_beside_a_common_word_are_true_or_say_that_there_are_more(
    look: int, told: dict[str, set[int]]
) -> None:
    now, capped = timezone.now(), 0
    for username in PEOPLE:
        actor = person(username)
        for scope in scopes(actor):
            for filters in filtered(now, actor):
                wanted = replace(filters, text="退款")
                true = len(plainly(actor, scope, wanted, now, told))
                tally = tallies(actor, scope, wanted, now=now)[wanted]
                if tally.capped:
                    capped += 1
                    assert tally.words("all") == f"{COMMON}+"
                    assert tally.figures["all"] <= true
                else:
                    assert tally.figures["all"] == true, (username, scope.key, wanted)
    assert bool(capped) == (look >= COMMON)


def test_a_list_newest_first_is_the_same_however_far_it_is_looked_through(
    look: int, told: dict[str, set[int]]
) -> None:
    for username in PEOPLE:
        actor = person(username)
        for text in TEXTS:
            for kind in ("", "complaint"):
                rows = legible(actor, told[text]).order_by("-registered_at", "-id")
                expected = list((rows.filter(kind=kind) if kind else rows).values_list("pk", flat=True)[:120])
                size = max(2, len(expected) // 3)
                found: list[Case] = []
                for _page in range(5):
                    last = found[-1] if found else None
                    part = newest(
                        actor,
                        search_for(text).among(kinds=[kind] if kind else []),
                        lambda cases, kind=kind: cases.filter(kind=kind) if kind else cases,
                        size=size,
                        place=(last.registered_at, last.pk) if last else None,
                    )
                    found += part
                    if len(part) < size or len(found) >= len(expected):
                        break
                assert [case.pk for case in found][: len(expected)] == expected, (username, text, kind)


@pytest.fixture
def worded(city: str, server: PrivateServer) -> Iterator[str]:
    """The city with words: one in every third case, and one in every thousandth; and fresh statistics of them."""
    with server.connect(name=city) as superuser:
        superuser.execute(
            "INSERT INTO cases_complaintwords (case_id, words) SELECT id, (concat_ws(' ', '''@c' || city || '''',"
            " CASE WHEN closed_at IS NULL THEN '''@open''' END, CASE WHEN n % 3 = 0 THEN '''退款''' END,"
            " CASE WHEN n % 1000 = 0 THEN '''藜麦''' END))::tsvector"
            " FROM (SELECT id, city, closed_at, row_number() OVER (ORDER BY id) / 12 + id % 12 AS n FROM cases_case) c"
        )
        superuser.execute("VACUUM ANALYZE cases_complaintwords")
    commonness.forget()
    yield city
    commonness.forget()


def plan_of(work: Callable[[], object]) -> str:
    """The plan of the last statement that a read sends, as it went."""
    with CaptureQueriesContext(connection) as sent:
        work()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE) {sent.captured_queries[-1]['sql']}")
        return "\n".join(line[0] for line in cursor.fetchall())


def test_a_common_word_asks_no_index_of_words(worded: str) -> None:
    now, who = timezone.now(), person("supervisor")
    scope = next(s for s in scopes(who) if s.key == "below")
    common = Filters(text="退款")
    for work in (
        lambda: page(who, scope, common, now=now),
        lambda: tallies(who, scope, common, now=now),
        lambda: newest(who, search_for("退款"), lambda cases: cases, size=51),
    ):
        plan = plan_of(work)
        asked = [line for line in plan.splitlines() if "Bitmap Index Scan on complaint_words" in line]
        assert asked, plan
        assert all("never executed" in line for line in asked), plan
    assert len(page(who, scope, common, now=now).items) == 50


def test_for_a_rare_word_no_list_is_looked_through(worded: str) -> None:
    now, who = timezone.now(), person("supervisor")
    scope = next(s for s in scopes(who) if s.key == "below")
    rare = Filters(text="藜麦")
    assert commonness.share_of([["退款"]]) > 0.3
    assert commonness.share_of([["藜麦"]]) == 0
    for work in (
        lambda: page(who, scope, rare, now=now),
        lambda: tallies(who, scope, rare, now=now),
        lambda: newest(who, search_for("藜麦"), lambda cases: cases, size=51),
    ):
        plan = plan_of(work)
        assert "complaint_words" in plan
        assert "CTE ahead" not in plan
