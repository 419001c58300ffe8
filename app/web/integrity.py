"""`/integrity/…`: a citizen reports something improper, and asks by a receipt what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.directory.listing_store import offices_page
from app.directory.store import find_office
from app.disclosure.rules.calendar import LAST_ZONE
from app.foundation.http.forms import read_form
from app.foundation.http.problem_responses import database_problem
from app.foundation.http.services import address_of, services_of
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import SQLAlchemyError
from app.foundation.translations import translator
from app.integrity.door import IntegrityDoor
from app.integrity.rules.kinds import ReportKind, ReportState
from app.integrity.rules.plaintext import LONGEST_CONTACT, LONGEST_TEXT
from app.integrity.schemas import IntegrityReceiptOut, IntegrityReportIn
from app.web.integrity_pages import CitizenRoute, drawn, refuse_other_sites, words_of
from app.web.pages import Lang

router = APIRouter(include_in_schema=False, route_class=CitizenRoute)
Sent = Annotated[Mapping[str, str], Depends(read_form)]
RECEIPT, FORM = "/integrity", "/integrity/{agency}"
# A report and a way to be reached, of which a form writes each character as up to twelve bytes.
LONG_FORMS = {"/integrity/": 12 * (LONGEST_TEXT + LONGEST_CONTACT) + 1_024}
# Answers here are not counted: a counter that goes up tells the moment at which somebody was here.
UNCOUNTED = frozenset({RECEIPT, FORM, f"{FORM}/{{office}}"})
# As many as somebody can still choose from on one page.
MOST_OFFICES = 1_000
FIELDS = ("office", "kind", "text", "contact", "recipient")
# What is said beside a field that was not right, by what was wrong with it.
FAULTS: Mapping[str, str] = {
    "office": "fault_office",
    "kind": "fault_kind",
    "text": "fault_text",
    "contact": "fault_other",
    "recipient": "fault_to",
}
LIMITS: Mapping[str, int] = {"text": LONGEST_TEXT, "contact": LONGEST_CONTACT}
# What is wrong with no field.
REFUSED: Mapping[str, str] = {"too-many-integrity-reports": "too_many", "integrity-day-full": "day_full"}


@dataclass(frozen=True)
class Form:
    """What the form asks about: the agency, its offices, and the one office that the address named, if any.

    `kept_days`: for how long what was confirmed is kept; None where that cannot be read.
    """

    agency: str
    agency_name: str
    inspectorate: str | None
    kept_days: int | None
    offices: tuple[tuple[str, str], ...]
    office: tuple[str, str] | None


@router.get(RECEIPT)
def ask(request: Request, _: Lang = None) -> Response:
    """The page on which a receipt's code is typed."""
    return _asked(request, {})


@router.post(RECEIPT)
def tell(request: Request, sent: Sent, _: Lang = None) -> Response:
    """What became of a report. Its code travels in the body, never in an address."""
    refuse_other_sites(request)
    said, code = words_of(request), sent.get("code", "").strip()[:100]
    if not code:
        return _asked(request, {"code": said.words["fault_code"]}, status=422)
    try:
        # The words are this page's own, in more languages.
        found = services_of(request).of(IntegrityDoor).receipt(code, address_of(request), translator("en"))
    except Problem as problem:
        if problem.code == "receipt-unknown":
            return _asked(request, {"code": said.words["unknown"]}, code, 404)
        if problem.code != "too-many-receipts":
            raise
        sentence = said.words["too_many_codes"].format(**problem.values)
        return _asked(request, {"": sentence}, code, problem.status, problem.headers)
    state = {
        "name": _state(found, services_of(request).now().astimezone(LAST_ZONE).date()),
        "days": _days(found, said.day),
    }
    return drawn(request, "integrity_state.html", None, state=state, faults={}, code="")


@router.get(FORM)
def form(request: Request, agency: str, _: Lang = None) -> Response:
    """The form, for any office of the agency."""
    return _form(request, _read(request, agency, None), f"/integrity/{agency}")


@router.get(FORM + "/{office}")
def form_of_office(request: Request, agency: str, office: str, _: Lang = None) -> Response:
    """The form for the office from whose page somebody came."""
    return _form(request, _read(request, agency, office), f"/integrity/{agency}/{office}")


