"""The pharmacist's door."""
