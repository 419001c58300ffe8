"""Rules on targets. Pure."""
