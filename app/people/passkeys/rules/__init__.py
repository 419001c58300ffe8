"""Pure rules of passkeys."""
