"""The report as it was signed, or the draft as it is: the bytes are those that are stored.

For a reader who sees the whole NIP it stands beside the sealed document, never in it; and so does the log's proof.
"""

from typing import Any

from app.reports.formats.printable import Printable
from app.seals.rules.canonical_json import canonical


def json_bytes(report: Printable, language: str = "id") -> bytes:  # noqa: ARG001 - Signed bytes have no language.
    """The envelope, or `{"document": …}` of a draft, with identity and proof beside it if there are any (RFC 8785)."""
    beside: dict[str, Any] = {} if report.identity is None else {"identity": report.identity.model_dump()}
    if report.proof is not None:
        beside["proof"] = str(report.proof)
    return canonical({**(report.envelope or {"document": report.document.plain()}), **beside})


def attachment_bytes(report: Printable) -> bytes:
    """The sealed envelope exactly as it was signed, whoever reads it; empty for a draft."""
    return b"" if report.envelope is None else canonical(report.envelope)
