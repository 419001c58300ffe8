"""Statistical formulas, each with its source: pure functions from counts to values."""
