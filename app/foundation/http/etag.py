"""Entity tags (RFC 9110 §8.8.3, §13.1.2): answers that have not changed are not sent again."""

from hashlib import sha256

from starlette.requests import Request


def tag_of(body: str) -> str:
    """The strong tag of a body."""
    return f'"{sha256(body.encode()).hexdigest()[:32]}"'


def has_tag(request: Request, tag: str) -> bool:
    """Whether the client names this tag, or any (`*`), in If-None-Match; weak comparison, as the RFC wants it here."""
    named = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return "*" in named or tag.removeprefix("W/") in named
