"""Stories over real rows, one part at a time."""
