"""The index by which a day's contacts are counted. Those of which no case came are marked once."""

from django.db import migrations, models

MARK = """
INSERT INTO cases_tallymark (id, day, holder_id)
SELECT gen_random_uuid(), day, holder FROM (
    SELECT DISTINCT (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day, registered_by_id AS holder
      FROM intake_contact WHERE outcome <> 'cases') found
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_imports"), ("cases", "0010_tally_marks")]

    operations = [
        migrations.AddIndex("contact", models.Index(fields=("received_at",), name="contact_received")),
        migrations.RunSQL(MARK, migrations.RunSQL.noop, elidable=True),
    ]
