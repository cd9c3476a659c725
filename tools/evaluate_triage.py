"""Measures the suggestion of kinds and departments on messages that are not part of the project.

    .venv/bin/python tools/evaluate_triage.py DATA_FOLDER [--errors]

DATA_FOLDER holds hunan-messages.csv and department-labels.csv. The labels are tests/triage/labels.csv: number of the
message, stratum of the sample, kind as judged by reading. Prints what docs/triage.md quotes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import Counter
from pathlib import Path

from jiesu.triage import kind

LABELS = Path(__file__).parents[1] / "tests" / "triage" / "labels.csv"
KINDS = ("complaint", "report", "consultation", "other")
#: Strata of the labels. S: all messages of the measured half with words of market regulation (229). A: 50 of the 834
#: with words of trade. N: 30 of the 1,099 with neither. P: all others of that half that were suggested as market
#: regulation when the labels were made.
#: The labels of department-labels.csv and the matters that fit them.
DEPARTMENTS = {
    "城乡建设": {"housing", "planning", "urban", "roads", "utilities", "fire"},
    "环境保护": {"environment", "urban"},
    "交通运输": {"roads"},
    "教育文体": {"education"},
    "劳动和社会保障": {"labour"},
    "卫生计生": {"health"},
}


def half(identifier: str) -> str:
    """Which half a message is in; word lists were set on the one and are measured on the other."""
    return "measured" if int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % 2 else "set"


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def kinds(folder: Path, *, errors: bool) -> None:
    messages = {r["message_id"]: r for r in rows(folder / "hunan-messages.csv")}
    sampled: Counter[tuple[str, str]] = Counter()
    bands: Counter[tuple[str, bool]] = Counter()
    missed: Counter[str] = Counter()
    for label in rows(LABELS):
        message = messages[label["message_id"]]
        found = kind.suggest(f"{message['title'].strip()}\n{message['text'].strip()}")
        pair = (label["kind"], found.value)
        if label["stratum"] != "P":
            sampled[pair] += 1
        if found.value != "other":
            band = "60-100" if found.confidence >= 60 else "50-59" if found.confidence >= 50 else "below 50"
            bands[(band, pair[0] == pair[1])] += 1
            bands[("all", pair[0] == pair[1])] += 1
            bands[(found.value, pair[0] == pair[1])] += 1
        elif pair[0] != "other":
            missed[f"{label['stratum']} {pair[0]}"] += 1
        if errors and (pair[0] != pair[1] or found.mixed):
            mark = "mixed" if found.mixed else ""
            print(f"{label['message_id']} {pair} {found.confidence} {mark} {message['title'].strip()}")
            print("    ", found.reasons[:4], found.matter)
    total = sum(sampled.values())
    right = sum(n for (a, b), n in sampled.items() if a == b)
    print(f"sample: {total} messages, kind right {_share(right, total)}")
    for each in KINDS:
        said = sum(n for (_, b), n in sampled.items() if b == each)
        true = sum(n for (a, _), n in sampled.items() if a == each)
        print(
            f"  {each:<13} precision {_share(sampled[(each, each)], said)}  recall {_share(sampled[(each, each)], true)}"
        )
    print("every message of the measured half suggested as market regulation, kind right:")
    for band in ("all", "complaint", "report", "consultation", "60-100", "50-59", "below 50"):
        print(f"  {band:<13} {_share(bands[(band, True)], bands[(band, True)] + bands[(band, False)])}")
    print(f"market regulation taken for other: {dict(missed)}")


def departments(folder: Path) -> None:
    for which in ("set", "measured"):
        table: Counter[tuple[str, bool]] = Counter()
        for row in rows(folder / "department-labels.csv"):
            if row["department"] not in DEPARTMENTS or half(row["message_id"]) != which:
                continue
            found = kind.suggest(f"{row['title'].strip()}\n{row['text'].strip()}")
            table[(row["department"], found.matter in DEPARTMENTS[row["department"]])] += 1
        print(f"department, {which} half:")
        for name in DEPARTMENTS:
            print(f"  {name}: {_share(table[(name, True)], table[(name, True)] + table[(name, False)])}")


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.2f} ({part:.0f}/{whole:.0f})" if whole else "-"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", action="store_true")
    given = parser.parse_args()
    kinds(given.folder, errors=given.errors)
    departments(given.folder)
