"""Pure rules of measures, from counts to values."""
