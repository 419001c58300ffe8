"""Ratings: an answer sheet is validated and stored in one transaction with what is kept beside it."""
