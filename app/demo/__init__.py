"""A made-up town whose truths are known: what `make demo` fills an empty installation with."""
