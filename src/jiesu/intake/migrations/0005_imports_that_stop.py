from django.db import migrations, models

STATES = [
    ("waiting", "等待导入"),
    ("running", "正在导入"),
    ("done", "已完成"),
    ("stopped", "已中断"),
    ("failed", "未能完成"),
]
CAUSES = [("database", "Database"), ("storage", "Storage"), ("memory", "Memory"), ("other", "Other")]


class Migration(migrations.Migration):
    """What an import says that met an error which nobody foresaw."""

    dependencies = [("intake", "0004_contacts_grow")]

    operations = [
        migrations.AlterField(
            "importrun", "status", models.CharField(choices=STATES, default="waiting", max_length=10)
        ),
        migrations.AddField(
            "importrun", "failures", models.PositiveSmallIntegerField(db_default=0, default=0)
        ),
        migrations.AddField("importrun", "stopped_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "importrun",
            "cause",
            models.CharField(blank=True, choices=CAUSES, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            "importrun", "reference", models.CharField(blank=True, db_default="", default="", max_length=12)
        ),
    ]
