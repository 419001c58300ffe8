"""Service standards: how long each service may take by promise, and counts of what was kept of it and of procedure."""
