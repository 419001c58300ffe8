"""Reports: periods, snapshots, signatures, one Report model, one registry of renderers."""
