"""A report's document in words: sections of blocks, the same for page, paper and table."""
