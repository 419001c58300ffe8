"""Pure rules of the transparency log."""
