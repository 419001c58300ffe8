"""Pure rules of signing in through a provider: addresses, claims, attempts, logout tokens."""
