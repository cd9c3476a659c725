"""From a row of a sheet to a checked form, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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


@dataclass(frozen=True)
class Ready:
    """A row that can be taken in."""

    row: int
    form: ContactForm
    checked: Checked
    title: str


def prepare(
    row: Row, head: Head, layout: Format, channel: str, at: datetime, days: Calendar
) -> Ready | list[Problem]:
    """A row as a checked form, or what is wrong with it."""
    values = head.values(row)
    title = values.pop("title", "")
    body: dict[str, Any] = {"channel": channel, "kind": "auto"}
    person: dict[str, str] = {}
    respondent: dict[str, str] = {}
    for name, text in values.items():
        group, _dot, inner = name.partition(".")
        if group == "person":
            person[inner] = text
        elif group == "respondent":
            respondent[inner] = text
        else:
            body[name] = text
    body["kind"] = word("kinds", body["kind"])
    body["channel"] = word("channels", body["channel"])
    body["subject"] = word("subjects", body.get("subject", ""))
    if not body.get("text"):
        body["text"] = title
    elif title and not body["text"].startswith(title):
        # The line above a message belongs to what was said.
        body["text"] = f"{title}\n{body['text']}"
    _dates(body, layout, at, days)
    body["informant" if body["kind"] == "report" else "complainant"] = person
    body["respondent"] = respondent
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


def _problems(row: Row, head: Head, problems: Mapping[str, forms.Problem]) -> list[Problem]:
    return [
        Problem(row.number, path, p.code, f"{_column(head, path)}{p.message}") for path, p in problems.items()
    ]


def _column(head: Head, path: str) -> str:
    name = path.replace("complainant.", "person.").replace("informant.", "person.")
    place = head.places.get(name)
    return f"“{head.names[place]}”：" if place is not None else ""


def _dates(body: dict[str, Any], layout: Format, at: datetime, days: Calendar) -> None:
    if layout.handover:
        body.pop("received_on", None)
    elif body.get("received_on"):
        body["received_reason"] = "批量导入"
    if not body.get("service_due") and layout.service_days:
        day = at.astimezone(SHANGHAI).date()
        left = layout.service_days
        while left:
            day += timedelta(days=1)
            left -= days.is_working_day(day)
        body["service_due"] = day.isoformat()
