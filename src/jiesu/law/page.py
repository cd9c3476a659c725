"""Documents that are generated from data: written on demand, and compared with what lies in the tree."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


def command(arguments: list[str], *, module: str, render: Callable[[], str]) -> int:
    """``--write PATH`` writes a page, ``--check PATH`` tells whether it is current.

    Args:
        arguments: of the command line.
        module: what is named in the message that says what to run.
        render: the page's text.

    Returns:
        the exit code: 0 done or current, 1 not current, 2 other arguments.
    """
    if len(arguments) != 2 or arguments[0] not in ("--write", "--check"):
        sys.stderr.write(f"python -m {module} --write|--check PATH\n")
        return 2
    path, text = Path(arguments[1]), render()
    if arguments[0] == "--write":
        path.write_text(text, encoding="utf-8")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{path} is not current: run python -m {module} --write {path}\n")
    return 1
