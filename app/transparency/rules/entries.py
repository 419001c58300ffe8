"""What the log's entries say: of a final report a digest, of a night three roots, of a sealed month one digest.

Whoever has an entry and a guess of what it is about learns nothing: a report's digest covers its signature, which
nobody without the key can make, and the roots are keyed with the installation's secret.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

from app.seals.rules.canonical_json import canonical

REPORT, INVENTORY, SEALED = "report", "inventory", "sealed"


def report_entry(digest: str, signature: str) -> bytes:
    """The entry of a final report, from its envelope's digest and the value of its signature."""
    sealed = sha256(f"{digest}\n{signature}\n".encode()).hexdigest()
    return canonical({"kind": REPORT, "sealed": sealed})


def inventory_entry(number: int, taken_at: datetime, roots: Mapping[str, str]) -> bytes:
    """The entry of one night: which inventory this is, when it was taken, and the root of each kind of row."""
    moment = taken_at.astimezone(UTC).isoformat(timespec="seconds")
    return canonical({"kind": INVENTORY, "number": number, "roots": dict(roots), "taken_at": moment})


def sealed_entry(month: str, digest: str) -> bytes:
    """The entry of a sealed month: that its ratings are past their retention, and a keyed digest of all told of it."""
    return canonical({"kind": SEALED, "month": month, "sealed": digest})
