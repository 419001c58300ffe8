"""Pure rules of screening: which ratings are doubted."""
