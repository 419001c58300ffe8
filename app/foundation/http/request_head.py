"""What every way in asks of a request's headers, read in one pass and kept with the request."""

from typing import NamedTuple

from starlette.types import Scope

IN_SCOPE = "cermin.head"


class RequestHead(NamedTuple):
    """The Authorization header, the Content-Length (0 if there is none), and whether the body is declared as JSON."""

    authorization: str | None
    length: int
    is_json: bool


def head_of(scope: Scope) -> RequestHead:
    """The head of this request; all others of its headers stay undecoded."""
    head: RequestHead | None = scope.get(IN_SCOPE)
    if head is None:
        head = scope[IN_SCOPE] = _read(scope["headers"])
    return head


def _read(headers: list[tuple[bytes, bytes]]) -> RequestHead:
    authorization, length, is_json, is_packed = None, None, False, False
    for name, value in headers:
        if name == b"content-type":
            is_json = value == b"application/json" or _is_utf8_json(value)
        elif name == b"content-length" and length is None:
            # Twenty digits are more than any limit; int() itself refuses some thousands.
            length = int(value[:20]) if value.isdigit() else 0
        elif name == b"authorization" and authorization is None:
            authorization = str(value, "latin-1")
        # A compressed body could unpack to any size, so none is taken.
        elif name == b"content-encoding" and value.strip().lower() != b"identity":
            is_packed = True
    return RequestHead(authorization, length or 0, is_json and not is_packed)


def _is_utf8_json(content_type: bytes) -> bool:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(b";"))
    charsets = [value.strip(b'"') for name, _, value in (p.partition(b"=") for p in parameters) if name == b"charset"]
    return media_type == b"application/json" and set(charsets) <= {b"utf-8", b"utf8"}
