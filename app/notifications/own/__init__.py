"""A person's own mail: the address, and what to be told of, over HTTP."""
