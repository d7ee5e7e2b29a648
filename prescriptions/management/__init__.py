"""Management commands of the prescription flow."""
