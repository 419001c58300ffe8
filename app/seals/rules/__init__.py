"""Pure rules of seals."""
