"""Somebody else's PostgreSQL (``JIESU_DATABASE_URL``): check it, and make the application's role there if possible."""

from __future__ import annotations

import secrets
from dataclasses import replace

import psycopg
from psycopg import sql

from jiesu.config.database import APP, Login, Logins, from_url, logins_file, read_logins
from jiesu.config.postgres_install import DatabaseServerError
from jiesu.config.process import Process
from jiesu.config.roles import create_roles, grant

_OLDEST = 150000


def provision(process: Process) -> Logins:
    """Give both logins for the database of ``JIESU_DATABASE_URL``, with the application's rights granted.

    The address given is the owner's. The application's role is made by it, unless ``JIESU_APP_DATABASE_URL`` names
    a login that the administrator has made.

    :raises DatabaseServerError: it cannot be reached, is too old, or the role can neither be made nor used.
    """
    owner = from_url(process.database_url)
    try:
        connection = psycopg.connect(**owner.conninfo(), autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DatabaseServerError(
            f"连不上 JIESU_DATABASE_URL 指定的数据库：{error} / cannot reach the database of JIESU_DATABASE_URL"
        ) from error
    with connection:
        version = connection.info.server_version
        if version < _OLDEST:
            raise DatabaseServerError(
                f"PostgreSQL 版本太旧（{version // 10000}），需要 15 以上。 / PostgreSQL {version // 10000} is too old,"
                " 15 or later is needed."
            )
        app = (
            from_url(process.app_database_url)
            if process.app_database_url
            else _app_login(connection, owner, process)
        )
        grant(connection, app=app.user)
    return Logins(owner=owner, app=app)


def _app_login(connection: psycopg.Connection[tuple[object, ...]], owner: Login, process: Process) -> Login:
    kept = read_logins(logins_file(process.home))
    if (
        kept is not None
        and replace(kept.app, user=owner.user, password=owner.password) == owner
        and _works(kept.app)
    ):
        return kept.app
    password = secrets.token_urlsafe(32)
    try:
        create_roles(connection, passwords={APP: password})
        # The role is there from an earlier installation whose password is not known here.
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(APP), sql.Literal(password))
        )
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(owner.name), sql.Identifier(APP)
            )
        )
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseServerError(
            f"{owner.user} 不能建立角色 {APP}；请由管理员建立，并设 JIESU_APP_DATABASE_URL。"
            f" / {owner.user} may not make the role {APP}: let an administrator make it and set JIESU_APP_DATABASE_URL."
        ) from error
    return replace(owner, user=APP, password=password)


def _works(login: Login) -> bool:
    try:
        psycopg.connect(**login.conninfo(), connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True
