"""An auditor's decisions: a finding is released or confirmed, once, with a reason, and audited."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.principals import Reach
from app.directory.reach import offices_in_reach, require_office
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.ratings.sealed_store import sealed_through
from app.ratings.status_store import lock_agency, move
from app.screening import store
from app.screening.rules.timeline import Moment
from app.screening.run import COUNTED, HELD
from app.screening.schemas import FindingOut, FindingPage, FindingQuery
from app.screening.tables import Finding

RELEASED, CONFIRMED = "released", "confirmed"
ACTIONS: Mapping[str, AuditAction] = {RELEASED: "finding.released", CONFIRMED: "finding.confirmed"}


def list_findings(session: Session, reach: Reach, query: FindingQuery) -> FindingPage:
    """A page of the findings in reach. Raises `office-unknown`, `out-of-scope`, `period-reversed`."""
    if query.first is not None and query.last is not None and query.first > query.last:
        raise Problem("period-reversed")
    within = offices_in_reach(session, reach)
    if query.office is not None:
        require_office(session, reach, query.office)
        within = frozenset({query.office})
    # One more than the page holds, to know whether there is a next one.
    rows = store.findings(session, reach.agency_id, query, within=within, limit=query.limit + 1)
    items = tuple(finding_out(row) for row in rows[: query.limit])
    return FindingPage(items=items, next=items[-1].id if len(rows) > query.limit else None)


def get_finding(session: Session, reach: Reach, finding_id: UUID) -> FindingOut:
    """One finding. Raises `finding-unknown`, `out-of-scope`."""
    return finding_out(_reached(session, reach, finding_id))


def moments_around(session: Session, reach: Reach, finding_id: UUID) -> tuple[Finding, list[Moment]]:
    """A finding, and when the ratings around it were given. Raises what `get_finding` does."""
    finding = _reached(session, reach, finding_id)
    return finding, store.moments_of(session, finding, finding.first_on + timedelta(days=finding.days - 1))


def decide(session: Session, reach: Reach, finding_id: UUID, standing: str, note: str, now: datetime) -> FindingOut:
    """Release or confirm; the same again changes nothing. Raises `finding-decided` where it was decided otherwise, and
    `about-oneself`, and `month-sealed` where its ratings are past their retention.

    Released sheets count again, in the transaction of the decision; no rule doubts them a second time.
    """
    # Two auditors deciding at once would both read it as undecided.
    lock_agency(session, reach.agency_id)
    finding = _reached(session, reach, finding_id)
    if reach.employee is not None and reach.employee == finding.employee:
        raise Problem("about-oneself")
    if finding.standing == standing:
        return finding_out(finding)
    if finding.decided_at is not None:
        raise Problem("finding-decided", standing=finding.standing)
    sealed = sealed_through(session, reach.agency_id)
    if sealed is not None and f"{finding.first_on:%Y-%m}" <= sealed:
        raise Problem("month-sealed", month=sealed)
    n = 0
    if standing == RELEASED:
        keys = store.doubted_keys(session, reach.agency_id, finding_id)
        n = len(move(session, reach.agency_id, keys, source=HELD, target=COUNTED))
    finding.standing, finding.note = standing, note
    finding.decided_at, finding.decided_by = now, reach.actor
    session.add(finding)
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=ACTIONS[standing],
        subject=str(finding_id),
        at=now,
        reason=finding.reason,
        office=finding.office,
        n=n,
    )
    return finding_out(finding)


def finding_out(finding: Finding) -> FindingOut:
    """The finding on the wire."""
    return FindingOut.model_validate(
        {
            "id": finding.finding_id,
            "from": finding.first_on,
            **{name: getattr(finding, name) for name in FindingOut.model_fields if name not in ("id", "first")},
        }
    )


def _reached(session: Session, reach: Reach, finding_id: UUID) -> Finding:
    finding = store.find(session, reach.agency_id, finding_id)
    if finding is None:
        raise Problem("finding-unknown")
    within = offices_in_reach(session, reach)
    if within is not None and finding.office not in within:
        raise Problem("out-of-scope", what="this office")
    return finding
