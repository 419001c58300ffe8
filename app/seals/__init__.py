"""Sealed documents: canonical JSON, Ed25519 signatures, the installation's keys, verification."""
