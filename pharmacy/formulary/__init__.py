"""Medicines: codes, form, strength, supply class, doses and knowledge."""
