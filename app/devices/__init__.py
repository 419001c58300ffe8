"""Kiosks: pairing them, what each shows, their heartbeats, and how the fleet is doing."""
