"""Which rows of the audit trail somebody may see who reaches some offices only. Pure."""

from collections.abc import Collection, Mapping
from typing import Any


def is_about(detail: Mapping[str, Any], offices: Collection[str]) -> bool:
    """Whether a row names one of these offices; one that names none is about the whole agency."""
    return detail.get("office") in offices
