"""Backups of the whole database: a copy of one moment, a manifest beside it, and the way back."""
