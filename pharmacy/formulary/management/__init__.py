"""Commands of the formulary."""
