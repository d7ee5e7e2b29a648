"""The functions and triggers of the ground floor: append-only tables and the audit chain."""

from django.db import migrations

from pharmacy.core.ledger import append_only

FUNCTIONS = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION core_audit_text(e core_auditentry) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws(E'\\x1f', e.id, e.external_id, extract(epoch FROM e.at), e.actor, e.action,
                     e.subject, e.store, e.reason, e.facts::text)
$$;

CREATE FUNCTION core_audit_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE head core_audithead%ROWTYPE; digest bytea;
BEGIN
    SELECT * INTO head FROM core_audithead FOR UPDATE;
    digest := sha256(head.hash || convert_to(core_audit_text(NEW), 'UTF8'));
    INSERT INTO core_auditseal (position, entry_id, previous, hash)
        VALUES (head.position + 1, NEW.id, head.hash, digest);
    UPDATE core_audithead SET position = head.position + 1, hash = digest WHERE id = head.id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER core_auditentry_seal AFTER INSERT ON core_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION core_audit_seal();
INSERT INTO core_audithead (position, hash) VALUES (0, decode(repeat('00', 32), 'hex'));
"""
REVERSE = """
DROP TRIGGER core_auditentry_seal ON core_auditentry;
DROP FUNCTION core_audit_seal();
DROP FUNCTION core_audit_text(core_auditentry);
DELETE FROM core_audithead;
DROP FUNCTION core_refuse_change() CASCADE;
"""


class Migration(migrations.Migration):
    """Needs the tables of 0001."""

    dependencies = (("core", "0001_initial"),)
    operations = (
        migrations.RunSQL(FUNCTIONS, REVERSE),
        append_only("core_auditentry"),
        append_only("core_auditseal"),
    )
