"""When the offices are open, in words; an administrator changes it, an auditor sees it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Role
from app.desk.account import proof_first
from app.desk.addresses import numbered, with_query
from app.desk.blocks import Field, Form, LinkedTable, Links, Page, Section
from app.desk.hours_words import WEEKDAYS, day_text, read_form_week, week_in_words
from app.desk.navigation import AGENCY, HOURS
from app.desk.offices import office_choices
from app.desk.page_file import part
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, saved, to_proof
from app.directory.listing_store import names_of
from app.directory.schemas import CodeText
from app.foundation.http.services import services_of
from app.people.faults import PeopleFault
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Facts, Table, Words
from app.reports.sections.language import Language
from app.screening.opening_record import get_opening, list_openings, opening_in, put_opening
from app.screening.rules.opening_hours import TOLERANCE_MINUTES
from app.screening.schemas import OpeningOut

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Reader = Annotated[SignedIn, Depends(having(HOURS))]
# The pages of administrators alone.
Administrator = Annotated[SignedIn, Depends(having(AGENCY))]
OfficeCode = Annotated[CodeText, Query(alias="office")]
Place = Annotated[int, Query(alias="page", ge=1, le=10_000)]
ON_A_PAGE = 100


@router.get("/desk/hours")
def hours(request: Request, found: Reader, _: Lang, place: Place = 1) -> Response:
    """The offices in reach with their hours, a hundred on a page."""
    services, tell, reach = services_of(request), reader_of(request), principal_of(found).reach
    with services.database.reading() as session:
        offices = [each for each in office_choices(session, reach, tell) if each[0]]
        openings = list_openings(session, reach, [code for code, _ in offices])
    shown, pages = part(offices, place, ON_A_PAGE, request)
    table = LinkedTable(
        Table(
            tell("Opening hours by office, in local time"),
            tuple(Column(each, "text") for each in (tell("Office"), tell("Open"), tell("Known since"))),
            tuple((name, *_cells(openings[code], tell)) for code, name in shown),
        ),
        tuple(_address(code) for code, _ in shown),
    )
    unknown = sum(not each.hours for each in openings.values())
    lead = tell("Of {n} offices {unknown} have not said when they are open.", n=str(len(offices)), unknown=str(unknown))
    if offices and not unknown:
        lead = tell("All {n} offices have said when they are open.", n=str(len(offices)))
    onward = numbered(HOURS.address, {}, place, pages, tell)
    section = Section((table, *onward, Words(_purpose(tell))))
    return respond(request, Page(tell("Opening hours"), lead, (section,)), found)


@router.get("/desk/hours/office")
def office_hours(request: Request, found: Reader, _: Lang, office: OfficeCode) -> Response:
    """The hours of one office; for an administrator the form that changes them."""
    return _office(request, found, office)


@router.post("/desk/hours/change")
def change_hours(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Say anew when an office is open, from today on."""
    services, office = services_of(request), sent.get("office", "")
    if not found.is_proven(services.now()):
        return to_proof(request, "office-hours", office=office)
    week, faults = read_form_week(sent)
    if faults:
        return _office(request, found, office, faults, sent)
    with services.database.writing() as session:
        put_opening(session, principal_of(found).reach, office, opening_in(week), services.now())
    return saved(request, _address(office))


def _office(
    request: Request,
    found: SignedIn,
    office: str,
    faults: tuple[PeopleFault, ...] = (),
    sent: Sent | None = None,
) -> Response:
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    with services.database.reading() as session:
        opening = get_opening(session, principal.reach, office)
        name = names_of(session, principal.agency_id, "office", [office])[office]
    open_cell, since = _cells(opening, tell)
    facts = Facts(((tell("Office"), f"{name} ({office})"), (tell("Open"), open_cell), (tell("Known since"), since)))
    sections = [
        Section((facts, Words(_purpose(tell)), Links(((tell("Opening hours of all offices"), HOURS.address),))))
    ]
    if principal.kind is Role.administrator:
        proven = found.is_proven(services.now())
        form = Section((_form(opening, tell),), tell("Change the hours"))
        sections.append(form if proven else proof_first(tell, "office-hours", office=office))
    page = Page(
        name,
        tell("Open: {hours}.", hours=open_cell),
        tuple(sections),
        faults=tuple((fault.field, fault.in_words(tell)) for fault in faults),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 422 if faults else 200)


def _form(opening: OpeningOut, tell: Language) -> Form:
    hint = tell("Such as 08:00-16:00 or 8-16; empty: closed.")
    days = tuple(
        Field(day, tell(name), hint=hint if place == 0 else None, value=day_text(opening, place, tell), required=False)
        for place, (day, name) in enumerate(WEEKDAYS.items())
    )
    return Form(
        "/desk/hours/change", tell("Save the hours"), (Field("office", "", "hidden", value=opening.office), *days)
    )


def _purpose(tell: Language) -> str:
    return tell(
        "Screening holds what kiosks send more than {minutes} minutes outside these hours, from the day on which they "
        "were said, until an auditor decides. Where all days are empty nothing is judged by them.",
        minutes=str(TOLERANCE_MINUTES),
    )


def _cells(opening: OpeningOut, tell: Language) -> tuple[str, str | None]:
    return week_in_words(opening, tell), None if opening.since is None else tell.day(opening.since.isoformat())


def _address(office: str) -> str:
    return with_query("/desk/hours/office", {"office": office})
