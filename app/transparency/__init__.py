"""The transparency log: entries, roots over what is stored, checkpoints, witnesses and proofs (C2SP tlog)."""
