"""Fork of Oscar's analytics app: its tables stay, its receivers do not run."""
