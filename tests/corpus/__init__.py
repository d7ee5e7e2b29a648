"""Real documents, read where they lie; skipped, with a reason, where they are absent."""
