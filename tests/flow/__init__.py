"""Whole stories, from the signed document to the refill."""
