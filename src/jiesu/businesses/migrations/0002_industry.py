from django.db import migrations, models


class Migration(migrations.Migration):
    """The section of the national classification of industries, where somebody has entered it."""

    dependencies = [("businesses", "0001_initial")]

    operations = [
        migrations.AddField(
            "business",
            "industry",
            models.CharField("行业门类", max_length=1, blank=True, default="", db_default=""),
        ),
    ]
