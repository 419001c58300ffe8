"""The file by which an integrity report is handed over, in the shape of an Open311 request (GeoReport v2). Pure.

https://wiki.open311.org/GeoReport_v2/ has no member for sealed words: they stand beside its own, under a name of ours.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.integrity.rules.kinds import KINDS_VERSION, NAMES, ReportState
from app.integrity.rules.plaintext import About

# What the receiver reads in the place of the words.
DESCRIPTION = "Sealed (JWE, RFC 7516): open it with one of the keys named in cermin_sealed.recipients."
STATUS: Mapping[ReportState, str] = {
    ReportState.received: "open",
    ReportState.forwarded: "open",
    ReportState.confirmed: "closed",
    ReportState.erased: "closed",
}


def request_file(report_id: UUID, about: About, state: ReportState, sealed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A list of one request, as GET requests.json of GeoReport v2 answers it, with the sealed words beside it.

    It has no hour, no place but the office's code, and nobody's name: nothing of that is kept.
    """
    day = about.received_on.isoformat()
    return [
        {
            "service_request_id": str(report_id),
            "status": STATUS[state],
            "service_code": str(about.kind),
            "service_name": NAMES[about.kind],
            "description": DESCRIPTION,
            "agency_responsible": str(about.recipient),
            # GeoReport wants a moment. Only the day is known; this one lies on that day in every zone of the country.
            "requested_datetime": f"{day}T00:00:00Z",
            "jurisdiction_id": about.agency,
            "address_id": about.office,
            "cermin_day": day,
            "cermin_kinds": f"ombudsman-{KINDS_VERSION}",
            "cermin_sealed": dict(sealed),
        }
    ]


def sealed_in(found: object) -> dict[str, Any] | None:
    """The sealed words in such a file, or the file itself where it is nothing else; None for any other file."""
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, dict) and "cermin_sealed" in found:
        found = found["cermin_sealed"]
    return found if isinstance(found, dict) and "ciphertext" in found else None
