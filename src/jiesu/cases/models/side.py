"""Tables beside the case: search index, answered keys, what was escalated, numbers of documents, anchors."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchRow(models.Model):
    """Words of a case as character bigrams, apart from the case so that lists stay narrow.

    Reports and leads have an index of their own: nobody's search over complaints touches them.
    """

    case_id = models.BigIntegerField(primary_key=True)
    words = SearchVectorField()

    class Meta:
        abstract = True


#: So many kB of new words wait at most: whoever writes the last of them sorts all in. The worker is there first (``search.sort_in``).
_WAITING = 4096


class ComplaintWords(SearchRow):
    class Meta:
        indexes = [GinIndex(fields=["words"], name="complaint_words", gin_pending_list_limit=_WAITING)]


class ReportWords(SearchRow):
    class Meta:
        indexes = [GinIndex(fields=["words"], name="report_words", gin_pending_list_limit=_WAITING)]


class WordsOwed(models.Model):
    """A case that an import has written and whose words are still to be entered in the index (``cases.indexing``).

    Whoever enters the words takes the row away in the same transaction.
    """

    case_id = models.BigIntegerField(primary_key=True)


class AnsweredKey(models.Model):
    """The answer given to an Idempotency-Key, so that a repeated post gets the same one. Kept 7 days."""

    owner = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="answered_key_once")]
        indexes = [models.Index(fields=["at"], name="answered_key_at")]


class Reminder(models.Model):
    """A reminder or escalation that was sent; unique, so that the sweep may run as often as it likes."""

    case_id = models.BigIntegerField()
    clock_seq = models.PositiveIntegerField()
    stage = models.CharField(max_length=16)
    due_on = models.DateField()
    recipient_id = models.BigIntegerField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "clock_seq", "stage", "due_on", "recipient_id"], name="reminder_once"
            )
        ]
        indexes = [models.Index(fields=["recipient_id", "read_at", "-at"], name="reminder_recipient")]


class DocumentNumber(models.Model):
    """Last number given, per bureau, form and year: ××市监××〔年〕第×号."""

    organisation_id = models.BigIntegerField()
    form = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "form", "year"], name="document_number_series")
        ]


class Anchor(models.Model):
    """A signed manifest of all heads, taken nightly; the file lies under JIESU_HOME/anchors."""

    at = models.DateTimeField()
    cases = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    file = models.CharField(max_length=120)


class TallyMark(models.Model):
    """Something of a day and holder has changed: their figures are to be counted anew. Only added by those who act,
    only removed by whoever counts, in the transaction that writes the new counts.
    """

    # Known before the row is written, so that it joins the statement that writes the case.
    id = models.UUIDField(primary_key=True, default=uuid4)
    day = models.DateField()
    holder_id = models.BigIntegerField()
