"""Past answers from a CSV file, stored and counted as any other rating."""
