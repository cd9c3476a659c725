import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Where a bureau counts a case by its own decision."""

    dependencies = [("insight", "0004_count_industries"), ("places", "0002_reference")]

    operations = [
        migrations.CreateModel(
            name="Placement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_id", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.organisation",
                    ),
                ),
                (
                    "spot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insight.spot",
                    ),
                ),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(fields=("organisation", "case_id"), name="hot_placement_once"),
                )
            },
        ),
        migrations.AlterField(
            "decision",
            "deed",
            models.CharField(
                choices=[
                    ("rename", "改名"),
                    ("merge", "合并"),
                    ("part", "取消合并"),
                    ("dismiss", "忽略"),
                    ("reopen", "恢复关注"),
                    ("warn", "起草消费警示"),
                    ("supervise", "督办"),
                    ("take_out", "移出办件"),
                    ("split", "拆分"),
                    ("put_back", "放回办件"),
                ],
                max_length=10,
            ),
        ),
    ]
