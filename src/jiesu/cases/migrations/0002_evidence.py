"""Numbers come from one sequence; events and anchors only grow: a trigger and missing rights both say so."""

from django.db import migrations

APPLY = """
CREATE SEQUENCE cases_number AS bigint MINVALUE 1 MAXVALUE 9999999999 NO CYCLE;
CREATE FUNCTION cases_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER cases_event_append_only BEFORE UPDATE OR DELETE ON cases_event
    FOR EACH ROW EXECUTE FUNCTION cases_refuse_change();
CREATE TRIGGER cases_event_no_truncate BEFORE TRUNCATE ON cases_event
    FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse_change();
CREATE TRIGGER cases_anchor_append_only BEFORE UPDATE OR DELETE ON cases_anchor
    FOR EACH ROW EXECUTE FUNCTION cases_refuse_change();
CREATE TRIGGER cases_anchor_no_truncate BEFORE TRUNCATE ON cases_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse_change();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiesu_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON cases_event, cases_anchor FROM jiesu_app;
        REVOKE DELETE, TRUNCATE ON cases_case, cases_clock, cases_passage, cases_message FROM jiesu_app;
    END IF;
END
$$;
ALTER TABLE cases_case SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE cases_clock SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
"""

UNDO = """
DROP TRIGGER cases_anchor_no_truncate ON cases_anchor;
DROP TRIGGER cases_anchor_append_only ON cases_anchor;
DROP TRIGGER cases_event_no_truncate ON cases_event;
DROP TRIGGER cases_event_append_only ON cases_event;
DROP FUNCTION cases_refuse_change();
DROP SEQUENCE cases_number;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunSQL(APPLY, UNDO)]
