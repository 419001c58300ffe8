"""Tells people and machines what happened: mail, digests and webhooks, from the outbox."""
