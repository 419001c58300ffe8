"""Rules on service standards. Pure."""
