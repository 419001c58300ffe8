"""Intake: a citizen's answer sheet becomes one rating row and its tallies, in one transaction."""
