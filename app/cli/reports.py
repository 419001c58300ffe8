"""`cermin report AGENCY KIND PERIOD`: a whole period's reports as files, or one file for an appraisal system."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import Progress

from app.access.principals import KeyKind, Principal
from app.cli.context import database, err, fail, out, settings
from app.closing.addressing import asked, closings_meant
from app.closing.reading import identity_of
from app.closing.schemas import IdentityOut
from app.closing.store import periods_of, reports_of
from app.closing.tables import Report
from app.directory.catalogue_store import directory_version
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.foundation.translations import translator
from app.reports.appraisals import AppraisedPeriod, appraisals_for, write
from app.reports.formats.appraisal_files import APPRAISAL_FORMATS, AppraisalFormat
from app.reports.formats.pack_files import PACK_FORMATS, PackFormat
from app.reports.formats.registry import FORMATS
from app.reports.pack import pack_for
from app.reports.printing import file_name, in_language, logged_proof, printable
from app.transparency.rules.proofs import LogProof


class ReportKind(StrEnum):
    """Whom or what the reports are about."""

    employee = "employee"
    office = "office"
    agency = "agency"
    appraisal = "appraisal"
    pack = "pack"
    skm = "skm"


# Those that are one file, with their formats and the usual one.
KINDS_OF_FILES: Mapping[ReportKind, tuple[Mapping[str, Any], str]] = {
    ReportKind.appraisal: (APPRAISAL_FORMATS, "xlsx"),
    ReportKind.pack: (PACK_FORMATS, "zip"),
}


def report(
    agency_id: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    kind: Annotated[
        ReportKind,
        typer.Argument(
            help="Whom the reports are about; appraisal: all employees in one file; pack: one appraiser's people."
        ),
    ],
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026-09, 2026-Q3, 2026-S2 or 2026; closed.")],
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write them; made if need be.")],
    form: Annotated[
        str | None,
        typer.Option(
            "--format", help=f"{', '.join(FORMATS)}; left out: pdf, of an appraisal xlsx, of a pack zip (or xlsx)."
        ),
    ] = None,
    appraiser: Annotated[str | None, typer.Option(help="Of a pack: the employee code of who appraises.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of one employee or office only.")] = None,
    revision: Annotated[int | None, typer.Option(min=1, help="Left out: the newest.")] = None,
    instrument: Annotated[str | None, typer.Option(help="By which it was closed; left out, the only one.")] = None,
    language: Annotated[str | None, typer.Option(help="id or en (CERMIN_LANGUAGE).")] = None,
    sees_nip: Annotated[bool, typer.Option("--nip", help="Write the whole NIP into the files.")] = False,
) -> None:
    """Write the reports of a closed period into a folder, one file each; drafts are marked as such."""
    formats, usual = KINDS_OF_FILES.get(kind, (FORMATS, "pdf"))
    form = form or usual
    if form not in formats:
        raise fail(f"There is no format {form}; there are {', '.join(formats)}.")
    if language not in (None, "id", "en"):
        raise fail("Reports are written in id or en.")
    if (appraiser is not None) != (kind is ReportKind.pack):
        raise fail("A pack, and nothing else, is of one appraiser: name that employee with --appraiser.")
    if kind is ReportKind.pack:
        if unit is not None:
            raise fail("A pack holds everybody whom the appraiser appraises; leave --unit out.")
        of = AppraisedPeriod(period, instrument, revision, appraiser)
        _write_pack(agency_id, of, folder, PACK_FORMATS[form], language or settings().language, sees_nip=sees_nip)
        return
    if kind is ReportKind.appraisal:
        if unit is not None:
            raise fail("An appraisal file holds every employee; leave --unit out.")
        of = AppraisedPeriod(period, instrument, revision)
        file_format = in_language(APPRAISAL_FORMATS[form], APPRAISAL_FORMATS, language or settings().language)
        _write_appraisals(agency_id, of, folder, file_format, sees_nip=sees_nip)
        return
    reports = _reports(agency_id, period, instrument, revision)
    found = [each for each in reports if each.kind == kind and unit in (None, each.unit)]
    if not found:
        raise fail("There is no such report.")
    written = in_language(FORMATS[form], FORMATS, language or settings().language)
    identities = _identities(agency_id, found) if sees_nip else {}
    proofs = _proofs(agency_id, found)
    # Drawing takes minutes; every report is read before, so the database is not held meanwhile.
    with writing(), Progress(console=err) as progress:
        folder.mkdir(parents=True, exist_ok=True)
        for each in progress.track(found, description="reports"):
            proof = proofs[each.report_id]
            document = printable(each, settings().public_url, identities.get(each.report_id), proof=proof)
            (folder / file_name(each, written)).write_bytes(written.write(document, language or settings().language))
    out.print(f"{len(found)} reports written to {folder}", markup=False, highlight=False)


def _reports(agency_id: str, period: str, instrument: str | None, revision: int | None) -> list[Report]:
    """The reports of one revision, under every root for which the period was closed."""
    with one_moment(agency_id) as session:
        meant = closings_meant(periods_of(session, agency_id, asked(period).code), instrument)
        closed = [each for each in meant if revision in (None, each.revision)]
        # Revisions come in order, so of each root the newest stays.
        newest = {each.root: each for each in closed}
        return [each for chosen in newest.values() for each in reports_of(session, chosen)]


def _identities(agency_id: str, reports: list[Report]) -> Mapping[UUID, IdentityOut | None]:
    with one_moment(agency_id) as session:
        return {each.report_id: identity_of(session, each) for each in reports}


def _proofs(agency_id: str, reports: list[Report]) -> Mapping[UUID, LogProof | None]:
    with one_moment(agency_id) as session:
        return {each.report_id: logged_proof(session, each) for each in reports}


def _write_appraisals(
    agency_id: str, of: AppraisedPeriod, folder: Path, form: AppraisalFormat, *, sees_nip: bool
) -> None:
    with one_moment(agency_id) as session, writing():
        # Whoever works on the machine itself may see what an administrator may.
        operator = Principal(agency_id, KeyKind.admin, UUID(int=0), sees_nip=sees_nip)
        asked_for = appraisals_for(session, operator, of, settings().public_url)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / asked_for.file_name(form)
        with file.open("wb") as target:
            write(session, asked_for, form, target)
    out.print(f"{file} written", markup=False, highlight=False)


def _write_pack(
    agency_id: str, of: AppraisedPeriod, folder: Path, form: PackFormat, language: str, *, sees_nip: bool
) -> None:
    with one_moment(agency_id) as session:
        operator = Principal(agency_id, KeyKind.admin, UUID(int=0), sees_nip=sees_nip)
        packed = pack_for(session, operator, of, settings().public_url)
    with writing():
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{packed.name}{form.suffix}"
        with file.open("wb") as target:
            form.write(packed, language, target)
    out.print(f"{file} written", markup=False, highlight=False)


@contextmanager
def one_moment(agency_id: str) -> Iterator[Session]:
    """A session that sees one moment of the database; a refusal ends the command with its sentence."""
    translate = translator("en")
    with database() as opened, opened.snapshot() as session:
        if directory_version(session, agency_id) is None:
            raise fail(f"There is no agency {agency_id}.")
        try:
            yield session
        except Problem as problem:
            raise fail(problem.document(translate)["detail"]) from None


@contextmanager
def writing() -> Iterator[None]:
    """A folder or file that cannot be written ends the command with a sentence."""
    try:
        yield
    except OSError as error:
        raise fail(f"{error.filename} cannot be written: {error.strerror}.") from None
