"""The whole directory over HTTP, as the workbook that the command imports and exports."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.access.guard import requires
from app.access.principals import KeyKind, Principal, Role
from app.directory.faults import phrase
from app.directory.schemas import DirectoryImported, SheetChanges
from app.directory.workbook.apart import WorkbookProcess, WorkbookTooLarge
from app.directory.workbook.exporting import MIME_TYPE, export_directory
from app.directory.workbook.outcome import Checked, Faulty
from app.directory.workbook.task import Task
from app.directory.workbook.template import template
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.foundation.problems import FieldError, Problem, busy

Administrator = Annotated[Principal, Depends(requires(KeyKind.admin, roles=(Role.administrator,), proof=True))]
AnyAdministrator = Annotated[Principal, Depends(requires(KeyKind.admin, roles=(Role.administrator,)))]
DryRun = Annotated[bool, Query(description="Only say what would change, or what is wrong.")]

PATH = "/v1/directory"
# A workbook of 100,000 employees has about six. The cells are bounded, too (`child.py`).
LARGEST = 8 * 1024**2
LIMITS = {PATH: LARGEST}
MOST_ERRORS = 1_000
NAME = "directory.xlsx"
XLSX: dict[str, Any] = {MIME_TYPE: {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix="/v1", tags=["directory"])


@router.get(
    "/directory",
    response_class=Response,
    responses={200: {"description": "The directory.", "content": XLSX}, **problems(422)},
)
def directory_workbook(request: Request, principal: Administrator) -> Response:
    """The whole directory as a workbook: everybody at the latest posting, with NIP. Importing it changes nothing."""
    _require_agency(principal)
    services = services_of(request)
    exported = export_directory(
        services.database, agency_id=principal.agency_id, actor=principal.actor, now=services.now()
    )
    return workbook_response(f"directory-{principal.agency_id}.xlsx", exported.content)


@router.get(
    "/directory/template",
    response_class=Response,
    responses={200: {"description": "The workbook to fill in.", "content": XLSX}, **problems(422)},
)
def directory_template(principal: AnyAdministrator) -> Response:  # noqa: ARG001 - asked for by those who may fill it in
    """The workbook to fill in, with examples and instructions."""
    return workbook_response("directory-template.xlsx", template())


@router.post(
    "/directory",
    responses=problems(408, 413, 415, 422),
    openapi_extra={"requestBody": {"required": True, "content": XLSX}},
)
async def import_directory(request: Request, principal: Administrator, dry_run: DryRun = False) -> DirectoryImported:
    """Import a workbook: all of it, or nothing and every fault. What is not in it stays; again it changes nothing."""
    _require_agency(principal)
    _require_xlsx(request)
    content = await request.body()
    return await run_in_threadpool(_imported, request, principal, content, dry_run=dry_run)


def workbook_response(name: str, content: bytes) -> Response:
    """A workbook to be kept as a file of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=MIME_TYPE, headers=headers)


def _imported(request: Request, principal: Principal, content: bytes, *, dry_run: bool) -> DirectoryImported:
    services = services_of(request)
    process = services.of(WorkbookProcess)
    task = Task(
        database_url=process.address,
        agency_id=principal.agency_id,
        actor=principal.actor,
        name=NAME,
        now=services.now(),
        by=principal.employee,
        imports=not dry_run,
    )
    with process.turn(waits=False) as mine:
        if not mine:
            raise busy()
        try:
            outcome = process.run(task, content)
        except WorkbookTooLarge:
            raise Problem("workbook-too-large") from None
    if isinstance(outcome, Faulty):
        raise refusal(outcome)
    return _told(outcome)


def refusal(outcome: Faulty) -> Problem:
    """The problem of a workbook with faults; of very many it names the first."""
    n = len(outcome.faults)
    errors = [
        FieldError(
            ".".join(str(part) for part in (fault.sheet, fault.row, fault.column) if part is not None),
            "workbook-fault",
            {"problem": phrase(fault.problem)},
        )
        for fault in outcome.faults[:MOST_ERRORS]
    ]
    return Problem("workbook-refused", errors=errors, extra={"faults": n}, n=n)


def _told(outcome: Checked) -> DirectoryImported:
    preview = outcome.preview
    return DirectoryImported(
        imported=outcome.kind == "imported",
        postings_ended=preview.ended,
        **{sheet: SheetChanges(**counts._asdict()) for sheet, counts in preview.counts.items()},
    )


def _require_agency(principal: Principal) -> None:
    if principal.office is not None:
        raise Problem("out-of-scope", what="the whole agency")


def _require_xlsx(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    packed = request.headers.get("content-encoding", "identity").strip().lower() != "identity"
    if media_type != MIME_TYPE or packed:
        raise Problem("workbook-expected", media_type=MIME_TYPE)
