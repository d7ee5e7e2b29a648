"""Headquarters' door."""
