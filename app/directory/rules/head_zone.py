"""Which time zone an agency as a whole lives in."""

from collections.abc import Mapping

# Of several that are alike the one whose day ends last.
IN_ORDER = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def head_zone(tops: Mapping[str, int]) -> str:
    """The zone of most of the offices that have none above them, given how many of these lie in each; else WIB."""
    return max(IN_ORDER, key=lambda zone: tops.get(zone, 0))
