"""Filters of the customer's pages."""
