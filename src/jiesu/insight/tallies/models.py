"""Tables of the tallies. Each row holds all counts of its place and time as one document: few rows, read at once."""

from __future__ import annotations

from django.db import models


class Grain(models.TextChoices):
    """Over which time a tally adds up."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Cell(models.Model):
    """What one holder has of one day. The line of command is that of the cases, which may have moved since."""

    pk = models.CompositePrimaryKey("day", "holder_id", "province", "city", "county")
    day = models.DateField()
    holder_id = models.BigIntegerField()
    province = models.CharField(max_length=6)
    city = models.CharField(max_length=6)
    county = models.CharField(max_length=6)
    counts = models.JSONField()


class Tally(models.Model):
    """Counts of a unit (a region's code, or ``o`` and an organisation's id) over a day, month or year."""

    pk = models.CompositePrimaryKey("unit", "grain", "since")
    unit = models.CharField(max_length=24)
    grain = models.CharField(max_length=5, choices=Grain.choices)
    since = models.DateField()
    counts = models.JSONField()


class TallyState(models.Model):
    """One row: the day by which lateness was judged, and when marks were last counted."""

    today = models.DateField()
    refreshed_at = models.DateTimeField()
