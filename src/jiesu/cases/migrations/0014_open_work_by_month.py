"""Queues of one month are found in the index of their level: the instant of registration lies in it too."""

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

LEVELS = {
    "assignee": "assignee",
    "office": "office",
    "organisation": "organisation",
    "centre": "registered_by",
    "county": "county",
    "city": "city",
    "province": "province",
}


def _anew(level: str, column: str) -> list[Operation]:
    name = f"case_open_{level}"
    index = models.Index(
        models.F(column),
        models.OrderBy(models.F("due_at"), nulls_last=True),
        models.F("id"),
        models.F("registered_at"),
        name=name,
        condition=models.Q(closed_at=None),
    )
    return [migrations.RemoveIndex("case", name), migrations.AddIndex("case", index)]


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_tables_that_grow")]

    operations = [step for level, column in LEVELS.items() for step in _anew(level, column)]
