"""One row tells whether organisations, settings or the calendar have changed since they were read into memory.

A trigger renews it in the transaction of the change, so that nobody who writes can forget it. It is a random value and
no counter: a number that a rolled-back change leaves free would come again with other contents.
"""

from django.db import migrations

APPLY = """
CREATE TABLE places_reference (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    version uuid NOT NULL
);
INSERT INTO places_reference (version) VALUES (gen_random_uuid());
CREATE FUNCTION places_reference_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE places_reference SET version = gen_random_uuid();
    RETURN NULL;
END
$$;
CREATE TRIGGER places_organisation_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON places_organisation
    FOR EACH STATEMENT EXECUTE FUNCTION places_reference_changed();
"""

UNDO = """
DROP TRIGGER places_organisation_changed ON places_organisation;
DROP FUNCTION places_reference_changed();
DROP TABLE places_reference;
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]

    operations = [migrations.RunSQL(APPLY, UNDO)]
