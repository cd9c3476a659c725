from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_unrouted_in_order")]

    operations = [
        migrations.AddField(model_name="clock", name="due_at", field=models.DateTimeField(null=True)),
    ]
