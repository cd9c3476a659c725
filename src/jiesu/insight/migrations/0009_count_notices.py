from django.db import migrations

# Supervision notices and consumer warnings are counted from now on: the sweep counts the days of those that are there.
MARK = """
INSERT INTO cases_tallymark (id, day, holder_id)
SELECT gen_random_uuid(), day, holder_id FROM (
    SELECT (at AT TIME ZONE 'Asia/Shanghai')::date AS day, organisation_id AS holder_id
      FROM insight_supervisionnotice
     UNION
    SELECT (decided_at AT TIME ZONE 'Asia/Shanghai')::date, organisation_id
      FROM insight_consumerwarning WHERE state IN ('published', 'withdrawn')) counted
"""


class Migration(migrations.Migration):
    dependencies = [("insight", "0008_notices_followed_up"), ("cases", "0010_tally_marks")]

    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
