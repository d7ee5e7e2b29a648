"""The shape of the project, kept true: arrows, sizes, docstrings, errors, documents, words."""
