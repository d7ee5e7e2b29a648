"""Certificates, chains and revocation: pure helpers, no database and no network."""
