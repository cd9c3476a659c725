"""How the table of contacts is kept while it grows, and two indexes less: contacts are counted by the day of receipt."""

from django.db import migrations

APPLY = """
ALTER TABLE intake_contact SET (
    autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02
)
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_contacts_of_a_day")]

    operations = [
        migrations.RunSQL(APPLY, migrations.RunSQL.noop),
        migrations.RemoveIndex("contact", "contact_centre_registered"),
        migrations.RemoveIndex("contact", "contact_registered"),
    ]
