"""Persons, stores, staff and their roles, grants and consents."""
