"""Pure rules of reports."""
