"""Choosing the format of an answer from the Accept header (RFC 9110 §12.5.1)."""

from collections.abc import Sequence

from starlette.requests import Request

from app.foundation.accept import weighted_choices
from app.foundation.problems import MEDIA_TYPE, Problem

JSON, PAGE = "application/json", "text/html"


def media_type_for(request: Request, offered: Sequence[str]) -> str:
    """The media type to answer this request with. Raises `not-acceptable`."""
    found = best_media_type(",".join(request.headers.getlist("accept")), offered)
    if found is None:
        raise Problem("not-acceptable", offered=", ".join(offered))
    return found


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks: it names pages before all else, while machines take anything or JSON."""
    if request.method not in ("GET", "HEAD"):
        return False
    return best_media_type(",".join(request.headers.getlist("accept")), (MEDIA_TYPE, JSON, PAGE)) == PAGE


def best_media_type(accept: str | None, offered: Sequence[str]) -> str | None:
    """The media type to answer with, None when none of those offered is acceptable.

    The highest weight wins, then the range that names the type most closely, then the order of
    `offered`. No header, or an empty one, accepts anything.
    """
    # Java's own client still sends a bare `*`.
    ranges = [("*/*" if name == "*" else name, weight) for name, weight in weighted_choices(accept)]
    if not ranges:
        return offered[0]
    weighed = [(*_weight_and_closeness(media_type, ranges), media_type) for media_type in offered]
    # Of equals `max` takes the first, which is the order of `offered`.
    weight, _, best = max(weighed, key=lambda each: each[:2])
    return best if weight > 0 else None


def _weight_and_closeness(media_type: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """The weight that the most specific matching range gives to a type, and how specific it is (0 to 2)."""
    names = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    found = [(names.index(name), weight) for name, weight in ranges if name in names]
    closeness, weight = max(found, default=(0, 0.0))
    return weight, closeness
