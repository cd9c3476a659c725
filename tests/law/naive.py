"""A second, independent count of days, one by one, written from the words of the law.

It shares nothing with `jiesu.law` but the published notices, which it reads itself.
"""

import json
from datetime import date, timedelta
from pathlib import Path

NOTICES = Path(__file__).parents[2] / "src" / "jiesu" / "law" / "data" / "calendar"
DAY = timedelta(days=1)


def notices():
    off, work, years = {}, set(), set()
    for file in sorted(NOTICES.glob("2*.json")):
        content = json.loads(file.read_text("utf-8"))
        for entry in content["days"]:
            years.add(content["year"])
            day = date.fromisoformat(entry["date"])
            if entry["isOffDay"]:
                off[day] = entry["name"]
            else:
                work.add(day)
    return off, work, years


OFF, WORK, YEARS = notices()


def is_working(day):
    if day in WORK:
        return True
    return day not in OFF and day.isoweekday() <= 5


def is_paused(day, pauses):
    return any(start <= day and (end is None or day <= end) for start, end in pauses)


def is_stopped_for_good(day, pauses):
    return any(start <= day and end is None for start, end in pauses)


def last_day(start, number, unit, pauses=(), weekend_rollover=False):
    """The last day, or None while an open pause stands in the way."""
    day, counted = start, 0
    while counted < number:
        day += DAY
        if is_stopped_for_good(day, pauses):
            return None
        if is_paused(day, pauses):
            continue
        if unit == "working_day" and not is_working(day):
            continue
        counted += 1
    if unit == "working_day":
        return day
    while True:
        if is_stopped_for_good(day, pauses):
            return None
        if is_paused(day, pauses) or day in OFF or (weekend_rollover and not is_working(day)):
            day += DAY
            continue
        return day
