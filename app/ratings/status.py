"""How a rating stands: only counted ones are in figures; held ones are doubted, open ones came with no proof at all."""

COUNTED, HELD, OPEN = "counted", "held", "open"
