"""Money events are never changed or deleted, whoever asks."""

from django.db import migrations

from pharmacy.core.ledger import append_only


class Migration(migrations.Migration):
    """Uses the refusing function of the ground floor."""

    dependencies = (("collection", "0001_initial"), ("core", "0002_chain_and_triggers"))
    operations = (append_only("collection_moneyevent"),)
