"""The reports of a closed period as a list: of each unit the newest revision that its reader may see."""

from collections.abc import Sequence

from app.access.principals import Principal
from app.closing import store
from app.closing.report_readers import report_reach
from app.closing.store import ReportHead
from app.closing.tables import DRAFT
from app.foundation.storage.database import Session


def closed_codes(session: Session, principal: Principal) -> list[str]:
    """The codes of the periods of which this reader may see something, newest first."""
    drafts = report_reach(session, principal).drafts
    periods = store.periods_of(session, principal.agency_id)
    return list(dict.fromkeys(each.code for each in periods if drafts or each.state != DRAFT))


def reports_in(session: Session, principal: Principal, code: str, kinds: Sequence[str]) -> list[ReportHead]:
    """The reports of these kinds in reach, by kind and unit."""
    reach = report_reach(session, principal)
    newest: dict[tuple[str, str, str, str], ReportHead] = {}
    for head in store.heads_of(session, principal.agency_id, code, kinds):
        is_seen = reach.drafts or head.state != DRAFT
        if is_seen and reach.has(head.kind, head.unit, head.office, head.root):
            # They come in the order of their revisions.
            newest[head.root, head.instrument, head.kind, head.unit] = head
    return list(newest.values())
