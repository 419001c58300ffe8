"""One report as a page, for whoever may read it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.blocks import Links, Page, Section
from app.desk.navigation import entries_for
from app.desk.rendering import reader_of, respond
from app.desk.report_reading import read_report, report_sections
from app.desk.requests import DeskRoute, Lang, SomeoneIn
from app.foundation.problems import Problem
from app.reports.sections.view import view

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Id = Annotated[UUID, Query(alias="id")]


@router.get("/desk/report")
def report(request: Request, found: SomeoneIn, _: Lang, report_id: Id) -> Response:
    """The report; which ones somebody may read, the active role says."""
    if found.principal is None:
        raise Problem("report-unknown")
    tell, shown = reader_of(request), read_report(request, found, report_id)
    made = view(shown.printed, tell.code)
    first = entries_for(found)[0]
    back = Section((Links(((tell(first.text), first.address),)),))
    page = Page(made.subject, f"{made.title}, {made.period}.", (*report_sections(shown, tell), back), file=False)
    return respond(request, page, found)
