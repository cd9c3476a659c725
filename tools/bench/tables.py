"""What the tables and indexes of a database take, how updates went, and which indexes nobody has asked."""

from __future__ import annotations

from typing import NamedTuple

from jiesu.config.private_database import PrivateServer


class Table(NamedTuple):
    """One table: rows, bytes of rows, of values kept apart (TOAST) and of indexes, updates and those within a page."""

    name: str
    rows: int
    heap: int
    apart: int
    indexes: int
    updates: int
    hot: int


_SIZES = """
SELECT c.relname, greatest(c.reltuples, 0)::bigint, pg_relation_size(c.oid),
       pg_table_size(c.oid) - pg_relation_size(c.oid), pg_indexes_size(c.oid),
       coalesce(s.n_tup_upd, 0), coalesce(s.n_tup_hot_upd, 0)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
 WHERE c.relkind = 'r' AND n.nspname = 'public' AND pg_total_relation_size(c.oid) > 1000000
 ORDER BY pg_total_relation_size(c.oid) DESC
"""
_UNUSED = """
SELECT s.indexrelname, pg_relation_size(s.indexrelid)
  FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
 WHERE s.idx_scan = 0 AND NOT i.indisunique AND pg_relation_size(s.indexrelid) > 1000000
 ORDER BY 2 DESC
"""


def sizes(private: PrivateServer, name: str) -> list[Table]:
    """Tables of more than a megabyte, the largest first."""
    with private.connect(name=name) as superuser:
        superuser.execute("SELECT pg_stat_force_next_flush()")
        return [Table(str(row[0]), *map(int, map(str, row[1:]))) for row in superuser.execute(_SIZES)]


def unused(private: PrivateServer, name: str) -> list[tuple[str, int]]:
    """Indexes of more than a megabyte that no statement has walked since the database was made, with their bytes."""
    with private.connect(name=name) as superuser:
        return [(str(row[0]), int(str(row[1]))) for row in superuser.execute(_UNUSED)]
