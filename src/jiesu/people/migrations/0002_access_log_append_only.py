"""The access log is append-only: a trigger refuses changes, and the application role has no right to them."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION people_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER people_accesslog_append_only BEFORE UPDATE OR DELETE ON people_accesslog
    FOR EACH ROW EXECUTE FUNCTION people_refuse_change();
CREATE TRIGGER people_accesslog_no_truncate BEFORE TRUNCATE ON people_accesslog
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_change();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiesu_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON people_accesslog FROM jiesu_app;
    END IF;
END
$$;
"""

ALLOW = """
DROP TRIGGER people_accesslog_no_truncate ON people_accesslog;
DROP TRIGGER people_accesslog_append_only ON people_accesslog;
DROP FUNCTION people_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
