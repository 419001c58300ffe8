"""Words that several pages share."""

from collections.abc import Mapping

# What machines, and the persons who read, are called; as English words that have a translation.
READERS: Mapping[str, str] = {
    "device": "kiosk",
    "app": "app",
    "queue": "queue system",
    "reader": "reader",
    "admin": "administrator",
    "pairing": "pairing code",
}


def called(kind: str) -> str:
    """How a kind of key or a role is called."""
    return READERS.get(kind, kind)
