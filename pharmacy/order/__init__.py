"""Fork of Oscar's order app: behaviour only, on Oscar's own migrations."""
