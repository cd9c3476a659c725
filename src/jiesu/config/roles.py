"""The two database roles: who owns the tables and who only works with their rows."""

from __future__ import annotations

import psycopg
from psycopg import sql

from jiesu.config.database import APP, OWNER


def create_roles(connection: psycopg.Connection[tuple[object, ...]], *, passwords: dict[str, str]) -> None:
    """Make the roles that do not exist yet."""
    for role, password in passwords.items():
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )


def create_database(
    connection: psycopg.Connection[tuple[object, ...]], name: str, *, template: str = ""
) -> None:
    """Make a database of the owner's, empty or copied from a template, unless it exists.

    Copying files is more than twice as fast for a template with data in it (tests), and slower for an empty one.
    Nobody but the two roles may connect to it.
    """
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None:
        return
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(name),
            sql.Identifier(OWNER),
            sql.Identifier(template or "template0"),
            sql.SQL("FILE_COPY" if template else "WAL_LOG"),
        )
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    connection.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(name), sql.Identifier(APP)
        )
    )


def grant(owner: psycopg.Connection[tuple[object, ...]], *, app: str = APP) -> None:
    """Let the application use what the owner will create: read and write rows, nothing else.

    Run by the owner inside its database before the first migration, and again at each start. Tables that must stand
    take rights away in their own migration, so nothing is ever granted on tables that exist.
    """
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
    ):
        owner.execute(sql.SQL(statement).format(sql.Identifier(app)))
