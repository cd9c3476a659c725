"""How tables that grow for ever are kept, and one index less on cases and on clocks: nothing has ever asked for them.

PostgreSQL's own settings wait for a fifth of a table, on a table of ten million rows for two million: counts of open work
would be planned by the statistics of last month, and what is dead would be read with what is alive.
"""

from django.db import migrations

SETTINGS = {
    # Rows that each act changes: room beside them for the next version, and little that is dead.
    "cases_case": "autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.005",
    "cases_clock": "autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.005",
    "cases_message": "fillfactor = 90, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01",
    # An act that moves a case replaces its words' row: the index keeps both until it is cleared.
    "cases_complaintwords": "autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02",
    "cases_reportwords": "autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02",
    # Only added to: what is all visible and frozen need not be looked at again.
    "cases_event": "autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02",
    "cases_party": "autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02",
    "cases_passage": "autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02",
    "cases_participant": "autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02",
    # Passed through all day long: cleared by number, not by share.
    "cases_answeredkey": "fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000",
    "cases_wordsowed": "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000",
    "procrastinate_jobs": "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000",
    "procrastinate_events": "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000",
}
APPLY = "".join(f"ALTER TABLE {table} SET ({values});" for table, values in SETTINGS.items())


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_words_owed"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.RunSQL(APPLY, migrations.RunSQL.noop),
        migrations.RemoveIndex("clock", "clock_rule_started"),
        migrations.RemoveIndex("case", "case_contact"),
    ]
