"""Points: double-entry ledger of members."""
