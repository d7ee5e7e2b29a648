"""Many random cases against a small oracle."""
