"""Pure rules of what the service itself calls."""
