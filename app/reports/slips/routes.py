"""Personal links on paper over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import requires_person
from app.access.principals import Principal, Role
from app.closing.routes import require_whole
from app.foundation.csv_dialects import asked_language
from app.foundation.http.openapi import SESSION_ALONE, problems
from app.foundation.http.services import services_of
from app.reports.schemas import SlipsIn, SlipsQuery
from app.reports.sections.language import language
from app.reports.slips.sheets import AskedSlips, make_sheets

router = APIRouter(prefix="/v1", tags=["reports"])
# Whoever has a link reads that report and may reply in that name: it is given by a person, never by a key.
Closer = Annotated[Principal, Depends(requires_person(Role.supervisor, Role.administrator, proof=True))]
PDF = "application/pdf"
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The sheets.", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post(
    "/periods/{code}/slips",
    response_class=Response,
    responses=FILE | problems(400, 404, 408, 409, 413, 415, 422),
    openapi_extra=SESSION_ALONE,
)
def make_slips(
    request: Request,
    principal: Closer,
    code: Annotated[str, Path(description="2026-09, 2026-Q3, 2026-S2 or 2026.")],
    query: Annotated[SlipsQuery, Query()],
    body: SlipsIn,
) -> Response:
    """New personal links for the employees of a draft who have no account, as sheets to be cut apart (PDF), once.

    Links that these employees were given before end at once.
    """
    require_whole(principal)
    services = services_of(request)
    chosen = query.lang or asked_language(request.headers.get("accept-language")) or services.settings.language
    asked = AskedSlips(code, query.instrument, body.office)
    sheets = make_sheets(
        services.database, principal.reach, asked, services.settings.public_url, language(chosen), services.now()
    )
    headers = {"Content-Disposition": f'attachment; filename="{sheets.name}"', "Cache-Control": "private, no-store"}
    return Response(sheets.content, media_type=PDF, headers=headers)
