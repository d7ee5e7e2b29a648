"""What every ledger shares: append-only entries, reversal instead of change, one unique key.

A concrete ledger (stock, points, money) subclasses `Entry`, names its account and amount
columns, and protects its table with `append_only` in the migration that creates it.
"""

from __future__ import annotations

from django.db import migrations, models

from pharmacy.core.errors import Broken


class LedgerIsAppendOnly(Broken):
    """Somebody tried to change or delete a ledger entry through the model."""

    code = "ledger.append-only"


class Entry(models.Model):
    """A line that is never changed: a correction is another line that reverses it."""

    key = models.CharField(max_length=160, unique=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by"
    )

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        """Insert only."""
        if not self._state.adding:
            raise LedgerIsAppendOnly(table=self._meta.db_table)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise LedgerIsAppendOnly(table=self._meta.db_table)


def append_only(table: str) -> migrations.RunSQL:
    """Migration step: refuse UPDATE, DELETE and TRUNCATE on a table, whoever asks."""
    return migrations.RunSQL(
        sql=f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
        """,
        reverse_sql=f"""
        DROP TRIGGER IF EXISTS {table}_append_only ON {table};
        DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};
        """,
    )
