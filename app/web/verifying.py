"""`/verify/{id}`: what the QR code of a printed report leads people to. Machines get the same as JSON from the API."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.access.guesses import LinkGuesses
from app.closing.reading import verification_of
from app.closing.schemas import VerificationOut
from app.directory.agency_marks import AgencyMarks
from app.foundation.http.services import address_of, services_of
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import all_agencies
from app.reports.sections.language import language
from app.seals.keyring import usable_keys
from app.web.pages import Lang, page

router = APIRouter(include_in_schema=False)


@router.get("/verify/{report_id}")
def verify(request: Request, report_id: str, _: Lang = None) -> HTMLResponse:
    """Whether a final report is as it was signed, in words."""
    found = _verification(request, report_id)
    status = 404 if found is None else 200
    # What is found nowhere has no address to come back to.
    here = None if found is None else request.scope["path"]
    answer = page(request, "verify.html", here=here, status=status, verification=found, day=_day)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _day(code: str, day: date) -> str:
    return language(code).day(day.isoformat())


def _verification(request: Request, report_id: str) -> VerificationOut | None:
    services = services_of(request)
    try:
        asked = UUID(report_id)
        guesses = services.of(LinkGuesses)
        guess = guesses.attempt(address_of(request), asked.hex)
        with guess, all_agencies(), services.database.reading() as session:
            keys = usable_keys(services.settings.signing_key_file)
            return verification_of(session, services.of(AgencyMarks), asked, keys)
    except ValueError:
        return None
    except Problem as problem:
        if problem.code != "report-unknown":
            raise
        return None
