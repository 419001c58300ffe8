"""Targets: who sets and reads them, and what they come to in a closed period."""
