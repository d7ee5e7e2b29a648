"""Documents and check results are kept as they came; only the key rotation may re-encrypt."""

from django.db import migrations

from pharmacy.core.ledger import append_only

SQL = """
CREATE FUNCTION prescriptions_keep_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND NEW.sha256 = OLD.sha256
       AND NEW.format = OLD.format AND NEW.received_at = OLD.received_at
       AND ((NEW.raw = OLD.raw AND NEW.signature = OLD.signature)
            OR current_setting('rxflow.rotating', true) = 'on') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a source document is never changed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER prescriptions_source_kept BEFORE UPDATE OR DELETE ON prescriptions_sourcedocument
    FOR EACH ROW EXECUTE FUNCTION prescriptions_keep_source();
"""
REVERSE = """
DROP TRIGGER prescriptions_source_kept ON prescriptions_sourcedocument;
DROP FUNCTION prescriptions_keep_source();
"""


class Migration(migrations.Migration):
    """Triggers only."""

    dependencies = (("prescriptions", "0001_initial"), ("core", "0002_chain_and_triggers"))
    operations = (
        migrations.RunSQL(SQL, REVERSE),
        append_only("prescriptions_checkresult"),
        append_only("prescriptions_checklistanswer"),
    )
