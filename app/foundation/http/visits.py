"""What a request tells of the browser that sent it, as plain values for rooms that know no HTTP."""

from dataclasses import dataclass

from starlette.requests import Request

# A longer header holds no cookie of ours.
LONGEST_COOKIES = 8_192


@dataclass(frozen=True)
class Visit:
    """Scheme, Host, client address and method of a request, its cookies, and where it says that it comes from."""

    scheme: str
    host: str
    address: str
    method: str
    cookies: dict[str, str]
    fetch_site: str | None = None
    origin: str | None = None
    browser: str = ""


def visit_of(request: Request) -> Visit:
    """The values of this request."""
    headers = request.headers
    return Visit(
        scheme=request.scope["scheme"],
        host=headers.get("host", ""),
        address=request.client.host if request.client else "",
        method=request.method,
        cookies=_cookies(headers.get("cookie", "")),
        fetch_site=headers.get("sec-fetch-site"),
        origin=headers.get("origin"),
        browser=headers.get("user-agent", ""),
    )


def _cookies(header: str) -> dict[str, str]:
    if len(header) > LONGEST_COOKIES:
        return {}
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        # Of two with one name the first counts: browsers send the one with the longer path first, and ours have none.
        if equals:
            found.setdefault(name, value)
    return found
