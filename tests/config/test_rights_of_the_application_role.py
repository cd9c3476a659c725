"""What must stand cannot be changed by the role that web and worker use."""

from __future__ import annotations

import psycopg
import pytest

from jiesu.config.private_database import PrivateServer

APPEND_ONLY = ("people_accesslog", "cases_event", "cases_anchor")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_no_right_to_change_what_must_stand(
    server: PrivateServer, template: str, table: str, right: str
) -> None:
    with server.connect(name=template) as superuser:
        row = superuser.execute("SELECT has_table_privilege('jiesu_app', %s, %s)", [table, right]).fetchone()
    assert row == (False,)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_trigger_is_the_second_lock(server: PrivateServer, own_database: str, table: str) -> None:
    # Even the owner, whom no right stops, is refused.
    with server.connect("jiesu_owner", name=own_database) as owner, pytest.raises(psycopg.Error):
        owner.execute(f"TRUNCATE {table} CASCADE")


def test_no_table_is_the_applications_own_and_none_can_be_truncated(
    server: PrivateServer, template: str
) -> None:
    with server.connect(name=template) as superuser:
        owners = superuser.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        open_tables = superuser.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND has_table_privilege('jiesu_app', oid, 'TRUNCATE')"
        ).fetchall()
        may_create = superuser.execute(
            "SELECT has_schema_privilege('jiesu_app', 'public', 'CREATE')"
        ).fetchone()
    assert owners == [("jiesu_owner",)]
    assert open_tables == []
    assert may_create == (False,)


def test_what_runs_with_the_owners_rights_looks_among_nobodys_temporary_tables(
    server: PrivateServer, template: str
) -> None:
    with server.connect(name=template) as superuser:
        found = superuser.execute(
            "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert found == [("cases_sort_words_in", ["search_path=pg_catalog, public, pg_temp"])]


def test_a_temporary_index_does_not_stand_in_for_the_one_of_words(
    server: PrivateServer, own_database: str
) -> None:
    with server.connect("jiesu_app", name=own_database) as application:
        # given a table of the caller's own, with an index of the same name that is of another kind
        application.execute("CREATE TEMP TABLE mine (words text)")
        application.execute("CREATE INDEX complaint_words ON mine (words)")
        # when words are sorted in, then into the real one: the other would be refused
        assert application.execute("SELECT cases_sort_words_in()").fetchone() == (0,)
