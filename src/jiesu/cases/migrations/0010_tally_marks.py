"""Marks of what is to be counted anew, and the index by which a day is counted. What is there already is marked once."""

from uuid import uuid4

from django.db import migrations, models

# Emptied all day long: what is left behind is to be cleared at once.
OFTEN = "ALTER TABLE cases_tallymark SET (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)"
MARK = """
INSERT INTO cases_tallymark (id, day, holder_id)
SELECT gen_random_uuid(), day, holder FROM (
    SELECT DISTINCT (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           coalesce(organisation_id, registered_by_id) AS holder
      FROM cases_case) found
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_search_marks")]

    operations = [
        migrations.CreateModel(
            name="TallyMark",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("holder_id", models.BigIntegerField()),
            ],
        ),
        migrations.AddIndex("case", models.Index(fields=["received_at"], name="case_received")),
        migrations.RunSQL(OFTEN, migrations.RunSQL.noop),
        migrations.RunSQL(MARK, migrations.RunSQL.noop, elidable=True),
    ]
