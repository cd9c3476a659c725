"""New words wait in a list that the worker sorts into the index, so that nobody who registers a contact waits for it.

Only an index's owner may sort in; the application asks through a function of the owner's that does this and no more.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

INDEXES = (("complaintwords", "complaint_words"), ("reportwords", "report_words"))
FUNCTION = """
CREATE FUNCTION cases_sort_words_in() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS
$$ SELECT gin_clean_pending_list('complaint_words') + gin_clean_pending_list('report_words') $$
"""


def longer(model, index):
    """The setting alone: making the index anew would take minutes."""
    made = GinIndex(fields=["words"], name=index, gin_pending_list_limit=4096)
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.RemoveIndex(model, index), migrations.AddIndex(model, made)],
        database_operations=[
            migrations.RunSQL(
                f"ALTER INDEX {index} SET (gin_pending_list_limit = 4096)", migrations.RunSQL.noop
            )
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_open_work_by_month")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION cases_sort_words_in()"),
        *(longer(model, index) for model, index in INDEXES),
    ]
