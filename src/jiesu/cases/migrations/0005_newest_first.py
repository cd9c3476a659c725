from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_failed_notices")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["assignee", "-registered_at"], name="case_assignee_registered"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["office", "-registered_at"], name="case_office_registered"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["county", "-registered_at"], name="case_county_registered"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["province", "-registered_at"], name="case_province_registered"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["county", "-registered_at"],
                name="case_receiving",
                condition=models.Q(organisation=None),
            ),
        ),
    ]
