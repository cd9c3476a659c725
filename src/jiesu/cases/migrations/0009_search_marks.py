"""Marks beside the words of cases that are there already: what they are, who holds them, since when, whether open.

In parts that each commit, so that nobody waits for it; running it again changes nothing.
"""

from django.db import migrations

PART = 10_000
MARK = """
UPDATE {table} w SET words = w.words || array_to_tsvector(array_remove(ARRAY[
    '@m' || to_char(c.registered_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM'),
    '@y' || to_char(c.registered_at AT TIME ZONE 'Asia/Shanghai', 'YYYY'),
    '@k' || c.kind, '@r' || c.registered_by_id, '@o' || c.organisation_id, '@f' || c.office_id,
    '@d' || nullif(c.county, ''), '@c' || nullif(c.city, ''),
    CASE WHEN c.closed_at IS NULL THEN '@open' END], NULL))
FROM cases_case c WHERE c.id = w.case_id AND w.case_id > %s AND w.case_id <= %s
"""


def mark(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in ("cases_complaintwords", "cases_reportwords"):
            last = 0
            while True:
                cursor.execute(
                    f"SELECT max(case_id) FROM (SELECT case_id FROM {table} WHERE case_id > %s"
                    f" ORDER BY case_id LIMIT {PART}) part",
                    [last],
                )
                end = cursor.fetchone()[0]
                if end is None:
                    break
                cursor.execute(MARK.format(table=table), [last, end])
                last = end


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0008_clocks_of_hours")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
