"""Addresses of pages with their filters, and the links from one page of a long list to the next."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request

from app.desk.blocks import Links
from app.foundation.http.services import services_of
from app.people.rules.channels import page_origin
from app.reports.sections.language import Language

# More lines, with names as long as they get, make a page larger than 40 kB, and nobody looks through them.
ON_A_PAGE = 50
# Which page of a list is asked for.
Place = Annotated[int, Query(alias="page", ge=1, le=10_000)]


def with_query(path: str, given: Mapping[str, object | None]) -> str:
    """The path with those parameters that have a value."""
    query = urlencode({name: str(value) for name, value in given.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


def reached_at(request: Request) -> str | None:
    """The address by which people reach the service: the operator's word, else as this browser does; None: unknown."""
    headers, settings = request.headers, services_of(request).settings
    return settings.public_url or page_origin(request.scope["scheme"], headers.get("host", ""), headers.get("origin"))


def onward(
    path: str, given: Mapping[str, object | None], following: object | None, tell: Language
) -> tuple[Links, ...]:
    """The links from one page of a list to the next, and back to the first; none where there is only one."""
    links = []
    if given.get("after"):
        links.append((tell("The first page"), with_query(path, {**given, "after": None})))
    if following is not None:
        links.append((tell("The next page"), with_query(path, {**given, "after": following})))
    return (Links(tuple(links), goes_on=following is not None),) if links else ()


def numbered(
    path: str, given: Mapping[str, object | None], place: int, pages: int, tell: Language
) -> tuple[Links, ...]:
    """The links from page `place` of so many to the one before and the next; none where there is only one."""
    links = []
    if place > 1:
        links.append((tell("The page before"), with_query(path, {**given, "page": place - 1})))
    if place < pages:
        links.append((tell("The next page"), with_query(path, {**given, "page": place + 1})))
    return (Links(tuple(links), goes_on=place < pages),) if links else ()
