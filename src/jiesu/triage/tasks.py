"""Suggestions are computed beside the intake, never in its way: a job hurries them, the sweep finds what is missing."""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from jiesu.cases import jobs, keys
from jiesu.cases.act import act
from jiesu.cases.kinds import OPPOSITE, Kind
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Case, Party, Passage, Suggestion
from jiesu.law import LawError
from jiesu.people.actors import SYSTEM
from jiesu.places.queries import office_for_town
from jiesu.triage import bureau, duplicates, factors, kind, sketches, subject, urgency

#: Below this the machine says nothing: a wrong hint costs more than none.
LEAST = 50
SWEEP_DAYS = 7
SWEEP_BATCH = 200
#: A sweep looks at cases for so many seconds, then gives its place in the worker to others.
SWEEP_SECONDS = 60.0

log = logging.getLogger(__name__)


def text_of(case: Case) -> str:
    """Title, facts and demand of a case in plain words."""
    data_key = keys.unwrap(case.wrapped_key)
    passages = Passage.objects.filter(case_id=case.pk, purpose__in=("facts", "demand")).order_by("seq")
    return "\n".join([case.title, *(keys.decrypt(data_key, p.sealed) for p in passages)])


def respondent_of(case: Case) -> bureau.Respondent:
    """The other side's fields as they were given."""
    data_key = keys.unwrap(case.wrapped_key)
    row = Party.objects.filter(case_id=case.pk, role=OPPOSITE[Kind(case.kind)]).order_by("seq").first()
    plain: dict[str, Any] = (
        json.loads(keys.decrypt(data_key, row.sealed)) if row is not None and row.sealed else {}
    )
    return bureau.Respondent(
        name=plain.get("name", ""),
        address=plain.get("address", ""),
        platform=plain.get("platform", ""),
        shown_address=plain.get("platform_address", ""),
    )


def suggestions(case: Case, *, text: str) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """What is suggested for a case with these words, as codes, and the reasons by topic."""
    on = case.received_at.astimezone(SHANGHAI).date()
    found: list[dict[str, Any]] = []
    reasons: dict[str, list[str]] = {}

    def add(topic: str, value: Any, confidence: int, why: list[str], version: str = "") -> None:
        if confidence >= LEAST:
            found.append({"topic": topic, "value": value, "confidence": confidence, "version": version})
            reasons[topic] = why

    guess = kind.suggest(text, amount=case.amount, respondent=case.respondent)
    add("kind", guess.value, guess.confidence, guess.reasons, guess.version)
    if guess.mixed:
        add("mixed", True, guess.confidence, guess.reasons, guess.version)
    topic = subject.suggest(text)
    add("subject", topic.code, topic.confidence, topic.reasons)
    alarm = urgency.suggest(text)
    if alarm.level:
        add("urgency", alarm.level, alarm.confidence, alarm.reasons)
    if case.kind in (Kind.COMPLAINT, Kind.REPORT):
        try:
            routing = bureau.with_organisations(bureau.suggest(case.kind, respondent_of(case), on=on))
        except LawError:
            routing = None
        best = next((c for c in routing.candidates if c.organisation_id), None) if routing else None
        if best is not None:
            value = {"organisation": best.organisation_id, "division": best.division, "town": best.town}
            office = office_for_town(best.town) if best.town else None
            if office is not None and office.parent_id == best.organisation_id:
                value["office"] = office.pk
            add("bureau", value, best.confidence, [*best.reasons, best.article])
    # Repeats of reports are found for their handler when the case is opened, never stored where others could read.
    alike = duplicates.find(case, text=text, actor=SYSTEM, limit=5) if case.kind == Kind.COMPLAINT else []
    if alike:
        numbers = [str(c.number) for c in alike]
        add("duplicates", numbers, alike[0].confidence, [r for c in alike for r in c.reasons][:8])
    weighed = factors.find(case, text=text, actor=SYSTEM, on=on)
    if weighed:
        add("factors", [f.key for f in weighed], 100, [o for f in weighed for o in f.observed][:8])
    return found, reasons


def suggest_for(number: int, *, at: datetime) -> bool:
    """Stores the sketch and the suggestions of one case, both or neither; False where they are there already or the
    case is gone."""
    with transaction.atomic():
        # Its job and a sweep may come to it at the same moment: the second one waits and finds it done.
        case = Case.objects.select_for_update().filter(pk=number, redacted_at=None).first()
        if case is None or case.wrapped_key is None:
            return False
        text = text_of(case)
        sketches.store(
            case_id=case.pk,
            kind=case.kind,
            text=text,
            received_on=case.received_at.astimezone(SHANGHAI).date(),
            business_id=case.business_id,
        )
        if case.closed_at is not None or Suggestion.objects.filter(case_id=case.pk).exists():
            return False
        found, reasons = suggestions(case, text=text)
        if not found:
            return False
        act(case.pk, "suggest", {"suggestions": found}, actor=SYSTEM, at=at, reasons=reasons)
        return True


@app.task(name="jiesu.suggest", queue="triage")
def suggest(case: str) -> bool:
    """Suggests for one new case."""
    return suggest_for(int(case), at=timezone.now())


@app.task(name="jiesu.suggest_each", queue="triage")
def suggest_each(cases: list[str]) -> int:
    """Suggests for a chunk of an import; gives for how many there was something to say."""
    return sum(_safely(int(case)) for case in cases)


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="jiesu.suggest_missing", queue="triage", queueing_lock="suggest_missing", lock="suggest_missing"
)
def suggest_missing(timestamp: int, seconds: float = SWEEP_SECONDS) -> int:
    """Every five minutes: new cases whose job was lost, however many. Gives how many were looked at.

    When its time is over and some are left it queues itself again, behind what people wait for.
    """
    began = time.monotonic()
    since = timezone.now() - timedelta(days=SWEEP_DAYS)
    last = done = 0
    while owed := sketches.missing(since=since, after=last, limit=SWEEP_BATCH):
        for last in owed:
            if time.monotonic() - began > seconds:
                jobs.queue_again("suggest_missing", timestamp=timestamp)
                return done
            _safely(last)
            done += 1
    return done


def _safely(number: int) -> bool:
    """Suggests for one of many; what is wrong with one case must not keep the others waiting."""
    try:
        return suggest_for(number, at=timezone.now())
    except Exception:
        log.exception("no suggestions for case %s", number)
        return False
