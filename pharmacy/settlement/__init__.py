"""Double-entry books of what was handed over and paid."""
