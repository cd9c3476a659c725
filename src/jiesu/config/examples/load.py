"""Loads the examples through ``bulk``: from the lines of the data files to contacts and cases."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from jiesu.businesses.linking import link_many
from jiesu.cases import bulk
from jiesu.cases.bulk import History
from jiesu.cases.kinds import Kind
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.config.examples.plots import PLOTS
from jiesu.config.examples.scene import Cast, Scene
from jiesu.intake.histories import contact_row
from jiesu.intake.models import Contact
from jiesu.people.acting import actor_for

LOG = logging.getLogger(__name__)
DATA = Path(__file__).parent / "data"
Entry = Mapping[str, Any]


def load(*, now: datetime) -> bulk.Written:
    """Writes every example that lies in the past of ``now``; the caller makes it one transaction.

    Returns:
        numbers of the cases, and what was refused: the data files and the tables have grown apart then. A start of
        the demonstration goes on without it.
    """
    cast = Cast.read(now, actor_for)
    listed = list(entries())
    scenes = [Scene(cast, entry, kind, place) for place, (kind, entry) in enumerate(listed)]
    # In the order of receipt, so that numbers rise with time as they do in life.
    scenes = sorted((s for s in scenes if s.received < now), key=lambda s: s.received)
    for scene, business in zip(scenes, link_many((s.named for s in scenes), at=now), strict=True):
        scene.business = business
    contacts = bulk.reserve_ids(Contact, len(scenes))
    written = bulk.write(
        history for s, pk in zip(scenes, contacts, strict=True) for history in _histories(s, pk)
    )
    for refused in written.refused:
        LOG.warning("example refused: %s", _told(listed[refused.row][1], refused))
    return written


def _told(entry: Entry, refused: bulk.Refused) -> str:
    error = refused.error
    return f"{entry['plot']} ({entry['text'][:20]}): {error.message} {error.data}"


def entries() -> Iterator[tuple[str, Entry]]:
    """Every example with its kind."""
    for name, kind in (("complaints", Kind.COMPLAINT), ("reports", Kind.REPORT), ("others", Kind.OTHER)):
        for entry in read(name):
            yield str(entry.get("kind", kind)), entry
    scenes = read("scenes")
    for entry in scenes["mixed"]:
        yield Kind.COMPLAINT, entry
    for entry in _claims(scenes["claims"]):
        yield Kind.COMPLAINT, entry
    for told in read("bursts"):
        for entry in _burst(told):
            yield Kind.COMPLAINT, entry


def _claims(told: Entry) -> Iterator[Entry]:
    """Scene 7: one telephone, six names, forty complaints about one label within a fortnight."""
    for n in range(told["count"]):
        yield {
            "plot": "assigned" if n % 5 else "registered",
            "when": {"ago": told["days"] * (told["count"] - 1 - n) // told["count"]},
            "channel": "portal",
            "town": "大码头街道",
            "subject": "advertising",
            # They would bury everybody else's work in one queue.
            "handler": "handler.second",
            "one_of_many": True,
            "text": told["texts"][n % len(told["texts"])],
            "name": told["names"][n % len(told["names"])],
            **{k: told[k] for k in ("phone", "shop", "demand", "amount")},
        }


def _burst(told: Entry) -> Iterator[Entry]:
    """A hot spot: different people in several counties about one matter."""
    for n, ago in enumerate(told["ago"]):
        county, town = told["places"][n % len(told["places"])]
        yield {
            "when": {"ago": ago},
            "county": county,
            "one_of_many": True,
            "text": told["texts"][n % len(told["texts"])],
            **({"town": town} if town else {}),
            **{k: told[k] for k in ("plot", "channel", "shop", "subject", "amount", "demand")},
        }


def read(name: str) -> Any:
    """The content of one data file."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def _histories(scene: Scene, contact: int) -> Iterator[History]:
    """The case of a scene, and the one that follows from it, if it has a sibling."""
    sibling = scene.entry.get("sibling")
    first, *second = bulk.reserve_numbers("430900", scene.received, 2 if sibling else 1)
    if not sibling:
        yield _history(scene, first, contact, [first])
        return
    told = Scene(scene.cast, {**scene.entry, "other": second[0]}, scene.kind, scene.place, scene.business)
    # A lead is nobody's contact: the bureau found it.
    cases = [first, *second] if sibling["link"] == "split" else [first]
    yield _history(told, first, contact, cases)
    entry = {
        k: scene.entry[k] for k in ("shop", "town", "subject", "name", "when") if k in scene.entry
    } | sibling
    beside = Scene(scene.cast, entry, sibling["kind"], scene.place, scene.business)
    other = _history(beside, second[0], contact, [])
    opening = replace(other.opening, links=((sibling["link"], first),))
    if sibling["kind"] == Kind.LEAD:
        opening = replace(
            opening,
            contact_id=None,
            channel="internal",
            lead_of=first,
            found="in_mediation",
            organisation=scene.bureau,
            office=scene.office,
            assignee=scene.actor("handler").staff_id,
            anonymous=True,
            query_code="",
        )
    else:
        opening = replace(opening, mixed="split")
    yield replace(other, opening=opening, beside=())


def _history(scene: Scene, number: int, contact: int, cases: list[int]) -> History:
    opening = scene.opening(number, contact)
    plot = PLOTS[scene.entry["plot"]]
    actor = scene.actor("calltaker")
    row = contact_row(opening, pk=contact, cases=cases, at=scene.received, staff_id=actor.staff_id)
    return History(
        opening=opening,
        actor=actor,
        at=scene.received.astimezone(SHANGHAI),
        steps=lambda draft: plot(scene, draft),
        beside=(row,),
        row=scene.place,
    )
