"""Prescriptions: intake, verification, claim, review, dispensing, reporting."""
