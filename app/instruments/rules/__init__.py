"""Pure rules of questionnaires."""
