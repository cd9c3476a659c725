from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_newest_first")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="sent_parts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
