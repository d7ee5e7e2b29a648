"""Real threads on the real database: each scarce thing has one winner."""
