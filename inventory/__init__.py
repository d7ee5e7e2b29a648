"""Stock: lots, movements, balances and reservations over all stores."""
