"""Postings sum to zero and state what the transaction states; nothing is ever changed."""

from django.db import migrations

from pharmacy.core.ledger import append_only

SQL = """
CREATE FUNCTION loyalty_check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    txn bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    stated bigint; total bigint; gained bigint; lines int; strangers int;
BEGIN
    SELECT t.points, coalesce(sum(p.points), 0),
           coalesce(sum(p.points) FILTER (WHERE p.member_id IS NOT NULL), 0),
           count(p.id), count(p.id) FILTER (WHERE p.member_id <> t.member_id)
      INTO stated, total, gained, lines, strangers
      FROM loyalty_pointstransaction t LEFT JOIN loyalty_pointsposting p ON p.transaction_id = t.id
     WHERE t.id = txn GROUP BY t.id;
    IF total <> 0 OR gained <> stated OR lines = 1 OR strangers > 0 OR (lines = 0 AND stated <> 0)
    THEN
        RAISE EXCEPTION 'points transaction % does not balance', txn
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loyalty_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER loyalty_transaction_balanced AFTER INSERT ON loyalty_pointstransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loyalty_check_balanced('id');
CREATE CONSTRAINT TRIGGER loyalty_posting_balanced AFTER INSERT ON loyalty_pointsposting
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION loyalty_check_balanced('transaction_id');
"""
REVERSE = """
DROP TRIGGER loyalty_posting_balanced ON loyalty_pointsposting;
DROP TRIGGER loyalty_transaction_balanced ON loyalty_pointstransaction;
DROP FUNCTION loyalty_check_balanced();
"""


class Migration(migrations.Migration):
    """Triggers only."""

    dependencies = (("loyalty", "0001_initial"), ("core", "0002_chain_and_triggers"))
    operations = (
        migrations.RunSQL(SQL, REVERSE),
        append_only("loyalty_pointstransaction"),
        append_only("loyalty_pointsposting"),
    )
