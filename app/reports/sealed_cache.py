"""Final reports that were asked for lately, as they are stored: they never change, so nobody need read them again."""

from time import monotonic
from typing import NamedTuple
from uuid import UUID

from app.access.principals import Principal, Role
from app.foundation.recent_values import RecentValues

# Some kilobytes each.
MOST = 500
# For how many seconds a proof is handed out although there may be a better one.
FRESH = 600.0


class SealedReport(NamedTuple):
    """A final report's names, its envelope, and the log's proof beside it with what tells it from a later one."""

    period: str
    instrument: str
    revision: int
    kind: str
    unit: str
    envelope: str
    proof: str = ""
    proof_state: str = ""


class SealedReportCache:
    """Keeps the last few hundred, for keys that reach the whole agency and see no NIP; others read the store."""

    def __init__(self, most: int = MOST) -> None:
        self._reports = RecentValues[tuple[str, UUID], tuple[float, SealedReport]](most)

    def find(self, principal: Principal, report_id: UUID) -> SealedReport | None:
        """The report, if this key may have it and it is here."""
        # A key of an office reaches some reports only, persons even less, and whoever sees the NIP gets it beside the
        # stored bytes.
        if principal.office is not None or principal.sees_nip or isinstance(principal.kind, Role):
            return None
        kept_at, report = self._reports.find((principal.agency_id, report_id)) or (0.0, None)
        # The report stays as it is, but witnesses may have seen it meanwhile.
        return report if monotonic() - kept_at < FRESH else None

    def keep(self, agency_id: str, report_id: UUID, report: SealedReport) -> None:
        """Keep a final report; the one that was asked for longest ago makes room."""
        self._reports.keep((agency_id, report_id), (monotonic(), report))
