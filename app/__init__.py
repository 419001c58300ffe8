"""Cermin: an office and its employees see themselves in the mirror of the citizens they served."""
