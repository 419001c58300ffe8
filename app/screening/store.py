"""The SQL of screening."""
