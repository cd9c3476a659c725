"""Sketches of texts for finding near-duplicates. Reports have a table of their own: no look-up over complaints meets it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Sketch(models.Model):
    """The sketch of one case's text (``similarity``). Deleted when the case is redacted."""

    case_id = models.BigIntegerField(primary_key=True)
    business_id = models.BigIntegerField(null=True)
    received_on = models.DateField()
    values = models.BinaryField()
    bands = ArrayField(models.IntegerField())

    class Meta:
        abstract = True


class ComplaintSketch(Sketch):
    """Complaints, consultations and other matters."""

    class Meta:
        indexes = (
            GinIndex(fields=("bands",), name="triage_complaint_bands"),
            models.Index(fields=("business_id", "received_on"), name="triage_complaint_business"),
        )


class ReportSketch(Sketch):
    """Reports and leads."""

    class Meta:
        indexes = (
            GinIndex(fields=("bands",), name="triage_report_bands"),
            models.Index(fields=("business_id", "received_on"), name="triage_report_business"),
        )
