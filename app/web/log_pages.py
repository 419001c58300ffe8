"""`/log`: the log that outsiders can check, in words; `/log/{agency}/…`: its files (c2sp.org/tlog-tiles)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from re import fullmatch
from typing import NamedTuple

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.access.guesses import LinkGuesses
from app.foundation.http.etag import has_tag, tag_of
from app.foundation.http.services import address_of, services_of
from app.foundation.problems import Problem, busy
from app.foundation.storage.agency_scope import enter_agency
from app.pages.shell import language_of
from app.reports.sections.language import language
from app.transparency.rules.base64_text import encoded
from app.transparency.rules.checkpoints import parse_checkpoint
from app.transparency.rules.notes import Signature, parse_note, stamp_of
from app.transparency.rules.stamps import stamp_name, stamped_size, time_in
from app.transparency.rules.tiles import CHECKPOINT, tile_of
from app.transparency.serving import served_log
from app.transparency.sources import NoSuchFile, Source
from app.web.pages import Lang, page

router = APIRouter(include_in_schema=False)
A_CODE = r"[A-Za-z0-9-]{1,40}"
# A tile never changes; a witness that looks twice within some seconds need not be told what came between.
FOR_EVER, FOR_SECONDS = "public, max-age=31536000, immutable", "public, max-age=5"


class Seen(NamedTuple):
    """A line under a checkpoint: who has cosigned it and, by its own word, on which day."""

    name: str
    day: str


@router.get("/log")
def about(request: Request, _: Lang = None) -> HTMLResponse:
    """What the log is and how it is checked. Which agencies there are is not told."""
    return page(request, "log.html", here="/log", checkpoint=None, stamp=None, address=f"{_host(request)}/log/…")


@router.get("/log/{agency}")
def agency_log(request: Request, agency: str, _: Lang = None) -> HTMLResponse:
    """The newest checkpoint of an agency's log, and how it is checked."""
    code = language_of(request)
    with _looked_up(request, agency) as source:
        try:
            note = parse_note(source.read(CHECKPOINT))
            checkpoint = parse_checkpoint(note.text)
        except NoSuchFile:
            raise
        except ValueError:
            # Damaged behind the service's back: `cermin check` says where.
            raise busy() from None
        stamp = _stamp(source, checkpoint.size)
    return page(
        request,
        "log.html",
        here=f"/log/{agency}",
        agency=agency,
        checkpoint=checkpoint,
        root=encoded(checkpoint.root),
        seen=[Seen(each.name, _day(each, code)) for each in note.signatures[1:]],
        stamp=stamp_name(checkpoint.size) if stamp else None,
        stamped_at=_moment(stamp, code) if stamp else None,
        is_stamped_here=services_of(request).settings.timestamp_url is not None,
        address=f"{_host(request)}/log/{agency}",
    )


@router.get("/log/{agency}/{name:path}")
def log_file(request: Request, agency: str, name: str) -> Response:
    """One file of the log: `checkpoint`, `tile/0/000`, `tile/entries/000.p/17`, `stamps/17.tsr` …; there is no list."""
    if name != CHECKPOINT and tile_of(name) is None and stamped_size(name) is None:
        raise HTTPException(404)
    with _looked_up(request, agency, name) as source:
        try:
            content = source.read(name)
        except NoSuchFile:
            raise
        except ValueError:
            raise busy() from None
    if name != CHECKPOINT:
        form = "application/octet-stream" if stamped_size(name) is None else "application/timestamp-reply"
        return Response(content, media_type=form, headers={"Cache-Control": FOR_EVER})
    headers = {"Cache-Control": FOR_SECONDS, "ETag": tag_of(content.decode(errors="replace"))}
    if has_tag(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/plain; charset=utf-8", headers=headers)


@contextmanager
def _looked_up(request: Request, agency: str, name: str = CHECKPOINT) -> Iterator[Source]:
    """The agency's log; what it has not is a page that is not there, and one of many attempts at an agency's code."""
    services = services_of(request)
    try:
        if not fullmatch(A_CODE, agency):
            raise Problem("report-unknown")
        enter_agency(agency)
        with services.of(LinkGuesses).attempt(address_of(request), f"log {agency} {name}"):
            try:
                yield served_log(services.database, agency, services.settings.log_folder)
            except NoSuchFile:
                raise Problem("report-unknown") from None
    except Problem as problem:
        if problem.code != "report-unknown":
            raise
        raise HTTPException(404) from None


def _day(cosignature: Signature, code: str) -> str:
    """The day that a witness names; empty where it names none that a calendar has."""
    try:
        day = datetime.fromtimestamp(stamp_of(cosignature), UTC).date()
    except (ValueError, OverflowError, OSError):
        return ""
    return language(code).day(day.isoformat())


def _stamp(source: Source, size: int) -> bytes | None:
    """The time stamp of the checkpoint, if it has one that can be had."""
    try:
        return source.read(stamp_name(size))
    except ValueError:
        return None


def _moment(stamp: bytes, code: str) -> str:
    """The time that a stamp tells, in UTC as it is written there; empty where it cannot be read."""
    try:
        at = time_in(stamp)
    except ValueError:
        return ""
    return f"{language(code).day(at.date().isoformat())}, {at:%H:%M:%S} UTC"


def _host(request: Request) -> str:
    """The public address of this service, as far as it knows."""
    return services_of(request).settings.public_url or str(request.base_url).rstrip("/")
