"""Anchors: each night a signed list of every case's head and contents, kept outside the database.

The chain shows that an event was altered; it cannot show that a whole case or the end of a chain is gone. The anchor
can: whoever removes or rewinds a case would have to forge the list too, and copies of it lie on other machines.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from jiesu.cases import keys
from jiesu.cases.chain import stamp
from jiesu.cases.findings import Finding
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Anchor, Case, Event, File, Message, Passage

BATCH = 1000
#: The day's anchor is due from this hour of Asia/Shanghai on, when little is being worked on.
HOUR = 2


def anchors_folder() -> Path:
    """Where the lists lie; operators copy them to another machine."""
    return Path(settings.JIESU.home) / "anchors"


def latest() -> Path | None:
    """The list written last; None before the first night."""
    written = sorted(anchors_folder().glob("*.jsonl"))
    return written[-1] if written else None


def owed(at: datetime) -> bool:
    """Whether the anchor of this night is missing; a machine that slept at night writes it in the morning."""
    local = at.astimezone(SHANGHAI)
    due = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if local < due:
        due -= timedelta(days=1)
    return not Anchor.objects.filter(at__gte=due).exists()


def contents(numbers: list[int], below: dict[int, int]) -> dict[int, str]:
    """Digest of what each case holds beside its events: texts, words of notices, files, by their own digests.

    Args:
        below: for each case the seq from which on children are left out (they came later).
    """
    found: dict[int, list[tuple[int, str]]] = {n: [] for n in numbers}
    rows: Iterable[tuple[int, int, str]]
    for rows in (
        Message.objects.filter(case_id__in=numbers).values_list("case_id", "seq", "content_hash"),
        File.objects.filter(case_id__in=numbers).values_list("case_id", "seq", "sha256"),
        Passage.objects.filter(case_id__in=numbers).values_list("case_id", "seq", "digest"),
    ):
        for number, seq, digest in rows:
            if seq < below[number]:
                found[number].append((seq, digest))
    return {
        number: hashlib.sha256("".join(f"{s}:{d}\n" for s, d in sorted(listed)).encode()).hexdigest()
        for number, listed in found.items()
    }


def anchor(*, at: datetime) -> Anchor:
    """Writes the list of all cases (number, head, version, next seq, contents), signed with the audit key, and notes
    it in the database."""
    folder = anchors_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{stamp(at).replace(':', '')}.jsonl"
    digest = hashlib.sha256()
    count = 0
    draft = folder / f".{name}"
    with draft.open("wb") as file:
        for rows in _heads():
            held = contents([r[0] for r in rows], {r[0]: r[3] for r in rows})
            for number, head, version, next_seq in rows:
                line = json.dumps([str(number), bytes(head).hex(), version, next_seq, held[number]]).encode()
                digest.update(line + b"\n")
                file.write(line + b"\n")
                count += 1
        signature = keys.hmac_sm3(keys.ring().audit, digest.digest()).hex()
        tail = {"at": stamp(at), "cases": count, "signature": signature}
        file.write(json.dumps(tail).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / name)
    return Anchor.objects.create(at=at, cases=count, digest=digest.hexdigest(), file=name)


Head = tuple[int, Any, int, int]


def _heads() -> Iterator[list[Head]]:
    """Number, head, version and next seq of all cases, page by page: no snapshot is held for the whole night."""
    last = 0
    while rows := list(
        Case.objects.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", "head", "version", "next_seq")[:BATCH]
    ):
        yield rows
        last = rows[-1][0]


def check_anchor(path: Path) -> tuple[Finding, ...]:
    """What has gone or changed since a list was signed: removed cases, cut tails, altered contents, a forged list."""
    try:
        tail = _check_signature(path)
    except (ValueError, KeyError, IndexError):
        tail = None
    if tail is None:
        return (Finding("anchor_forged", 0, data={"file": path.name}),)
    found: list[Finding] = []
    if not Anchor.objects.filter(file=path.name).exists():
        # The list is genuine, so the row is what somebody took away; a restored older database lacks it too.
        found.append(Finding("anchor_row_missing", 0, data={"file": path.name}))
    with path.open("rb") as file:
        lines = islice(file, int(tail["cases"]))
        while part := [json.loads(line) for line in islice(lines, BATCH)]:
            found.extend(_compare(part))
    return tuple(found)


def _check_signature(path: Path) -> dict[str, Any] | None:
    """The list's last line, if it signs all lines before it."""
    digest = hashlib.sha256()
    previous = b""
    count = -1
    with path.open("rb") as file:
        for line in file:
            digest.update(previous)
            previous = line
            count += 1
    tail: dict[str, Any] = json.loads(previous)
    signed = keys.hmac_sm3(keys.ring().audit, digest.digest()).hex()
    return tail if signed == tail["signature"] and count == tail["cases"] else None


def _compare(lines: list[list[Any]]) -> Iterator[Finding]:
    part = {int(n): (head, version, next_seq, held) for n, head, version, next_seq, held in lines}
    known = dict(Case.objects.filter(pk__in=part).values_list("pk", "version"))
    hashes = {
        (case, bytes(h).hex())
        for case, h in Event.objects.filter(case_id__in=part).values_list("case_id", "hash")
    }
    held_now = contents(list(part), {n: p[2] for n, p in part.items()})
    for number, (head, version, _next_seq, held) in part.items():
        if number not in known:
            yield Finding("case_removed", number)
        elif known[number] < version or (number, head) not in hashes:
            yield Finding("tail_cut", number)
        elif held_now[number] != held:
            yield Finding("contents_differ", number)
