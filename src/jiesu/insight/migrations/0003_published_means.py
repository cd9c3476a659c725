from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0002_tallies")]

    operations = [
        migrations.CreateModel(
            name="PublishedMean",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("figure", models.CharField(max_length=60)),
                ("period", models.CharField(max_length=24)),
                ("label", models.CharField(max_length=40, verbose_name="范围")),
                ("value", models.DecimalField(decimal_places=4, max_digits=16, verbose_name="数值")),
                ("source", models.CharField(max_length=200, verbose_name="出处")),
                ("entered_by_id", models.BigIntegerField(null=True)),
                ("entered_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("figure", "period", "label"), name="published_mean_once")
                ]
            },
        ),
    ]
