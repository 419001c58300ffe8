"""Entity tags (RFC 9110 §8.8.3, §13.1.2): answers that have not changed are not sent again."""

from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

# What every route with entity tags may answer.
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names what would be answered."}}


def tagged(request: Request, body: str, media_type: str) -> Response:
    """The answer with its tag, for this key alone; 304 without a body where the client has it already."""
    tag = tag_of(body)
    # Without Vary a cache could give one client what another asked for in another format or with another key.
    headers = {"Vary": "Accept, Accept-Language, Authorization", "ETag": tag, "Cache-Control": "private, no-cache"}
    if has_tag(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def tag_of(body: str) -> str:
    """The strong tag of a body."""
    return f'"{sha256(body.encode()).hexdigest()[:32]}"'


def has_tag(request: Request, tag: str) -> bool:
    """Whether the client names this tag, or any (`*`), in If-None-Match; weak comparison, as the RFC wants it here."""
    named = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return "*" in named or tag.removeprefix("W/") in named
