"""What a webhook is told: what happened and where to read it, never what is read there. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime

from app.outbox.rules.kinds import EventKind

# Where the thing itself is read over the API; what an event is about stands in braces.
RESOURCES: Mapping[EventKind, str] = {
    EventKind.drop: "/v1/measures/offices?period={period}&instrument={instrument}",
    EventKind.silent: "/v1/devices/{device}",
    EventKind.finding: "/v1/findings/{finding}",
    EventKind.overdue: "/v1/periods/{period}/follow-ups?instrument={instrument}",
    EventKind.drafted: "/v1/reports?period={period}&instrument={instrument}&revision={revision}",
    EventKind.final: "/v1/reports?period={period}&instrument={instrument}&revision={revision}",
    EventKind.ending: "/v1/periods",
    EventKind.integrity_received: "/v1/integrity-reports",
    EventKind.integrity_forwarded: "/v1/integrity-reports/{report}/hand-over",
}
BY_OFFICE = frozenset({EventKind.drop, EventKind.overdue})


def resource(kind: EventKind, office: str | None, about: Mapping[str, str]) -> str:
    """The path at which the thing is read over the API."""
    path = RESOURCES[kind].format(**about)
    return f"{path}&office={office}" if office is not None and kind in BY_OFFICE else path


def webhook_body(
    kind: EventKind, happened_at: datetime, agency_id: str, office: str | None, about: Mapping[str, str], base: str
) -> bytes:
    """The body of a message (`type`, `timestamp`, `data`), byte for byte the same at every attempt.

    `base` is the service's public address, empty where none is set: then `url` is a path.
    """
    data = {"agency": agency_id, "office": office, **about, "url": f"{base}{resource(kind, office, about)}"}
    told = {"type": str(kind), "timestamp": happened_at.isoformat().replace("+00:00", "Z"), "data": data}
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
