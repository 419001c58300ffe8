"""Pure rules of disclosure: which figures may be published beside each other and beside all earlier ones."""
