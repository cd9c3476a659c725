"""Words of imported cases, entered in the index when the import is done.

To sort the words of a case in takes longer than to write everything else of it, and nobody looks for a case by its words
in the first minutes. The import leaves a row for each case (``WordsOwed``) in the transaction that writes the case; here
the row goes in the transaction that writes the words. What is killed in between is owed still, and done once.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence

from cryptography.exceptions import InvalidTag
from django.db import transaction

from jiesu.cases import jobs, keys, search
from jiesu.cases.copying import copy_words
from jiesu.cases.keys import Binary
from jiesu.cases.models import Case, Party, Passage, WordsOwed
from jiesu.cases.sealing import BUSINESS_ROLES

log = logging.getLogger(__name__)

BATCH = 500
#: One job enters words for so many seconds, then gives its place in the worker to others.
SECONDS = 60.0
#: Before the suggestions for the same cases, after what people wait for.
PRIORITY = jobs.IN_THE_BACKGROUND // 2
TEXTS = ("facts", "demand")


def hurry() -> None:
    """Queues the job that enters what is owed; one that waits already is enough."""
    jobs.queue_again("enter_words", priority=PRIORITY, timestamp=int(time.time()))


def owed(most: int) -> int:
    """How many cases are not found by their words yet, counted up to ``most``."""
    return WordsOwed.objects.order_by()[:most].count()


def enter(*, seconds: float = SECONDS) -> int:
    """Enters what is owed until nothing is left or the time is over; then queues itself again. Gives how many.

    Any number of processes may do so at once: each takes cases that no other has taken.
    """
    end = time.monotonic() + seconds
    done = 0
    while some := enter_some(BATCH):
        done += some
        if time.monotonic() > end:
            hurry()
            break
    return done


def enter_some(most: int) -> int:
    """Enters the words of at most so many cases in one transaction."""
    with transaction.atomic():
        locked = WordsOwed.objects.select_for_update(skip_locked=True).order_by("pk")
        numbers = list(locked.values_list("pk", flat=True)[:most])
        if numbers:
            copy_words(_words(numbers))
            WordsOwed.objects.filter(pk__in=numbers).delete()
    return len(numbers)


def _words(numbers: Sequence[int]) -> list[tuple[int, str, list[str]]]:
    """Number, kind and tokens of cases, as ``act.open_case`` gives them to a new one.

    A case whose texts are damaged gets its marks alone: it must not keep all others from being found. What is damaged,
    ``verify`` tells.
    """
    cases = {case.pk: case for case in Case.objects.filter(pk__in=numbers, wrapped_key__isnull=False)}
    texts: dict[int, dict[str, Binary]] = {number: {} for number in cases}
    passages = Passage.objects.filter(case_id__in=cases, purpose__in=TEXTS).order_by("case_id", "seq")
    for number, purpose, sealed in passages.values_list("case_id", "purpose", "sealed"):
        # The first of a purpose is what came in; what is added later is not searched.
        texts[number].setdefault(purpose, sealed)
    people: dict[int, list[Binary]] = {number: [] for number in cases}
    parties = Party.objects.filter(case_id__in=cases).exclude(role__in=BUSINESS_ROLES)
    for number, sealed in parties.values_list("case_id", "sealed"):
        people[number].append(sealed)
    found = []
    for number, case in cases.items():
        try:
            tokens = _tokens(case, texts[number], people[number])
        except InvalidTag:
            log.exception("the words of case %s cannot be read", number)
            tokens = []
        found.append((number, case.kind, [*tokens, *search.marks(case)]))
    return found


def _tokens(case: Case, texts: Mapping[str, Binary], people: Iterable[Binary]) -> list[str]:
    """What a case's own texts and its respondent's name give, without the names of people."""
    key = keys.unwrap(case.wrapped_key)
    opened = [keys.decrypt(key, texts.get(purpose)) for purpose in TEXTS]
    names = [json.loads(keys.decrypt(key, sealed) or "{}").get("name", "") for sealed in people]
    return search.tokens(" ".join([*opened, case.respondent]), without=names)
