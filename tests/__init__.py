"""Tests of Rxflow: stories on a real PostgreSQL."""
