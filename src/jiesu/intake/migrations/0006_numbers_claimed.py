from django.db import migrations, models

#: Rows come and go within an hour.
TENDED = """
ALTER TABLE intake_numberclaim SET (autovacuum_vacuum_scale_factor = 0.05, fillfactor = 80)
"""


class Migration(migrations.Migration):
    """Numbers on other platforms are claimed by whoever writes them."""

    dependencies = [("intake", "0005_imports_that_stop")]

    operations = [
        migrations.CreateModel(
            name="NumberClaim",
            fields=[
                ("key", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(TENDED, migrations.RunSQL.noop),
    ]
