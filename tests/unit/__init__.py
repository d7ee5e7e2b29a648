"""Tests without neighbours."""
