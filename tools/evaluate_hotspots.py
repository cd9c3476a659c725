"""How well and how fast contacts are grouped: `python tools/evaluate_hotspots.py FOLDER [--groups | --scale N]`.

FOLDER holds ``hunan-messages.csv`` (4,326 real messages; they are not part of the project). Without options: the figures
of the labelled topic. ``--groups`` prints every group of three people and more, for reading. ``--scale N`` recombines
the sentences of the messages to N texts over a year and measures time and memory of reading features and grouping.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from jiesu.insight.hotspots.features import Reader, Traits, Vocabulary
from jiesu.insight.hotspots.grouping import Group, Grouping, Item
from jiesu.insight.hotspots.labels import words

WINDOW = 60
SENTENCE = re.compile(r"[^。！？!?\n；;]+[。！？!?\n；;]?")


@dataclass(frozen=True)
class Message:
    author: str
    title: str
    text: str
    day: int
    topic: str


def messages(folder: Path) -> list[Message]:
    found = []
    with (folder / "hunan-messages.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            when = row["sent_at"].replace("/", "-").split()
            year, month, day = map(int, when[0].split("-"))
            clock = tuple(map(int, when[1].split(":"))) if len(when) > 1 else (0, 0, 0)
            at = datetime(year, month, day, *clock)  # noqa: DTZ001 - as the file has it
            message = Message(row["author"], row["title"].strip(), row["text"], at.toordinal(), row["topic"])
            found.append((at, int(row["message_id"]), message))
    return [message for _at, _number, message in sorted(found, key=lambda entry: entry[:2])]


def grouped(rows: list[Message]) -> tuple[Reader, Vocabulary, list[Group]]:
    """As an installation would: each day's contacts are placed with the vocabulary of the days before."""
    reader = Reader(b"evaluation")
    vocabulary = reader.vocabulary()
    grouping = Grouping(vocabulary, window=WINDOW)
    today, waiting = 0, []
    for number, row in enumerate(rows):
        everything = reader.everything(Traits(title=row.title, text=row.text))
        if row.day != today:
            for features in waiting:
                vocabulary.add(features)
            today, waiting = row.day, []
        waiting.append(everything)
        grouping.place(Item(number, row.day, reader.chosen(everything, vocabulary)))
    return reader, vocabulary, list(grouping.groups.values())


def people(group: Group, rows: list[Message]) -> int:
    return len({rows[m.case].author for m in group.members})


def topic(rows: list[Message]) -> None:
    _reader, _vocabulary, groups = grouped(rows)
    labelled = {n for n, row in enumerate(rows) if row.topic}
    best = max(groups, key=lambda g: sum(m.case in labelled for m in g.members))
    inside = {m.case for m in best.members}
    named = {n for n, row in enumerate(rows) if "伊景园" in row.title + row.text}
    print(f"labelled {len(labelled)}, found together {len(inside & labelled)}, group {len(inside)}")
    print(f"of the group, naming the same estate {len(inside & named)}; naming it in all {len(named)}")
    print(f"groups {len(groups)}, of three people and more {sum(people(g, rows) >= 3 for g in groups)}")


def listed(rows: list[Message]) -> None:
    reader, vocabulary, groups = grouped(rows)
    for group in sorted(groups, key=lambda g: (-g.size, g.first)):
        if people(group, rows) < 3:
            continue
        one_each = {rows[m.case].author: rows[m.case] for m in group.members}
        label = words(
            [(r.title, r.text) for r in one_each.values()],
            names=(),
            weight=lambda piece: vocabulary.weight(reader.hashed(piece)),
            least=3,
        )
        first, last = date.fromordinal(group.first), date.fromordinal(group.last)
        print(f"\n{group.size} contacts, {people(group, rows)} people, {first} to {last}: {label}")
        for member in sorted(group.members, key=lambda m: m.case):
            print("   ", rows[member.case].title[:60])


def recombined(rows: list[Message], number: int) -> Iterator[Message]:
    """Texts of two to six sentences of two messages each; one in eight belongs to a burst of one message's sentences."""
    chance = random.Random(591_006)
    told = [(row, SENTENCE.findall(row.text) or [row.title]) for row in rows]
    first = date(2020, 1, 1).toordinal()
    bursts: list[tuple[Message, list[str], int]] = []
    for n in range(number):
        day = first + n * 365 // number
        if chance.random() < 0.004:
            row, sentences = chance.choice(told)
            bursts.append((row, sentences, day + chance.randint(3, 40)))
        bursts = [b for b in bursts if b[2] >= day][-60:]
        if bursts and chance.random() < 0.125:
            row, sentences, _until = chance.choice(bursts)
            text = chance.sample(sentences, min(len(sentences), chance.randint(2, 6)))
            yield Message(f"p{n}", row.title, "".join(text), day, "")
            continue
        (one, a), (_other, b) = chance.choice(told), chance.choice(told)
        text = chance.sample(a, min(len(a), chance.randint(1, 3))) + chance.sample(
            b, min(len(b), chance.randint(1, 3))
        )
        yield Message(f"p{n}", one.title[: chance.randint(6, 20)], "".join(text), day, "")


def scale(rows: list[Message], number: int) -> None:
    reader = Reader(b"evaluation")
    vocabulary = reader.vocabulary()
    step = max(1, number // 20_000)
    begun = time.perf_counter()
    for n, row in enumerate(recombined(rows, number)):
        if n % step == 0:
            vocabulary.add(reader.everything(Traits(title=row.title, text=row.text)))
    print(f"vocabulary {time.perf_counter() - begun:.0f} s (with making the texts)", flush=True)
    grouping = Grouping(vocabulary, window=WINDOW)
    reading = placing = 0.0
    finished: list[Group] = []
    for n, row in enumerate(recombined(rows, number)):
        start = time.perf_counter()
        features = reader.chosen(reader.everything(Traits(title=row.title, text=row.text)), vocabulary)
        middle = time.perf_counter()
        grouping.place(Item(n, row.day, features))
        reading, placing = reading + middle - start, placing + time.perf_counter() - middle
        if n % 5000 == 0:
            finished += grouping.forget_before(row.day - WINDOW)
        if n % 50_000 == 0:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{n} read {reading:.0f} s, placed {placing:.0f} s, {memory} MB, "
                  f"{len(grouping.singles)} waiting, {len(grouping.groups)} groups", flush=True)  # fmt: skip
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{number} texts: features {reading:.0f} s, grouping {placing:.0f} s, peak memory {memory} MB")
    print(f"groups {len(finished) + len(grouping.groups)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--groups", action="store_true")
    parser.add_argument("--scale", type=int)
    asked = parser.parse_args()
    rows = messages(asked.folder)
    if asked.scale:
        scale(rows, asked.scale)
    elif asked.groups:
        listed(rows)
    else:
        topic(rows)


if __name__ == "__main__":
    main()
