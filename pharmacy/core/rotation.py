"""Key rotation: re-encrypt every sealed field with the key that writes now, batch by batch.

Old keys stay readable until the rotation is done; the command may be ended and started again.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models, transaction

from pharmacy.core.crypto import EncryptedBinaryField, current_version, seal, unseal


def fields() -> Iterator[tuple[type[models.Model], EncryptedBinaryField]]:
    """Every encrypted field of every model."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedBinaryField):
                yield model, field


def rotate(batch: int = 500) -> dict[str, int]:
    """Re-encrypt what an older key wrote; return counts by `table.column`."""
    return {
        f"{model._meta.db_table}.{field.column}": _rotate_field(model, field, batch)
        for model, field in fields()
    }


def _rotate_field(model: type[models.Model], field: EncryptedBinaryField, batch: int) -> int:
    table, column, key = model._meta.db_table, field.column, model._meta.pk.column
    context, prefix = f"{table}.{column}", b"v%d:" % current_version()
    changed = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('rxflow.rotating', 'on', true)")
            cursor.execute(
                f'SELECT "{key}", "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL '
                f'AND substring("{column}" from 1 for %s) <> %s '
                f'ORDER BY "{key}" LIMIT %s FOR UPDATE',
                [len(prefix), prefix, batch],
            )
            rows = cursor.fetchall()
            for pk, blob in rows:
                fresh = seal(unseal(bytes(blob), context), context)
                cursor.execute(
                    f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s', [fresh, pk]
                )
        if not rows:
            return changed
        changed += len(rows)
