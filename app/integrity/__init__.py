"""Integrity reports: a citizen says that something improper happened; received, handed over, its state told."""
