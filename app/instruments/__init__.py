"""Questionnaires as versioned data files, and how an answer sheet of one is written and read."""
