"""The owner's function that sorts words in looks for what it names in the catalogue and in the application's tables, and there alone.

It runs with the owner's rights. Where ``pg_temp`` is not named, PostgreSQL looks among the caller's temporary tables and indexes first:
who may make one could put another in the place of the index.
"""

from django.db import migrations

#: The schema is that in which the function stands: an external database may have another than ``public``.
SET = """
DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION cases_sort_words_in() SET search_path TO {path}',
        (SELECT n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE p.oid = 'cases_sort_words_in()'::regprocedure));
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_exports")]

    operations = [migrations.RunSQL(SET.format(path="pg_catalog, %I, pg_temp"), SET.format(path="%I"))]
