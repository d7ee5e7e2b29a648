"""Refill plans and what keeps a patient in care."""
