"""Cases whose words are entered in the index after the import that wrote them."""

from django.db import migrations, models

# Filled and emptied by hundreds of thousands: what is left behind is to be cleared at once.
OFTEN = "ALTER TABLE cases_wordsowed SET (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_scale_factor = 0)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_search_marks_of_people")]

    operations = [
        migrations.CreateModel(
            name="WordsOwed",
            fields=[("case_id", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.RunSQL(OFTEN, migrations.RunSQL.noop),
    ]
