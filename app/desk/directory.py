"""The directory: what there is, taking it along as a workbook, and sending one in."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.desk.account import proof_first
from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.faults import Faults
from app.desk.files_sent import FileSent
from app.desk.moments import moment_words
from app.desk.navigation import DIRECTORY
from app.desk.rendering import reader_of, remember, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of, to, to_proof
from app.desk.trail_words import actor_words
from app.directory.catalogue_store import directory_counts
from app.directory.uploads import KEPT, Sender, Uploads
from app.directory.workbook.exporting import export_directory
from app.directory.workbook.routes import LARGEST, workbook_response
from app.directory.workbook.template import template
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.people.schemas import ActionOut, TrailQuery
from app.people.signed_in import SignedIn
from app.people.trail import read_trail
from app.reports.sections.blocks import Facts, Number, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Administrator = Annotated[SignedIn, Depends(having(DIRECTORY))]
UPLOAD = "/desk/directory/upload"
# What a form adds to a file.
LIMITS = {UPLOAD: LARGEST + 16 * 1024}
# Opens the workbook that this browser sent, and nothing else; the database has no copy of it.
KEY_COOKIE = "cermin_workbook"
KINDS = {
    "offices": "Places of service",
    "services": "Services",
    "counters": "Counters",
    "employees": "Employees",
    "postings": "Postings",
    "duties": "Duties",
    "targets": "Targets (SKP)",
    "promises": "Promises",
}


def administrator_of_all(found: Administrator) -> SignedIn:
    """An administrator of the whole agency. Raises `out-of-scope` for one of an office."""
    if principal_of(found).office is not None:
        raise Problem("out-of-scope", what="the whole agency")
    return found


AdministratorOfAll = Annotated[SignedIn, Depends(administrator_of_all)]


@router.get("/desk/directory")
def directory(request: Request, found: Administrator, _: Lang) -> Response:
    """What there is, and what can be done with it."""
    return directory_page(request, found)


@router.get("/desk/directory/template")
def directory_template(found: Administrator, _: Lang) -> Response:  # noqa: ARG001 - asked for by those who may fill it in
    """The empty workbook with examples and instructions."""
    return workbook_response("directory-template.xlsx", template())


@router.get("/desk/directory/file")
def directory_file(request: Request, found: AdministratorOfAll, _: Lang) -> Response:
    """The directory as it stands, for whoever has just proved to be there: it names persons with NIP."""
    services = services_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "directory")
    exported = export_directory(
        services.database, agency_id=found.agency_id, actor=principal_of(found).actor, now=services.now()
    )
    return workbook_response(f"directory-{found.agency_id}.xlsx", exported.content)


@router.post(UPLOAD)
def send_workbook(request: Request, found: AdministratorOfAll, sent: FileSent) -> Response:
    """Take a workbook, and look at it."""
    services = services_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "directory")
    if not sent.content:
        return directory_page(request, found, reader_of(request)("Choose a file that is not empty."))
    upload_id, key = services.of(Uploads).take(sender_of(found), sent.name or "file", sent.content)
    response = to(request, f"{UPLOAD}?id={upload_id}")
    secure = request.scope["scheme"] == "https"
    remember(response, KEY_COOKIE, key, int(KEPT.total_seconds()), secure=secure)
    return response


def sender_of(found: SignedIn) -> Sender:
    """This administrator as one who sends workbooks."""
    return Sender(found.agency_id, found.person_id, principal_of(found).actor, found.employee)


def directory_page(request: Request, found: SignedIn, fault: str | None = None) -> Response:
    """The page, perhaps with what was wrong with the file."""
    services, tell = services_of(request), reader_of(request)
    whole = principal_of(found).office is None
    with services.database.reading() as session:
        counts = directory_counts(session, found.agency_id)
        last = _last_import(session, found)
    facts = Facts(tuple((tell(KINDS[kind]), Number(n)) for kind, n in counts.items()))
    sections = [Section((facts, _last(last, found.zone, tell)))]
    if not whole:
        sections.append(Section((Words(tell("Who administers the whole agency changes its directory.")),)))
    elif found.is_proven(services.now()):
        waiting = services.of(Uploads).waiting(sender_of(found))
        sections += [_download(tell), _upload(waiting, tell)]
    else:
        sections += [Section((_template(tell),)), proof_first(tell, "directory")]
    faults: Faults = () if fault is None else (("file", fault),)
    n = tell.number(Number(counts["employees"]))
    lead = tell("Employees in the directory: {n}. It is changed by sending in a workbook.", n=n)
    page = Page(tell("Directory"), lead, tuple(sections), faults=faults)
    return respond(request, page, found, 200 if fault is None else 422)


def _last_import(session: Session, found: SignedIn) -> ActionOut | None:
    query = TrailQuery(action="directory.imported", limit=1)
    items = read_trail(session, principal_of(found).reach, query).items
    return items[0] if items else None


def _last(last: ActionOut | None, zone: str, tell: Language) -> DeskBlock:
    if last is None:
        return Words(tell("No workbook has been imported so far."))
    who = actor_words(last.actor, last.name, tell)
    return Facts(((tell("Last import"), moment_words(last.at, zone, tell)), (tell("Imported by"), who)))


def _template(tell: Language) -> Links:
    return Links(((tell("An empty workbook with examples (XLSX)"), "/desk/directory/template"),))


def _download(tell: Language) -> Section:
    return Section(
        (
            Words(
                tell(
                    "The workbook has everybody at the latest posting, with NIP, and the duties there. Changed and "
                    "sent in again, it changes what differs; as it is, nothing. The audit trail says who took it."
                )
            ),
            Links(
                (
                    (tell("The directory as it stands (XLSX)"), "/desk/directory/file"),
                    *_template(tell).items,
                )
            ),
        ),
        tell("Take it along"),
    )


def _upload(waiting: object | None, tell: Language) -> Section:
    hint = tell(
        "An XLSX workbook, or a CSV file named after its sheet (employees.csv); at most {n} MB. First you see what it "
        "would change.",
        n=str(LARGEST // 1024**2),
    )
    form = Form(UPLOAD, tell("Send and look"), (Field("file", tell("Workbook"), "file", hint=hint),))
    words = Words(
        tell(
            "Rows that are not in the file stay as they are. A row with a wrong cell is told, and then nothing changes."
        )
    )
    again = ((tell("The file that you sent before"), f"{UPLOAD}?id={waiting}"),) if waiting else ()
    return Section((words, *((Links(again),) if again else ()), form), tell("Send in a workbook"))
