from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0003_retention_run"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="failed",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="未能送达的告知"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=Q(("closed_at", None), ("failed__gt", 0)),
                fields=["due_at", "id"],
                name="case_failed_notice",
            ),
        ),
    ]
