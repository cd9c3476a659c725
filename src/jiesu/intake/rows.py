"""From a row of a sheet to a checked form, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext

from jiesu.cases.facts import replace
from jiesu.cases.kinds import Channel
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.intake import forms
from jiesu.intake.checking import CHANNELS, Checked, check
from jiesu.intake.forms import ContactForm, FormError, read
from jiesu.intake.spreadsheet import Format, Head, Row, word
from jiesu.law.calendar import Calendar


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row: the column's field, a stable code, and words that say what to enter."""

    row: int
    field: str
    code: str
    message: str


class Ready(NamedTuple):
    """A row that can be taken in."""

    row: int
    form: ContactForm
    checked: Checked
    title: str


class Preparing:
    """Makes checked forms of the rows of one sheet. What all rows share, as the place of each column, is found once."""

    def __init__(self, head: Head, layout: Format, channel: str, days: Calendar) -> None:
        self._head = head
        self._layout = layout
        self._channel = channel
        self._days = days
        #: Place, part of the form ("" for the form itself) and field of each column.
        self._columns: list[tuple[int, str, str]] = []
        for name, place in head.places.items():
            part, _dot, field = name.rpartition(".")
            self._columns.append((place, part, field))
        self._service_due: dict[date, str] = {}

    def prepare(self, row: Row, at: datetime) -> Ready | list[Problem]:
        """A row as a checked form, or what is wrong with it."""
        body, title = self._body(row, at)
        head = self._head
        try:
            form = read(body)
        except FormError as error:
            return _problems(row, head, error.problems)
        # A row of another system's portal was submitted there: its day of receipt is what the sheet says.
        checked = check(replace(form, channel=Channel.IMPORT), strict=False, at=at)
        checked = replace(checked, form=replace(checked.form, channel=form.channel))
        if form.channel not in CHANNELS:
            message = gettext("没有这种来件渠道。")
            return _problems(row, head, {"channel": forms.Problem("channel_unknown", message)})
        if checked.problems:
            return _problems(row, head, checked.problems)
        return Ready(row.number, checked.form, checked, title)

    def _body(self, row: Row, at: datetime) -> tuple[dict[str, Any], str]:
        """What the form is read from, and the line above the message."""
        parts: dict[str, dict[str, Any]] = {"": {}, "person": {}, "respondent": {}}
        cells = row.cells
        there = len(cells)
        for place, part, field in self._columns:
            # Empty cells at the end of a row are not kept.
            if place < there and cells[place]:
                parts[part][field] = cells[place]
        body = parts[""]
        title = body.pop("title", "")
        body["kind"] = word("kinds", body.get("kind", "auto"))
        body["channel"] = word("channels", body.get("channel", self._channel))
        body["subject"] = word("subjects", body.get("subject", ""))
        if not body.get("text"):
            body["text"] = title
        elif title and not body["text"].startswith(title):
            # The line above a message belongs to what was said.
            body["text"] = f"{title}\n{body['text']}"
        self._dates(body, at)
        body["informant" if body["kind"] == "report" else "complainant"] = parts["person"]
        body["respondent"] = parts["respondent"]
        return body, title

    def _dates(self, body: dict[str, Any], at: datetime) -> None:
        if self._layout.handover:
            body.pop("received_on", None)
        elif body.get("received_on"):
            body["received_reason"] = "批量导入"
        if not body.get("service_due") and self._layout.service_days:
            day = at.astimezone(SHANGHAI).date()
            if day not in self._service_due:
                self._service_due[day] = self._due(day)
            body["service_due"] = self._service_due[day]

    def _due(self, day: date) -> str:
        """The last day on which the other platform waits for what it has handed over on a day."""
        left = self._layout.service_days
        while left:
            day += timedelta(days=1)
            left -= self._days.is_working_day(day)
        return day.isoformat()


def _problems(row: Row, head: Head, problems: Mapping[str, forms.Problem]) -> list[Problem]:
    return [
        Problem(row.number, path, p.code, f"{_column(head, path)}{p.message}") for path, p in problems.items()
    ]


def _column(head: Head, path: str) -> str:
    name = path.replace("complainant.", "person.").replace("informant.", "person.")
    place = head.places.get(name)
    return f"“{head.names[place]}”：" if place is not None else ""
