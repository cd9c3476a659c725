"""Runs that erased personal data: when, how much, under which periods."""

from __future__ import annotations

from django.db import models


class RetentionRun(models.Model):
    """One run of ``jiesu retention run``. Without ``finished_at`` it was interrupted; the next run goes on."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=80)
    periods = models.JSONField(default=dict)
    cases = models.PositiveIntegerField(default=0)
    contacts = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("started_at",)
