"""Helpers and whoever gives them batches never wait for each other, however much each has to say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

#: Far more than a pipe holds.
MUCH = 2_000_000
GIVER = """
import django
django.setup()
from jiesu.intake.helping import Helpers
with Helpers(2, {"do": "tests.faults.test_helpers_and_their_pipes.much"}) as helpers:
    print(sum(len(answer) for answer in helpers.work([("x" * %d,)] * 12)))
"""


def much() -> Callable[[str], str]:
    """An errand whose answers are as long as its batches."""
    return lambda batch: batch[::-1]


@pytest.mark.slow
def test_long_batches_and_long_answers_pass_each_other() -> None:
    # given batches with long letters, and answers that refuse each of their rows
    command = [sys.executable, "-c", GIVER % MUCH]
    # when two helpers work on them
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    # then all of them come back
    assert done.stdout.strip() == str(12 * MUCH), done.stderr
