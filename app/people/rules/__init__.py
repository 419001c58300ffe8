"""Pure rules of people: who may hold which role, what a passphrase must be, how long a session lasts."""
