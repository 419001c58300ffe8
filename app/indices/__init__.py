"""What the counted answer sheets say: exact official figures, and intervals beside them."""
