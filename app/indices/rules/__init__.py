"""Pure rules of the official index: exact fractions, grades, intervals, periods."""
