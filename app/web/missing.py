"""The page for people who came to an address at which there is nothing; machines get the problem as JSON."""

from starlette.requests import Request
from starlette.responses import Response

from app.web.pages import page


def missing(request: Request) -> Response:
    """What stands at an unknown address, and where to go instead."""
    return page(request, "missing.html", status=404)
