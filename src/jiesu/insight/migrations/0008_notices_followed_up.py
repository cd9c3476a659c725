import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Each part has its own day, and answers that were given become steps.
TAKE_OVER = """
DROP TRIGGER insight_answer_once ON insight_noticeaddress;
UPDATE insight_noticeaddress a
   SET answer_by = n.answer_by, state = CASE WHEN a.answered_at IS NULL THEN 'open' ELSE 'answered' END
  FROM insight_supervisionnotice n WHERE n.id = a.notice_id;
INSERT INTO insight_noticestep (address_id, deed, at, staff_id, day, words)
SELECT id, 'answer', answered_at, answered_by_id, answer_by, answer
  FROM insight_noticeaddress WHERE answered_at IS NOT NULL ORDER BY answered_at, id;
"""
# An answer stands until it is sent back; what was accepted or withdrawn stays so.
KEEP = """
CREATE TRIGGER insight_answer_kept BEFORE UPDATE ON insight_noticeaddress
    FOR EACH ROW WHEN (
        OLD.state IN ('accepted', 'withdrawn')
        OR (OLD.notice_id, OLD.organisation_id, OLD.cases) IS DISTINCT FROM (NEW.notice_id, NEW.organisation_id, NEW.cases)
        OR (OLD.answered_at IS NOT NULL AND NEW.answered_at IS NOT NULL
            AND (OLD.answer, OLD.answered_by_id, OLD.answered_at, OLD.answer_by)
                IS DISTINCT FROM (NEW.answer, NEW.answered_by_id, NEW.answered_at, NEW.answer_by))
    ) EXECUTE FUNCTION people_refuse_change();
CREATE TRIGGER insight_step_append_only BEFORE UPDATE OR DELETE ON insight_noticestep
    FOR EACH ROW EXECUTE FUNCTION people_refuse_change();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiesu_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON insight_noticestep FROM jiesu_app;
    END IF;
END
$$;
"""
LET_GO = """
DROP TRIGGER insight_step_append_only ON insight_noticestep;
DROP TRIGGER insight_answer_kept ON insight_noticeaddress;
"""
ONCE = """
CREATE TRIGGER insight_answer_once BEFORE UPDATE ON insight_noticeaddress
    FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL) EXECUTE FUNCTION people_refuse_change();
"""
DEEDS = [
    ("answer", "答复"),
    ("accept", "认可答复"),
    ("send_back", "退回补充"),
    ("remind", "催办"),
    ("withdraw", "撤回"),
]
STATES = [
    ("open", "待答复"),
    ("answered", "已答复，待认可"),
    ("accepted", "答复已认可"),
    ("withdrawn", "已撤回"),
]


class Migration(migrations.Migration):
    """Answers to supervision notices are accepted or sent back, bureaus are reminded, notices are withdrawn."""

    dependencies = [
        ("insight", "0007_count_sums"),
        ("people", "0003_reference"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("deed", models.CharField(choices=DEEDS, max_length=10)),
                ("at", models.DateTimeField()),
                ("day", models.DateField()),
                ("words", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="insight.noticeaddress",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(
                        condition=models.Q(("deed", "remind"), ("staff", None)),
                        fields=("address", "day"),
                        name="hot_step_late_once",
                    ),
                )
            },
        ),
        migrations.AddField(
            "noticeaddress", "state", models.CharField(choices=STATES, default="open", max_length=10)
        ),
        migrations.AddField("noticeaddress", "answer_by", models.DateField(null=True)),
        migrations.RunSQL(TAKE_OVER, ONCE),
        migrations.AlterField("noticeaddress", "answer_by", models.DateField()),
        migrations.RemoveIndex("noticeaddress", "hot_address_open"),
        migrations.AddIndex(
            "noticeaddress",
            models.Index(
                condition=models.Q(("state", "open")), fields=["organisation"], name="hot_address_waiting"
            ),
        ),
        migrations.AddIndex(
            "noticeaddress",
            models.Index(condition=models.Q(("state", "open")), fields=["answer_by"], name="hot_address_day"),
        ),
        migrations.AddConstraint(
            "noticeaddress",
            models.CheckConstraint(
                condition=models.Q(("answered_at", None), ("state__in", ("open", "withdrawn")))
                | models.Q(("answered_at__isnull", False), ("state__in", ("answered", "accepted"))),
                name="hot_address_state",
            ),
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
