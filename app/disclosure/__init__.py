"""The gate: what may be published beside everything published before, so that no figure tells about a few citizens."""