@router.post(FORM)
def take(request: Request, agency: str, sent: Sent, _: Lang = None) -> Response:
    """Take a report; its receipt is shown once."""
    refuse_other_sites(request)
    given = {name: sent.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    said, door = words_of(request), services_of(request).of(IntegrityDoor)
    try:
        # What is missing is said beside its field, as what is wrong.
        asked = IntegrityReportIn.model_validate({"agency": agency, **given, "contact": given["contact"] or None})
        receipt = door.take(asked, address_of(request))
    except ValidationError as error:
        wrong = {str(each["loc"][0]): each["type"] for each in error.errors(include_url=False, include_input=False)}
        if "agency" in wrong:
            raise Problem("integrity-closed") from None
        return _again(request, agency, given, _sentences(wrong, said.words))
    except SQLAlchemyError as error:
        problem = database_problem(error)
        return _again(request, agency, given, {"": said.words["failed"]}, problem)
    except Problem as problem:
        if problem.code == "integrity-closed":
            raise
        wrong = {each.field: each.code for each in problem.errors}
        general = said.words[REFUSED.get(problem.code, "failed")].format(**problem.values)
        return _again(request, agency, given, _sentences(wrong, said.words) or {"": general}, problem)
    settings = services_of(request).settings
    host = settings.public_url or str(request.base_url).rstrip("/")
    due = said.day(receipt.forward_by)
    return drawn(request, "integrity_sent.html", None, code=receipt.receipt, due=due, address=f"{host}{RECEIPT}")


def _read(request: Request, agency: str, office: str | None) -> Form:
    """What the form of an agency shows. Raises `integrity-closed`, also where there is no such agency."""
    services = services_of(request)
    shown = services.of(IntegrityDoor).form(agency, translator("en"))
    with of_agency(agency), services.database.reading() as session:
        found = None if office is None else find_office(session, agency, office)
        some = offices_page(session, agency, within=None, after=None, limit=MOST_OFFICES) if found is None else ()
    return Form(
        agency=agency,
        agency_name=shown.name,
        inspectorate=shown.inspectorate,
        kept_days=shown.retention_days,
        offices=tuple(sorted(((each.code, each.name) for each in some if each.active), key=lambda each: each[::-1])),
        office=None if found is None or not found.active else (found.code, found.name),
    )


def _form(
    request: Request,
    place: Form,
    here: str | None,
    given: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    said = words_of(request)
    return drawn(
        request,
        "integrity_report.html",
        here,
        status,
        place=place,
        kinds=[(kind, *said.kinds[kind]) for kind in map(str, ReportKind)],
        longest_text=LONGEST_TEXT,
        given=dict.fromkeys(FIELDS, "") | dict(given or {}),
        faults=faults or {},
    )


def _again(
    request: Request, agency: str, given: Mapping[str, str], faults: Mapping[str, str], problem: Problem | None = None
) -> Response:
    """The form with what was written, and what is to be changed; nothing was kept."""
    status = 422 if problem is None else problem.status
    try:
        place = _read(request, agency, None)
    except SQLAlchemyError:
        # What somebody wrote is not lost, even where the names around it cannot be read.
        place = Form(agency, agency, None, None, (), (given["office"], given["office"]))
    # Another language would be another page, without what was written.
    response = _form(request, place, None, given, faults, status)
    response.headers.update({} if problem is None else problem.headers)
    return response


def _sentences(wrong: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each field that was not right, in the order of the form."""
    return {
        name: words["fault_long"].format(limit=LIMITS[name])
        if wrong[name] == "string_too_long" and name in LIMITS
        else words[FAULTS[name]]
        for name in FIELDS
        if name in wrong
    }


def _asked(
    request: Request,
    faults: Mapping[str, str],
    code: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    here = RECEIPT if status == 200 else None
    response = drawn(request, "integrity_state.html", here, status, state=None, faults=faults, code=code)
    response.headers.update(headers or {})
    return response


def _state(found: IntegrityReceiptOut, today: date) -> str:
    """What became of a report, or that it is late."""
    late = found.state is ReportState.received and found.forward_by < today
    return "overdue" if late else str(found.state)


def _days(found: IntegrityReceiptOut, written: Callable[[date], str]) -> tuple[tuple[str, str], ...]:
    """The days on which something became of it."""
    days = {
        "received": found.received_on,
        "due": found.forward_by if found.forwarded_on is None else None,
        "forwarded": found.forwarded_on,
        "confirmed": found.confirmed_on,
        "erased": found.erased_on,
    }
    return tuple((name, written(day)) for name, day in days.items() if day is not None)
