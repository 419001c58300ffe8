"""Choosing the format of an answer from an Accept header (RFC 9110 §12.5.1)."""

from collections.abc import Sequence
from re import fullmatch

# More ranges than any client sends; a header may not make the server work.
MOST_RANGES = 50


def chosen(accept: str | None, offered: Sequence[str]) -> str | None:
    """The media type to answer with, None when none of those offered is acceptable.

    The highest weight wins, then the range that names the type most closely, then the order of
    `offered`. No header, or an empty one, accepts anything.
    """
    ranges = [_range(part) for part in (accept or "").split(",")[:MOST_RANGES] if part.strip()]
    if not ranges:
        return offered[0]
    rated = [(*_rated(media_type, ranges), media_type) for media_type in offered]
    weight, _, best = max(rated, key=lambda rating: rating[:2])
    return best if weight > 0 else None


def _rated(media_type: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """The weight the closest range gives to a type, and how close that range is."""
    names = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    found = [(names.index(name), weight) for name, weight in ranges if name in names]
    closeness, weight = max(found, default=(0, 0.0))
    return weight, closeness


def _range(part: str) -> tuple[str, float]:
    """`text/csv; charset=utf-8; q=0.5` → ("text/csv", 0.5). Parameters other than the weight ask for
    nothing that we could do otherwise."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = [value for key, _, value in (p.partition("=") for p in parameters) if key.strip() == "q"]
    # Java's own client still sends a bare `*`, and weights without their leading zero.
    return ("*/*" if name == "*" else name), _weight(weights[0]) if weights else 1.0


def _weight(text: str) -> float:
    """A weight from 0 to 1; one that cannot be read refuses, as nothing better is known."""
    return float(text) if fullmatch(r"\s*(0?\.\d{1,3}|0\.?|1(\.0{0,3})?)\s*", text) else 0.0
