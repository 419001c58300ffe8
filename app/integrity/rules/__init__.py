"""Pure rules of integrity reports."""
