"""Counted answer sheets: what is counted at intake, and reading counts of any selection."""
