"""The database keeps the books: append-only, and every entry balanced at commit."""

from django.db import migrations

from pharmacy.core.ledger import append_only

BALANCED = """
CREATE FUNCTION settlement_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE entry settlement_journalentry%ROWTYPE; found record;
BEGIN
    IF TG_TABLE_NAME = 'settlement_posting' THEN
        SELECT * INTO entry FROM settlement_journalentry WHERE id = NEW.entry_id;
    ELSE
        entry := NEW;
    END IF;
    SELECT count(*) AS lines, count(DISTINCT currency) AS currencies,
           coalesce(sum(debit_minor) - sum(credit_minor), 0) AS difference
        INTO found FROM settlement_posting WHERE entry_id = entry.id;
    IF found.lines <> entry.posting_count OR found.currencies <> 1 OR found.difference <> 0 THEN
        RAISE EXCEPTION 'journal entry % does not balance: % of % lines, % currencies, difference %',
            entry.id, found.lines, entry.posting_count, found.currencies, found.difference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER settlement_posting_balanced AFTER INSERT ON settlement_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement_check_entry();
CREATE CONSTRAINT TRIGGER settlement_entry_balanced AFTER INSERT ON settlement_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement_check_entry();
"""
REVERSE = """
DROP TRIGGER settlement_entry_balanced ON settlement_journalentry;
DROP TRIGGER settlement_posting_balanced ON settlement_posting;
DROP FUNCTION settlement_check_entry();
"""


class Migration(migrations.Migration):
    """Uses the refusing function of the ground floor."""

    dependencies = (("settlement", "0001_initial"), ("core", "0002_chain_and_triggers"))
    operations = (
        migrations.RunSQL(BALANCED, REVERSE),
        append_only("settlement_journalentry"),
        append_only("settlement_posting"),
    )
