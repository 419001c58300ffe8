"""Personal links on paper: who has no account, and the sheets for them; each making ends the links before."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.closing.addressing import asked, newest
from app.closing.slips import without_account
from app.closing.tables import DRAFT, Period
from app.desk.account import proof_first
from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.faults import faults_of
from app.desk.page_file import is_asked_as_file
from app.desk.periods import REFUSED, Closer, address_of, refuse_part
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, principal_of, to_proof
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language
from app.reports.slips.sheets import MOST_SLIPS, AskedSlips, make_sheets

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Code = Annotated[PeriodCode, Query()]
ByInstrument = Annotated[InstrumentId, Query()]
# A list of more is longer than anybody looks through, and than a page may be; the sheets have all.
MOST_LISTED = 200


@router.get("/desk/period/slips")
def slips(request: Request, found: Closer, _: Lang, code: Code, instrument: ByInstrument) -> Response:
    """Who would get a slip, and what making them does."""
    refuse_part(found)
    return _slips(request, found, code, instrument)


@router.post("/desk/period/slips/make")
def make(request: Request, found: Closer, sent: FormSent) -> Response:
    """Make new links and answer the sheets, once: of a link only a digest is kept."""
    services, tell = services_of(request), reader_of(request)
    refuse_part(found)
    code, instrument = sent.get("code", ""), sent.get("instrument", "")
    if not found.is_proven(services.now()):
        return to_proof(request, "slips", code=code, instrument=instrument)
    reach, public_url = principal_of(found).reach, services.settings.public_url
    try:
        given = AskedSlips(code, instrument, sent.get("office") or None, MOST_SLIPS)
        sheets = make_sheets(services.database, reach, given, public_url, tell, services.now())
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return _slips(request, found, code, instrument, problem)
    headers = {"Content-Disposition": f'attachment; filename="{sheets.name}"', "Cache-Control": "private, no-store"}
    return Response(sheets.content, media_type="application/pdf", headers=headers)


def _slips(request: Request, found: SignedIn, code: str, instrument: str, fault: Problem | None = None) -> Response:
    tell, principal = reader_of(request), principal_of(found)
    with services_of(request).database.reading() as session:
        period = newest(session, principal.reach, asked(code), instrument)
        codes = without_account(session, period)
        names = names_of(session, found.agency_id, By.employee, codes)
        offices = names_of(session, found.agency_id, By.office, {each for each in codes.values() if each})
    people = sorted((offices.get(codes[each] or "", ""), names.get(each, each), each) for each in codes)
    listed_people = people if is_asked_as_file(request) else people[:MOST_LISTED]
    columns = tuple(Column(each, "text") for each in (tell("Name"), tell("Code"), tell("Office")))
    rows = tuple((name, each, office or None) for office, name, each in listed_people)
    more = len(people) - len(rows)
    note = tell("and {n} more", n=str(more)) if more else None
    listed: tuple[DeskBlock, ...] = (
        (Table(tell("Employees without an account"), columns, rows, note=note),) if rows else ()
    )
    sections = (
        *_making(request, found, period, offices, tell),
        *((Section(listed, tell("Who gets one")),) if listed else ()),
        Section((Links(((tell("Back to the period"), address_of(period)),)),)),
    )
    lead = tell("{n} employees of {period} have no account: they can read their draft by a link on paper.",
                n=str(len(people)), period=tell.period(period.code))  # fmt: skip
    title = tell("Personal links on paper")
    page = Page(title, lead, sections, faults=() if fault is None else faults_of(fault, tell))
    return respond(request, page, found, 200 if fault is None else fault.status)


def _making(
    request: Request, found: SignedIn, period: Period, offices: Mapping[str, str], tell: Language
) -> tuple[Section, ...]:
    """What making them does, in words, and the form for it."""
    services = services_of(request)
    if period.state != DRAFT:
        return (Section((Words(tell("This period is final: links are made for drafts only.")),)),)
    if not offices:
        return ()
    if services.settings.public_url is None:
        return (Section((Words(tell("Nobody has said under which address employees get here (CERMIN_PUBLIC_URL).")),)),)
    if not found.is_proven(services.now()):
        return (proof_first(tell, "slips", code=period.code, instrument=period.instrument),)
    named = sorted(offices.items(), key=lambda each: (each[1], each[0]))
    said = tell(
        "A sheet has eight slips, each with name, code and link. Links that these employees were given before end at "
        "once. The sheets come once: only a digest of each link is kept, and the audit trail says that you made them."
    )
    hand = tell(
        "Hand each slip to the one it names: whoever has the link reads that report and may reply in that name."
    )
    fields = (
        Field("code", "", "hidden", value=period.code),
        Field("instrument", "", "hidden", value=period.instrument),
        Field("office", tell("Office"), "select", choices=(("", tell("All offices")), *named), required=False),
    )
    form = Form("/desk/period/slips/make", tell("Make new links and the sheets"), fields, tone="danger")
    return (Section((Words(said), Words(hand, "notice"), form), tell("Make the sheets")),)
