"""Who may read which reports: by the offices in reach, by who somebody is, and by whom somebody appraises."""

from app.access.principals import KeyKind, Principal, Role
from app.closing.rules.report_reach import ReportReach
from app.directory.reach import offices_in_reach
from app.foundation.storage.database import Session
from app.people.store import appraised_by

# Whoever answers for a period sees it grow.
DRAFT_READERS: frozenset[KeyKind | Role] = frozenset(
    {KeyKind.supervisor, KeyKind.admin, Role.supervisor, Role.administrator}
)


def report_reach(session: Session, principal: Principal) -> ReportReach:
    """What this key or person may read."""
    nowhere = frozenset[str]()
    if principal.kind is Role.employee:
        return ReportReach(nowhere, {principal.employee or ""}, drafts=True)
    if principal.kind is Role.appraiser:
        return ReportReach(nowhere, appraised(session, principal.agency_id, principal.employee), drafts=True)
    persons = None if principal.sees_persons else nowhere
    drafts = principal.kind in DRAFT_READERS
    return ReportReach(offices_in_reach(session, principal.reach), persons, drafts=drafts)


def appraised(session: Session, agency_id: str, appraiser: str | None) -> frozenset[str]:
    """The codes of those whom the directory names as appraised by this employee, without that one."""
    if appraiser is None:
        return frozenset()
    return frozenset(each.code for each in appraised_by(session, agency_id, appraiser)) - {appraiser}
