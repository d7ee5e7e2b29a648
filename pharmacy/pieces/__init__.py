"""Pieces of the screens: partials, tags, gallery, error pages."""
