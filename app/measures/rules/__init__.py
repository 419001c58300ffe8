"""Pure rules of measures: from counts of sheets to figures."""
