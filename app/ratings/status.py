"""The status of a rating: only counted ones are in figures; screening doubts held ones, open ones had no proof."""

COUNTED, HELD, OPEN = "counted", "held", "open"
