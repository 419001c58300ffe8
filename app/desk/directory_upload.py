"""A workbook that was sent: that it is being read, its faults, what it would change, and importing it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.directory import KEY_COOKIE, UPLOAD, AdministratorOfAll, sender_of
from app.desk.directory_changes import (
    change_rows,
    change_titles,
    counts_table,
    fault_rows,
    fault_titles,
    sentences,
    tables,
)
from app.desk.downloads import csv_file
from app.desk.navigation import AGENCY, DIRECTORY
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, as_id, to, to_proof
from app.directory.faults import Fault
from app.directory.uploads import WORKING, Upload, Uploads, UploadState
from app.directory.workbook.outcome import Checked, Faulty
from app.directory.workbook.preview import Preview
from app.foundation.http.services import services_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Number, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
UploadId = Annotated[UUID, Query(alias="id")]
FILE = f"{UPLOAD}/file"
# As many as anybody mends at once; the file has all.
ON_A_PAGE = 100


@router.get(UPLOAD)
def upload(request: Request, found: AdministratorOfAll, _: Lang, asked: UploadId) -> Response:
    """How far the workbook has come, and what it is."""
    return _upload_page(request, found, asked)


@router.get(FILE)
def upload_file(request: Request, found: AdministratorOfAll, _: Lang, asked: UploadId) -> Response:
    """Every fault of the workbook, or everything it changes, as a file."""
    tell = reader_of(request)
    sent = _find(request, found, asked)
    match None if sent is None else sent.outcome:
        case Faulty() as outcome:
            return csv_file(f"faults-{found.agency_id}.csv", fault_titles(tell), fault_rows(outcome.faults, tell), tell)
        case Checked(preview=preview):
            return csv_file(f"changes-{found.agency_id}.csv", change_titles(tell), change_rows(preview, tell), tell)
        case _:
            return _gone(request, found)


@router.post(f"{UPLOAD}/import")
def import_upload(request: Request, found: AdministratorOfAll, sent: FormSent) -> Response:
    """Import the workbook that was looked at."""
    services = services_of(request)
    asked = as_id(sent.get("id", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "upload", id=asked)
    services.of(Uploads).confirm(sender_of(found), asked, request.cookies.get(KEY_COOKIE, ""))
    # Where there was nothing to confirm the page says how it stands.
    return to(request, f"{UPLOAD}?id={asked}")


@router.post(f"{UPLOAD}/erase")
def erase_upload(request: Request, found: AdministratorOfAll) -> Response:
    """Erase the workbook."""
    services_of(request).of(Uploads).erase(sender_of(found))
    return to(request, DIRECTORY.address)


def _find(request: Request, found: SignedIn, asked: UUID) -> Upload | None:
    return services_of(request).of(Uploads).find(sender_of(found), asked, request.cookies.get(KEY_COOKIE, ""))


def _gone(request: Request, found: SignedIn) -> Response:
    tell = reader_of(request)
    page = Page(
        tell("This file is not here any more"),
        tell("A file is kept for an hour at most, and for the browser alone that sent it. Send it again."),
        (Section((_back(tell),)),),
    )
    return respond(request, page, found, 404)


def _upload_page(request: Request, found: SignedIn, asked: UUID) -> Response:
    tell = reader_of(request)
    sent = _find(request, found, asked)
    if sent is None:
        return _gone(request, found)
    if sent.state in WORKING:
        return respond(request, _working(sent, tell), found)
    match sent.outcome:
        case Faulty() as outcome:
            return respond(request, _faulty(sent, outcome.faults, tell), found)
        case Checked(preview=preview):
            page = _imported(preview, tell) if sent.state is UploadState.imported else _preview(sent, preview, tell)
            return respond(request, page, found)
    return respond(request, _failed(tell), found)


def _working(sent: Upload, tell: Language) -> Page:
    imports = sent.state is UploadState.confirmed
    again = Links(((tell("Look again"), f"{UPLOAD}?id={sent.upload_id}"),))
    return Page(
        tell("The workbook is being imported") if imports else tell("The workbook is being read"),
        tell("A large one takes a minute or two. You may leave this page and come back within the hour."),
        (Section((again,)),),
        script="again.js",
        file=False,
    )


def _failed(tell: Language) -> Page:
    return Page(
        tell("This workbook is too large for this page"),
        tell(
            "Reading it asks for more memory or time than there is. Nothing was changed. Split it, or have the "
            "operator import it by command."
        ),
        (Section((_back(tell),)),),
    )


def _faulty(sent: Upload, faults: Sequence[Fault], tell: Language) -> Page:
    n = tell.number(Number(len(faults)))
    shown = tuple(fault_rows(faults[:ON_A_PAGE], tell))
    caption = (
        tell("What is wrong, in the order of the sheets")
        if len(shown) == len(faults)
        else tell("The first {shown} of {n} faults", shown=str(len(shown)), n=n)
    )
    table = Table(caption, tuple(Column(title, "text") for title in fault_titles(tell)), shown)
    everything = Links(((tell("All faults as a file (CSV)"), f"{FILE}?id={sent.upload_id}"),))
    return Page(
        tell("The workbook cannot be imported yet"),
        tell("There is something to change in it: {n}. Nothing was written; mend the file and send it again.", n=n),
        (Section((table, everything)), Section((_back(tell),))),
        file=False,
    )


def _preview(sent: Upload, preview: Preview, tell: Language) -> Page:
    blocks: list[DeskBlock] = []
    if sent.state is UploadState.outdated:
        notice = tell("The directory has changed since you looked; this is what the workbook would change now.")
        blocks.append(Words(notice, "notice"))
    if preview.changes_nothing:
        return Page(
            tell("The workbook changes nothing"),
            tell("The directory says all of this already."),
            (Section((*blocks, counts_table(preview, tell), *_erase(tell), _back(tell))),),
        )
    blocks += [Words(sentence) for sentence in sentences(preview, tell)]
    blocks.append(Words(tell("What is not in the workbook stays as it is.")))
    form = Form(f"{UPLOAD}/import", tell("Import it"), (Field("id", "", "hidden", value=str(sent.upload_id)),))
    return Page(
        tell("What the workbook would change"),
        tell("Nothing is changed yet. Look through it, then import it."),
        (
            Section((*blocks, counts_table(preview, tell))),
            *tables(f"{FILE}?id={sent.upload_id}", preview, tell),
            Section((form, *_erase(tell)), tell("Import this workbook?")),
        ),
        file=False,
    )


def _imported(preview: Preview, tell: Language) -> Page:
    onward = Links((_back_link(tell), (tell("What is still to do until the first rating"), AGENCY.address)))
    return Page(
        tell("The workbook is imported"),
        tell("The directory says now what stands in it. The audit trail says who imported it, and how many rows."),
        (Section((*map(Words, sentences(preview, tell)), counts_table(preview, tell), onward)),),
    )


def _erase(tell: Language) -> tuple[DeskBlock, ...]:
    return (Form(f"{UPLOAD}/erase", tell("No, throw the file away"), tone="danger"),)


def _back(tell: Language) -> Links:
    return Links((_back_link(tell),))


def _back_link(tell: Language) -> tuple[str, str]:
    return tell("Back to the directory"), DIRECTORY.address
