"""Taking money: attempts, methods, webhooks."""
