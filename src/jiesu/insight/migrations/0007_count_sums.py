from django.db import migrations

# How many complaints stand behind a sum is counted from now on: the sweep counts each day anew.
MARK = """
INSERT INTO cases_tallymark (id, day, holder_id)
SELECT gen_random_uuid(), day, holder_id FROM (SELECT DISTINCT day, holder_id FROM insight_cell) counted
"""


class Migration(migrations.Migration):
    dependencies = [("insight", "0006_supervision_notices")]

    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
