"""Disclosure control: what may be published beside all earlier figures, so that none isolates a few citizens."""
