"""Views of the entrance: sign-in, appearance, gallery, problems."""
