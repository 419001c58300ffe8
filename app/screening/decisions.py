"""What an auditor decides of a finding: released or confirmed, once, with a reason, audited."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.access.audit import record
from app.directory.listing_store import office_parents
from app.directory.rules.office_tree import subtree
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.ratings.status_store import lock_agency, move
from app.screening import store
from app.screening.run import COUNTED, HELD
from app.screening.schemas import FindingOut, FindingPage, FindingQuery
from app.screening.tables import Finding

RELEASED, CONFIRMED = "released", "confirmed"


class Decider(NamedTuple):
    """Who decides, and which offices are within reach (`root` None: the whole agency)."""

    agency_id: str
    root: str | None
    actor: str


def list_findings(session: Session, agency_id: str, root: str | None, query: FindingQuery) -> FindingPage:
    """A page of the findings in reach. Raises `office-unknown`, `out-of-scope`, `period-reversed`."""
    if query.first is not None and query.last is not None and query.first > query.last:
        raise Problem("period-reversed")
    within = reach(session, agency_id, root)
    if query.office is not None:
        check_office(session, agency_id, root, query.office)
        within = frozenset({query.office})
    rows = store.findings(
        session,
        agency_id,
        within=within,
        standing=query.standing,
        first=query.first,
        last=query.last,
        after=query.after,
        limit=query.limit + 1,
    )
    items = tuple(finding_out(row) for row in rows[: query.limit])
    return FindingPage(items=items, next=items[-1].id if len(rows) > query.limit else None)


def get_finding(session: Session, agency_id: str, root: str | None, finding_id: UUID) -> FindingOut:
    """One finding. Raises `finding-unknown`, `out-of-scope`."""
    return finding_out(_reached(session, agency_id, root, finding_id))


def decide(session: Session, decider: Decider, finding_id: UUID, standing: str, note: str, now: datetime) -> FindingOut:
    """Release or confirm; the same again changes nothing. Raises `finding-decided` where it was decided otherwise.

    Released sheets count again, in the transaction of the decision; no rule doubts them a second time.
    """
    lock_agency(session, decider.agency_id)
    finding = _reached(session, decider.agency_id, decider.root, finding_id)
    if finding.standing == standing:
        return finding_out(finding)
    if finding.decided_at is not None:
        raise Problem("finding-decided", standing=finding.standing)
    n = 0
    if standing == RELEASED:
        keys = store.doubted_keys(session, decider.agency_id, finding_id)
        n = len(move(session, decider.agency_id, keys, source=HELD, target=COUNTED))
    finding.standing, finding.note = standing, note
    finding.decided_at, finding.decided_by = now, decider.actor
    session.add(finding)
    record(
        session,
        agency_id=decider.agency_id,
        actor=decider.actor,
        action=f"finding.{standing}",
        subject=str(finding_id),
        at=now,
        reason=finding.reason,
        office=finding.office,
        n=n,
    )
    return finding_out(finding)


def check_office(session: Session, agency_id: str, root: str | None, office: str) -> None:
    """Raises `office-unknown`, `out-of-scope`."""
    parents = office_parents(session, agency_id)
    if office not in parents:
        raise Problem("office-unknown")
    if root is not None and office not in subtree(parents, root):
        raise Problem("out-of-scope", what="this office")


def reach(session: Session, agency_id: str, root: str | None) -> frozenset[str] | None:
    """The offices under a root; None for the whole agency."""
    return None if root is None else subtree(office_parents(session, agency_id), root)


def finding_out(finding: Finding) -> FindingOut:
    """The finding on the wire."""
    return FindingOut.model_validate(
        {
            "id": finding.finding_id,
            "from": finding.first_on,
            **{name: getattr(finding, name) for name in FindingOut.model_fields if name not in ("id", "first")},
        }
    )


def _reached(session: Session, agency_id: str, root: str | None, finding_id: UUID) -> Finding:
    finding = store.find(session, agency_id, finding_id)
    if finding is None:
        raise Problem("finding-unknown")
    within = reach(session, agency_id, root)
    if within is not None and finding.office not in within:
        raise Problem("out-of-scope", what="this office")
    return finding
