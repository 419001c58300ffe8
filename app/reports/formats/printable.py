"""What every format is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Printable:
    """A report's document; its sealed envelope and where that can be checked, both None for a draft.

    `identity` is what stands beside the document for a reader who may see it: `{"nip": …}`, the employee's NIP
    as the directory has it now. The document, and so its seal, never holds it.
    """

    document: Mapping[str, Any]
    envelope: Mapping[str, Any] | None = None
    verification_address: str | None = None
    identity: Mapping[str, str | None] | None = None
