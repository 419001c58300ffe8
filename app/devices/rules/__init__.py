"""Pure rules of devices: pairing codes, PINs, states, short names."""
