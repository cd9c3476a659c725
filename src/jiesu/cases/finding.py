"""What a text finds: a case by its number, or cases by their words; and lists newest first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import BooleanField, Func, OuterRef, Q, QuerySet, Subquery, Value

from jiesu.cases.models import Case, ComplaintWords, ReportWords
from jiesu.cases.queries import reaches, visible
from jiesu.cases.search import query_tokens, vector
from jiesu.people.actors import Actor
from jiesu.people.visibility import Part

_NUMBER = re.compile(r"\d{18}")


#: Words that no more cases hold are rare.
FEW = 5000
#: Words of which the statistics expect so many cases are common, without counting them.
MANY = 40_000
_HOLDING = """
(SELECT case_id FROM cases_complaintwords WHERE words @@ %(query)s::tsquery LIMIT %(most)s)
UNION ALL (SELECT case_id FROM cases_reportwords WHERE words @@ %(query)s::tsquery LIMIT %(most)s)
"""


def words_condition(text: str) -> tuple[Q, bool]:
    """Rows that hold all words of a text, and whether they are few. None where the text has no word long enough.

    Rare words give the cases themselves. For common ones each case of a list is looked at in its order, which ends as
    soon as the page is full; gathering all cases first would take longer the more there are.
    """
    words = query_tokens(text)
    if not words:
        return Q(pk__in=[]), True
    query = " & ".join(vector([w]) for w in words)
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT 1 FROM cases_complaintwords WHERE words @@ %s::tsquery", [query]
        )
        expected = cursor.fetchone()[0][0]["Plan"]["Plan Rows"]
        if expected < MANY:
            cursor.execute(_HOLDING, {"query": query, "most": FEW + 1})
            found = [row[0] for row in cursor.fetchall()]
            if len(found) <= FEW:
                return Q(pk__in=found), True
    return Q(_holds(ReportWords, query)) | Q(_holds(ComplaintWords, query)), False


class _Matches(Func):
    """Whether a vector matches a query. In this form the planner expects of half the rows that they do."""

    template = "COALESCE(%(expressions)s::tsquery, FALSE)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def _holds(table: type[ComplaintWords] | type[ReportWords], query: str) -> _Matches:
    """Whether a case's words match, asked for one case at a time: an ``IN`` would gather all that match first."""
    return _Matches(
        Subquery(table._default_manager.filter(case_id=OuterRef("pk")).values("words")), Value(query)
    )


@dataclass(frozen=True)
class Search:
    """What a text looks for.

    Args:
        part: the part of a case that whoever finds it so must be able to see.
        condition: on the rows.
        few: the condition itself names the rows.
    """

    part: Part = Part.OUTLINE
    condition: Q = field(default_factory=Q)
    few: bool = False


def search_for(text: str) -> Search:
    """The search for a text: a number, or words.

    Words only find what the reader may read: searching the words of a report whose content is kept back would tell it.
    """
    number = _NUMBER.search(text.replace(" ", ""))
    if number:
        return Search(condition=Q(pk=int(number.group())), few=True)
    external = text.strip()
    if re.fullmatch(r"[A-Za-z0-9-]{6,64}", external):
        return Search(condition=Q(external_number=external) | Q(national_number=external), few=True)
    condition, few = words_condition(text)
    return Search(Part.CONTENT, condition, few)


def searched(actor: Actor, text: str) -> QuerySet[Case]:
    """What an actor may find by a text: by words only where the content may be read, else by number."""
    search = search_for(text)
    return visible(actor, search.part).filter(search.condition)


def newest(
    actor: Actor, search: Search, narrow: Callable[[QuerySet[Case]], QuerySet[Case]], *, size: int
) -> QuerySet[Case]:
    """The newest cases that a search finds for an actor, and perhaps some more; the caller orders and cuts them.

    Each capacity walks its own index and stops when it has enough; one condition over all would read everything.
    Only where the search itself names the rows are they read at once.

    Args:
        narrow: puts the list's further conditions on the rows.
        size: so many are needed.
    """
    if search.few:
        return narrow(visible(actor, search.part).filter(search.condition))
    walks = [
        narrow(Case.objects.filter(reach).filter(search.condition))
        .order_by("-registered_at", "-id")
        .values("id")[:size]
        for reach in reaches(actor, search.part)
    ]
    if not walks:
        return Case.objects.none()
    return Case.objects.filter(pk__in=walks[0].union(*walks[1:]) if walks[1:] else walks[0])
