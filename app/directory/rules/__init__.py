"""Pure rules of the directory: the tree of offices, postings."""
