"""Addresses of pages with their filters, and the links from one page of a long list to the next."""

from collections.abc import Mapping
from urllib.parse import urlencode

from app.desk.blocks import Links
from app.reports.sections.language import Language


def with_query(path: str, given: Mapping[str, object | None]) -> str:
    """The path with those parameters that have a value."""
    query = urlencode({name: str(value) for name, value in given.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


def onward(
    path: str, given: Mapping[str, object | None], following: object | None, tell: Language
) -> tuple[Links, ...]:
    """The links from one page of a list to the next, and back to the first; none where there is only one."""
    links = []
    if given.get("after"):
        links.append((tell("The first page"), with_query(path, {**given, "after": None})))
    if following is not None:
        links.append((tell("The next page"), with_query(path, {**given, "after": following})))
    return (Links(tuple(links)),) if links else ()
