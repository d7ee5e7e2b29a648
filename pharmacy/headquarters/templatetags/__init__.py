"""Tags of headquarters."""
