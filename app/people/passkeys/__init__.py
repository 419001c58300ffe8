"""Signing in with a passkey: a key pair in a person's device or password manager, of which we keep the public half."""
