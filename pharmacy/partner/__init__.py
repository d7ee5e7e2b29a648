"""Fork of Oscar's partner app: behaviour only, on Oscar's own migrations."""
