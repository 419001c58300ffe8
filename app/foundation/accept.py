"""Parses the headers Accept and Accept-Language into names with weights (RFC 9110 §12.4.2, §12.5)."""

from re import ASCII, compile

# More choices than any client sends; a header may not make the server work.
MOST_CHOICES = 50
WEIGHT = compile(r"\s*(0?\.\d{1,3}|0\.?|1(\.0{0,3})?)\s*", ASCII)


def weighted_choices(header: str | None) -> list[tuple[str, float]]:
    """`text/csv; charset=utf-8; q=0.5, *` → [("text/csv", 0.5), ("*", 1.0)], in lower case, in the order sent.

    Parameters other than the weight are ignored: no answer here varies by them. A weight that cannot be read counts
    as 0, so that choice is refused.
    """
    return [_choice(part) for part in (header or "").split(",")[:MOST_CHOICES] if part.strip()]


def _choice(part: str) -> tuple[str, float]:
    # Names and `q` are case-insensitive (RFC 9110 §8.3.1, §12.4.2).
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = [value for key, _, value in (p.partition("=") for p in parameters) if key.strip() == "q"]
    return name, _weight(weights[0]) if weights else 1.0


def _weight(text: str) -> float:
    # Java's own client still sends weights without their leading zero.
    return float(text) if WEIGHT.fullmatch(text) else 0.0
