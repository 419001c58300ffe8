"""Ratings: an answer sheet is validated and stored with its tallies in one transaction; what is kept beside it."""
