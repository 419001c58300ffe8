"""The report as it was signed, or the draft as it is: the bytes are those that are stored."""

from app.reports.canonical import canonical
from app.reports.formats.printable import Printable


def json_bytes(report: Printable, language: str = "id") -> bytes:  # noqa: ARG001 - Signed bytes have no language.
    """The envelope, or `{"document": …}` of a draft (RFC 8785)."""
    if report.envelope is None:
        return canonical({"document": report.document})
    return canonical(report.envelope)
