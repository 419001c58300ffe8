"""Questionnaires: those that are in force, and adding one of the agency's own; one of them is in `instrument.py`."""

from re import compile
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.desk.account import proof_first
from app.desk.addresses import with_query
from app.desk.blocks import Field, Form, LinkedTable, Links, Page, Section
from app.desk.files_sent import FileSent, SentFile
from app.desk.navigation import INSTRUMENTS
from app.desk.periods import refuse_part
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of, to, to_proof
from app.foundation.http.services import services_of
from app.instruments.faults import Fault, InstrumentFault
from app.instruments.loading import MAX_LENGTH, shipped, template_text
from app.instruments.model import Instrument
from app.instruments.registry import add_own, instruments_of
from app.instruments.xlsform_apart import text_apart
from app.instruments.xlsform_reading import MAX_BYTES
from app.people.faults import PeopleFault
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Cell, Column, Number, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Administrator = Annotated[SignedIn, Depends(having(INSTRUMENTS))]
TEMPLATE = "/desk/instruments/template"
# More than anybody mends at once; a page stays small.
MOST_FAULTS = 50
# With what an archive begins; a text does not.
A_WORKBOOK = b"PK\x03\x04"
A_ROW = compile(r"(survey|choices|settings)\.([0-9]+)")
# What a form adds to a file.
LIMITS = {"/desk/instruments/add": MAX_BYTES + 16 * 1024}


@router.get("/desk/instruments")
def instruments(request: Request, found: Administrator, _: Lang) -> Response:
    """Every questionnaire that the agency may use, and the form that adds one."""
    return _instruments(request, found)


@router.get(TEMPLATE)
def template(request: Request, found: Administrator, _: Lang) -> Response:  # noqa: ARG001 - who may have it
    """A questionnaire's file to fill in, with a word on every part."""
    headers = {"Content-Disposition": 'attachment; filename="questionnaire.toml"', "Cache-Control": "no-store"}
    return Response(template_text(), media_type="text/plain; charset=utf-8", headers=headers)


@router.post("/desk/instruments/add")
def add(request: Request, found: Administrator, sent: FileSent) -> Response:
    """Add an agency's own questionnaire from its file; a version once added never changes."""
    services, tell = services_of(request), reader_of(request)
    refuse_part(found)
    if not found.is_proven(services.now()):
        return to_proof(request, "instruments")
    try:
        source = _text_of(sent)
        with services.database.writing() as session:
            added = add_own(session, found.agency_id, source, actor=principal_of(found).actor, now=services.now())
    except PeopleFault as fault:
        return _instruments(request, found, (fault.in_words(tell),))
    except InstrumentFault as wrong:
        return _instruments(request, found, tuple(_in_words(fault, tell) for fault in wrong.found))
    return to(request, address_of(added))


def address_of(instrument: Instrument) -> str:
    """The page of a questionnaire."""
    return with_query("/desk/instrument", {"id": instrument.id})


def origin_of(instrument: Instrument, tell: Language) -> str:
    """Whether a questionnaire comes with the service, or is the agency's own."""
    return tell("comes with Cermin") if instrument.id in shipped() else tell("of the agency")


def _text_of(file: SentFile) -> str:
    if not file.content:
        raise PeopleFault("Choose a file.", "file")
    if file.name.lower().endswith(".xlsx") or file.content.startswith(A_WORKBOOK):
        return text_apart(file.content)
    try:
        # Some editors begin a text with a mark of its encoding.
        return file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PeopleFault("This file is neither a UTF-8 text nor an XLSX workbook.", "file") from None


def _in_words(fault: Fault, tell: Language) -> str:
    """A fault with its place: of an XLSForm sheet and row, of a text the name of the part."""
    in_a_row = A_ROW.fullmatch(fault.place)
    if in_a_row is None:
        return fault.in_words(tell)
    # In quotes: words of the file stay as they are, also where one of them is a word of ours.
    place = tell("sheet {sheet}, row {row}", sheet=f"“{in_a_row[1]}”", row=in_a_row[2])
    values = {name: f"“{value}”" if isinstance(value, str) else value for name, value in fault.values.items()}
    return f"{place}: {tell(fault.text, **values)}"


def _instruments(request: Request, found: SignedIn, faults: tuple[str, ...] = ()) -> Response:
    services, tell = services_of(request), reader_of(request)
    with services.database.reading() as session:
        known = sorted(instruments_of(session, found.agency_id).values(), key=lambda each: each.id)
    titles = (tell("Questionnaire"), tell("Title"), tell("Index"), tell("Questions"), tell("Origin"))
    table = Table(
        tell("Questionnaires in force; each leads to its questions as citizens see them"),
        tuple(Column(each, "text") for each in titles),
        tuple(_row(each, tell) for each in known),
    )
    sections = [Section((LinkedTable(table, tuple(address_of(each) for each in known)),))]
    if principal_of(found).office is not None:
        sections.append(Section((Words(tell("Who answers for the whole agency adds questionnaires.")),)))
    elif found.is_proven(services.now()):
        sections.append(_adding(tell))
    else:
        sections.append(proof_first(tell, "instruments"))
    own = sum(each.id not in shipped() for each in known)
    page = Page(
        tell("Questionnaires"),
        tell("Questionnaires in force: {n}, of these the agency's own: {own}.", n=str(len(known)), own=str(own)),
        tuple(sections),
        faults=_shown(faults, tell),
    )
    return respond(request, page, found, 422 if faults else 200)


def _adding(tell: Language) -> Section:
    hint = tell(
        "An XLSForm of ODK or KoBoToolbox (.xlsx) with questions of the type select_one, or a TOML file in UTF-8 of at "
        "most {most} characters.",
        most=tell.number(Number(MAX_LENGTH)),
    )
    return Section(
        (
            Words(
                tell(
                    "A version once added never changes, because ratings hold bare answers: a correction is a new "
                    "version. Kiosks and apps find the new one by themselves."
                )
            ),
            Links(((tell("Download a file to fill in"), TEMPLATE),)),
            Form(
                "/desk/instruments/add",
                tell("Add the questionnaire"),
                (Field("file", tell("File of the questionnaire"), "file", hint=hint),),
            ),
        ),
        tell("Add a questionnaire of your own"),
    )


def _shown(faults: tuple[str, ...], tell: Language) -> tuple[tuple[str | None, str], ...]:
    more = len(faults) - MOST_FAULTS
    shown = tuple(("file", each) for each in faults[:MOST_FAULTS])
    return (*shown, (None, tell("… and {n} more.", n=str(more)))) if more > 0 else shown


def _row(instrument: Instrument, tell: Language) -> tuple[Cell, ...]:
    title, asked = instrument.titles[tell.code], str(len(instrument.items))
    return instrument.id, title, instrument.index_name, asked, origin_of(instrument, tell)
