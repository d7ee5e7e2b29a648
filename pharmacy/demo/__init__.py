"""Seed data, a simulated hospital and loopback peers."""
