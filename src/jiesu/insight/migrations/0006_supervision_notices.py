import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was asked stays as it was asked; an answer is given once.
REFUSE = """
CREATE TRIGGER insight_notice_append_only BEFORE UPDATE OR DELETE ON insight_supervisionnotice
    FOR EACH ROW EXECUTE FUNCTION people_refuse_change();
CREATE TRIGGER insight_address_kept BEFORE DELETE ON insight_noticeaddress
    FOR EACH ROW EXECUTE FUNCTION people_refuse_change();
CREATE TRIGGER insight_answer_once BEFORE UPDATE ON insight_noticeaddress
    FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL) EXECUTE FUNCTION people_refuse_change();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiesu_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON insight_supervisionnotice FROM jiesu_app;
        REVOKE DELETE, TRUNCATE ON insight_noticeaddress FROM jiesu_app;
    END IF;
END
$$;
"""
ALLOW = """
DROP TRIGGER insight_answer_once ON insight_noticeaddress;
DROP TRIGGER insight_address_kept ON insight_noticeaddress;
DROP TRIGGER insight_notice_append_only ON insight_supervisionnotice;
"""


def key() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def to(model: str, related_name: str = "+", **more: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model, **more)


class Migration(migrations.Migration):
    """What a bureau asks of those below about a hot spot, and what they answer."""

    dependencies = [
        ("insight", "0005_hot_spots_by_hand"),
        ("people", "0003_reference"),
        ("places", "0002_reference"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SupervisionNotice",
            fields=[
                ("id", key()),
                ("at", models.DateTimeField()),
                ("title", models.CharField(max_length=120)),
                ("note", models.CharField(max_length=500)),
                ("answer_by", models.DateField()),
                ("key", models.CharField(max_length=64)),
                ("organisation", to("places.organisation", db_index=False)),
                ("spot", to("insight.spot", "notices")),
                ("staff", to(settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="NoticeAddress",
            fields=[
                ("id", key()),
                ("cases", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("answer", models.CharField(blank=True, default="", max_length=1000)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", to(settings.AUTH_USER_MODEL, null=True)),
                ("organisation", to("places.organisation", db_index=False)),
                ("notice", to("insight.supervisionnotice", "addresses", db_index=False)),
            ],
        ),
        migrations.AddIndex(
            "supervisionnotice", models.Index(fields=["organisation", "-at"], name="hot_notice_organisation")
        ),
        migrations.AddConstraint(
            "supervisionnotice", models.UniqueConstraint(fields=("organisation", "key"), name="hot_notice_once")
        ),
        migrations.AddIndex(
            "noticeaddress", models.Index(fields=["organisation", "-notice"], name="hot_address_organisation")
        ),
        migrations.AddIndex(
            "noticeaddress",
            models.Index(
                condition=models.Q(("answered_at", None)), fields=["organisation"], name="hot_address_open"
            ),
        ),
        migrations.AddConstraint(
            "noticeaddress", models.UniqueConstraint(fields=("notice", "organisation"), name="hot_address_once")
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
