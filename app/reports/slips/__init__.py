"""Personal links on paper, as a file: making them ends those that were given before."""
