"""Kiosks in the field: pairing, what a kiosk shows, heartbeats, the fleet."""
