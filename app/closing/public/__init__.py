"""The public page's figures: a person's decision to show those of a final period, and what everybody then reads."""
