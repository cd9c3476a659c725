"""Settings and calendar count towards the version of what is read into memory."""

from django.db import migrations

APPLY = """
CREATE TRIGGER people_setting_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON people_setting
    FOR EACH STATEMENT EXECUTE FUNCTION places_reference_changed();
CREATE TRIGGER people_calendaryear_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON people_calendaryear
    FOR EACH STATEMENT EXECUTE FUNCTION places_reference_changed();
"""

UNDO = """
DROP TRIGGER people_calendaryear_changed ON people_calendaryear;
DROP TRIGGER people_setting_changed ON people_setting;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_access_log_append_only"), ("places", "0002_reference")]

    operations = [migrations.RunSQL(APPLY, UNDO)]
