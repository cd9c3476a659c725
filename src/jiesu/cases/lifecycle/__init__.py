"""Life cycles: one declarative table per kind says what may happen to a case."""

from __future__ import annotations

from jiesu.cases.lifecycle import complaint, consultation, report
from jiesu.cases.lifecycle.table import Table

TABLES: dict[str, Table] = {
    t.kind: t
    for t in (complaint.TABLE, report.TABLE, report.LEAD, consultation.CONSULTATION, consultation.OTHER)
}


def table(kind: str) -> Table:
    """The life cycle of a kind. KeyError for an unknown kind."""
    return TABLES[kind]
