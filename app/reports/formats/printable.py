"""What every format is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Printable:
    """A report's document; its sealed envelope and where that can be checked, both None for a draft."""

    document: Mapping[str, Any]
    envelope: Mapping[str, Any] | None = None
    verification_address: str | None = None
