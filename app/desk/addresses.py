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
