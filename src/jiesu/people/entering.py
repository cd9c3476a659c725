"""Whoever enters, read with all that every request needs: roles of the day, covers, calendar in use, ground; and the
home with its bureau, which stands in memory with the ground.

One prepared statement: composing and planning it takes longer than running it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import models

from jiesu import statements
from jiesu.making import stored
from jiesu.people import ground
from jiesu.people.actors import SHANGHAI
from jiesu.people.calendar import LATEST, Imports
from jiesu.people.models import Staff

#: The account by the name it has in the statement.
_TABLES: tuple[tuple[str, type[models.Model]], ...] = (("s", Staff),)
_HELD = """
(SELECT array_agg(absent_id) AS ids FROM people_leavecover
    WHERE deputy_id = {staff} AND since <= %(day)s AND until >= %(day)s) c
CROSS JOIN LATERAL (SELECT array_agg(DISTINCT role) AS names FROM people_roleassignment
    WHERE (staff_id = {staff} OR staff_id = ANY(c.ids))
        AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)) r
"""
_ACCOUNT = f"""
people_staff s CROSS JOIN LATERAL {_HELD.format(staff="s.id")}
CROSS JOIN places_reference v
LEFT JOIN ({LATEST}) y ON TRUE
"""


@dataclass(frozen=True, slots=True)
class Held:
    """Roles that somebody holds on one day, those of everyone whose leave is covered included, and who that is."""

    day: date
    roles: frozenset[str]
    covers: frozenset[int]


def held_by(staff: Staff, day: date) -> Held:
    """What an account holds on a day: as it was read with the account, else in one query."""
    known: Held | None = getattr(staff, "held", None)
    if known is not None and known.day == day:
        return known
    ((roles, covers),) = statements.fetch(
        f"SELECT r.names, c.ids FROM {_HELD.format(staff='%(staff)s')}",  # noqa: S608 - our own text
        {"staff": staff.pk, "day": day},
    )
    return Held(day, frozenset(roles or ()), frozenset(covers or ()))


def by_id(pk: int, *, at: datetime) -> Staff | None:
    """The account of that id."""
    found = _read((), "", "s.id = %(pk)s", {"pk": pk}, at)
    return found[0] if found else None


def with_row(
    model: type[models.Model], *, owner: str, where: str, values: Mapping[str, Any], at: datetime
) -> tuple[Staff, Any] | None:
    """An account with one row of another table that belongs to it.

    Args:
        model: the other table, ``t`` in the statement.
        owner: its column that names the account.
        where: which row; there is one at most.
    """
    table = model._meta.db_table
    # Whose it is comes first, as a value: joined the other way round, the roles of everybody may be looked up for it.
    whose = f"s.id = (SELECT t.{owner} FROM {table} t WHERE {where})"  # noqa: S608 - our own text
    found: tuple[Staff, Any] | None = _read(
        (("t", model),), f"JOIN {table} t ON t.{owner} = s.id", f"{whose} AND {where}", values, at
    )
    return found


def _read(
    more: tuple[tuple[str, type[models.Model]], ...],
    join: str,
    where: str,
    values: Mapping[str, Any],
    at: datetime,
) -> Any:
    day = at.astimezone(SHANGHAI).date()
    found = statements.fetch(_statement(more, join, where), {**values, "day": day})
    if not found:
        return None
    roles, covers, version, imported_at, reference, *columns = found[0]
    staff, *others = _made((*_TABLES, *more), columns)
    staff.imports, staff.reference = Imports(version, imported_at), reference
    staff.held = Held(day, frozenset(roles or ()), frozenset(covers or ()))
    # Where reading it would put it; setting it would compare keys that are the same.
    staff._state.fields_cache["organisation"] = ground.at_version(reference).organisation(
        staff.organisation_id
    )
    return staff, *others


@cache
def _statement(more: tuple[tuple[str, type[models.Model]], ...], join: str, where: str) -> str:
    columns = [
        f'{name}."{f.column}"' for name, model in (*_TABLES, *more) for f in model._meta.concrete_fields
    ]
    return f"SELECT r.names, c.ids, y.version, y.at, v.version, {', '.join(columns)} FROM {_ACCOUNT} {join} WHERE {where}"  # noqa: S608


def _made(tables: Sequence[tuple[str, type[models.Model]]], row: Sequence[Any]) -> list[Any]:
    """The rows of each table as objects; None where an outer join found none."""
    found: list[Any] = []
    start = 0
    for _name, model in tables:
        names = _names(model)
        values = row[start : start + len(names)]
        start += len(names)
        found.append(stored(model, names, values) if values[0] is not None else None)
    return found


@cache
def _names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(f.attname for f in model._meta.concrete_fields)
