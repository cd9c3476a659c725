from django.db import migrations

# Withdrawals before acceptance, industries and platforms are counted from now on: the sweep counts each day anew.
MARK = """
INSERT INTO cases_tallymark (id, day, holder_id)
SELECT gen_random_uuid(), day, holder_id FROM (SELECT DISTINCT day, holder_id FROM insight_cell) counted
"""


class Migration(migrations.Migration):
    dependencies = [("insight", "0003_published_means"), ("businesses", "0002_industry")]

    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
