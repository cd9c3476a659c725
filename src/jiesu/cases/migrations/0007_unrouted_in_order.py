from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_sent_parts")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("county"),
                models.OrderBy(models.F("due_at"), nulls_last=True),
                models.F("id"),
                name="case_open_unrouted",
                condition=models.Q(closed_at=None, organisation=None),
            ),
        ),
    ]
