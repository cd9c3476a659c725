from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_hot_spots"), ("cases", "0010_tally_marks")]

    operations = [
        migrations.CreateModel(
            name="Cell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "holder_id",
                        "province",
                        "city",
                        "county",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("holder_id", models.BigIntegerField()),
                ("province", models.CharField(max_length=6)),
                ("city", models.CharField(max_length=6)),
                ("county", models.CharField(max_length=6)),
                ("counts", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit", "grain", "since", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit", models.CharField(max_length=24)),
                (
                    "grain",
                    models.CharField(
                        choices=[("day", "Day"), ("month", "Month"), ("year", "Year")], max_length=5
                    ),
                ),
                ("since", models.DateField()),
                ("counts", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="TallyState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("today", models.DateField()),
                ("refreshed_at", models.DateTimeField()),
            ],
        ),
    ]
