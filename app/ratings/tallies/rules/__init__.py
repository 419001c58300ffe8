"""Pure rules of counting: grains, counts of sheets and their sums, which counts answer a question."""
