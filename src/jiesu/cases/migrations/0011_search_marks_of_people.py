"""The mark of whoever handles a case, and shorter waiting lists of new words.

Cases that are there already are marked in parts that each commit; running it again changes nothing.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

PART = 10_000
MARK = """
UPDATE {table} w SET words = w.words || array_to_tsvector(ARRAY['@a' || c.assignee_id])
FROM cases_case c WHERE c.id = w.case_id AND w.case_id > %s AND w.case_id <= %s AND c.assignee_id IS NOT NULL
    AND NOT w.words @@ ('''@a' || c.assignee_id || '''')::tsquery
"""
INDEXES = (("complaintwords", "complaint_words"), ("reportwords", "report_words"))


def mark(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model, _index in INDEXES:
            table, last = f"cases_{model}", 0
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


def shorter(model, index):
    """The setting alone: making the index anew would take minutes."""
    made = GinIndex(fields=["words"], name=index, gin_pending_list_limit=512)
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.RemoveIndex(model, index), migrations.AddIndex(model, made)],
        database_operations=[
            migrations.RunSQL(
                f"ALTER INDEX {index} SET (gin_pending_list_limit = 512)", migrations.RunSQL.noop
            )
        ],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0010_tally_marks")]

    operations = [
        *(shorter(model, index) for model, index in INDEXES),
        migrations.RunPython(mark, migrations.RunPython.noop, elidable=True),
    ]
