"""Pure rules of ratings."""
