"""A stored report in the format and language somebody asked for."""

import json
from collections.abc import Mapping
from typing import Protocol, TypeVar
from uuid import UUID

from app.closing.rules.report_documents.reports import parse_report
from app.closing.schemas import BesideOut, IdentityOut
from app.closing.tables import Report
from app.foundation.csv_dialects import COMMA, dialect_of
from app.foundation.http.content_negotiation import best_media_type
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.reports.formats.printable import NOTHING_BESIDE, Printable
from app.reports.formats.registry import Format
from app.reports.rules.file_names import file_part
from app.transparency.log import proof_of
from app.transparency.rules.proofs import LogProof


class Offered(Protocol):
    """A format that is asked for by its name or its media type."""

    @property
    def media_type(self) -> str:
        """As Accept names it."""


class FileNamed(Protocol):
    """A report as far as its file is named after it."""

    @property
    def period(self) -> str:
        """The code of its period."""

    @property
    def instrument(self) -> str:
        """The questionnaire it is by."""

    @property
    def revision(self) -> int:
        """Which revision of it."""

    @property
    def kind(self) -> str:
        """About a person, an office, the agency or a survey."""

    @property
    def unit(self) -> str:
        """The code of whom it is about."""


AnyFormat = TypeVar("AnyFormat", bound=Offered)


def format_for(name: str | None, accept: str, formats: Mapping[str, AnyFormat]) -> AnyFormat:
    """The format asked for by name, or by the Accept header. Raises `not-acceptable`."""
    if name is not None:
        return formats[name]
    offered = media_types(formats)
    media_type = best_media_type(accept, offered)
    if media_type is None:
        raise Problem("not-acceptable", offered=", ".join(offered))
    return next(each for each in formats.values() if each.media_type == media_type)


def in_language(form: AnyFormat, formats: Mapping[str, AnyFormat], language: str | None) -> AnyFormat:
    """The format as readers of a language want it: CSV has semicolons where their decimal mark is the comma.

    None: nobody has asked for a language.
    """
    is_plain_csv = form is formats.get("csv")
    return formats["csv-semicolon"] if is_plain_csv and dialect_of(language) is COMMA else form


def media_types(formats: Mapping[str, Offered]) -> tuple[str, ...]:
    """The media types of formats, each once, in their order."""
    return tuple(dict.fromkeys(each.media_type for each in formats.values()))


def printable(
    report: Report,
    public_url: str | None,
    identity: IdentityOut | None = None,
    beside: BesideOut = NOTHING_BESIDE,
    proof: LogProof | None = None,
) -> Printable:
    """The report with its seal, the log's proof and, where it can be checked online, that address; what this reader
    sees beside it."""
    if report.envelope is None:
        return Printable(parse_report(json.loads(report.document)), identity=identity, beside=beside)
    envelope = json.loads(report.envelope)
    address = verification_address(report.report_id, public_url)
    return Printable(parse_report(envelope["document"]), envelope, address, identity, beside, proof)


def logged_proof(session: Session, report: Report) -> LogProof | None:
    """That the log has a final report; None of a draft, and while no checkpoint has it."""
    return None if report.envelope is None else proof_of(session, report.agency_id, report.report_id)


def verification_address(report_id: UUID, public_url: str | None) -> str | None:
    """Where a sealed report can be checked online; None where this service has no public address."""
    return f"{public_url}/v1/reports/{report_id}/verification" if public_url else None


def file_name(report: FileNamed, form: Format) -> str:
    """`2026-Q3-ikl-1-r1-employee-E017.pdf`: codes only, never a name; no two the same on any disk."""
    unit = file_part(report.unit, is_employee=report.kind == "employee")
    return f"{report.period}-{report.instrument}-r{report.revision}-{report.kind}-{unit}{form.suffix}"
