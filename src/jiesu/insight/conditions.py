"""Which cases a number counts, as conditions on cases: what stands in ``tallies.sources`` as SQL, said a second time.

Each is for the days and region of a scope; ``behind`` adds these and the reader's rights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from jiesu.businesses.models import Business
from jiesu.cases.models import Clock
from jiesu.insight.scope import Scope
from jiesu.intake.models import Contact

Where = Callable[[Scope], Q]
#: The same for the row of a table: its code is given too.
WhereRow = Callable[[Scope, str], Q]

ACCEPTED = Exists(
    Clock.objects.filter(case_id=OuterRef("pk"), rule="complaint.mediation").exclude(state="void")
)


def when(**conditions: Any) -> Where:
    """Cases whose columns say so."""
    return lambda _scope: Q(**conditions)


def column(name: str, **conditions: Any) -> WhereRow:
    """Cases in whose column a row's code stands."""
    return lambda _scope, code: Q(**conditions, **{name: code})


def of_contact(**conditions: Any) -> Exists:
    """The first case of a contact: it stands for the contact, which is counted once."""
    rows = Contact.objects.filter(pk=OuterRef("contact_id"), cases__0=OuterRef("pk"), **conditions)
    return Exists(rows)


def contacts(*, kind: str = "", by: str = "") -> WhereRow:
    """The first cases of contacts of a kind whose column ``by`` is the row's code."""

    def where(_scope: Scope, code: str) -> Q:
        found = Q(of_contact(**({by: code} if by else {})))
        return found & Q(kind=kind) if kind else found

    return where


def contacts_of_kind(_scope: Scope, code: str) -> Q:
    """The first cases of contacts, by the kind of the case."""
    return Q(of_contact()) & Q(kind=code)


def missed(scope: Scope, **conditions: Any) -> Q:
    """Cases with a clock that was missed: met after its last day, or still open after it."""
    late = Q(state="met_late") | Q(state="open", due_on__lt=scope.today)
    return _with_clock(late, **conditions)


def missed_of(scope: Scope, code: str) -> Q:
    """Cases that missed a clock of a rule."""
    return missed(scope, rule=code)


def met_of(_scope: Scope, code: str) -> Q:
    """Cases that met a clock of a rule in time."""
    return _with_clock(Q(state="met"), rule=code)


def running_of(scope: Scope, code: str) -> Q:
    """Cases in which a clock of a rule is running."""
    inside = Q(due_on__gte=scope.today) | Q(due_on=None)
    return _with_clock(Q(state="open") & inside, rule=code)


def _with_clock(state: Q, **conditions: Any) -> Q:
    return Q(Exists(Clock.objects.filter(state, case_id=OuterRef("pk"), **conditions)))


def platform(_scope: Scope, code: str) -> Q:
    """Complaints about a platform or a shop on it."""
    return Q(kind="complaint") & _on_platform(code)


def contacts_on_platform(_scope: Scope, code: str) -> Q:
    """The first cases of contacts about a platform or a shop on it; ``-``: about neither, as far as it is known."""
    return Q(of_contact()) & _on_platform(code)


def _on_platform(code: str) -> Q:
    if code == "-":
        online = Business.objects.exclude(platform=None, kind__in=["merchant", "shop"])
        return Q(business_id=None) | ~Q(business_id__in=online.values("pk"))
    if not code.isascii() or not code.isdigit() or len(code) > 18:
        return Q(pk__in=[])
    shops = Business.objects.filter(Q(platform=code) | Q(pk=code, kind="platform", platform=None))
    return Q(business_id__in=shops.values("pk"))


def contacts_in_industry(_scope: Scope, code: str) -> Q:
    """The first cases of contacts about businesses of an industry; ``-`` where none is entered."""
    entered = Business.objects.exclude(industry="").values("pk")
    if code == "-":
        return Q(of_contact()) & (Q(business_id=None) | ~Q(business_id__in=entered))
    return Q(of_contact()) & Q(business_id__in=Business.objects.filter(industry=code).values("pk"))


def decided(outcome: str) -> WhereRow:
    """Complaints with an outcome decided on a ground; ``-`` where none was named."""

    def where(_scope: Scope, code: str) -> Q:
        ground = "facts__decision__ground"
        if code == "-":
            # No decision, a decision without the key, with null in it, or with nothing.
            named = Q(**{f"{ground}__isnull": True}) | Q(**{ground: None}) | Q(**{ground: ""})
        else:
            named = Q(**{ground: code})
        return Q(kind="complaint", outcome=outcome) & named

    return where
