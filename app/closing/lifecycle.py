"""open → draft → reply window → final; and revisions. Each step is one transaction with its audit row.

A period without a row is open. What is final never changes: late ratings make the next revision.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.principals import Reach
from app.closing import store
from app.closing.addressing import newest
from app.closing.assembly import Assembly
from app.closing.beside_store import add_beside
from app.closing.drafts import Drafts
from app.closing.inputs import PlannedRevision, newest_release, offices_told, read_inputs
from app.closing.logged import enter_final
from app.closing.rules.reply_window import reply_deadline
from app.closing.rules.report_documents.agency import UnitChange
from app.closing.rules.report_documents.reports import parse_report
from app.closing.signed import SignedReports, written_now
from app.closing.survey.inputs import Surveys
from app.closing.tables import DRAFT, FINAL, WHOLE, Period, Release
from app.closing.targets.fixing import fix_targets
from app.closing.telling import tell_of
from app.directory.listing_store import office_parents
from app.directory.rules.office_tree import subtree
from app.directory.store import lock_agency
from app.disclosure.reading import last_sealed
from app.disclosure.rules.calendar import Span
from app.disclosure.rules.due import month_code
from app.foundation.problems import Problem, busy
from app.foundation.storage.database import Database, Session
from app.indices.reading import scoring_of
from app.instruments.model import Collected
from app.outbox.rules.kinds import EventKind
from app.seals.rules.envelopes import key_id, public_bytes
from app.targets.rules.target import TargetKey

if TYPE_CHECKING:
    from app.seals.signing import SigningKey


class Method(NamedTuple):
    """By which questionnaire, and by which of its weight modes and band tables (None: its own)."""

    instrument: str
    weights: str | None = None
    bands: str | None = None


def close(database: Database, reach: Reach, span: Span, *, by: Method, now: datetime, working_days: int) -> Period:
    """Compute the drafts and open the reply window.

    Raises `period-not-over`, `not-released`, `period-closed` (also by one above or below), `period-empty`, `busy`,
    `instrument-unknown`, `period-open-answers` for a questionnaire that takes nothing else, and `invalid-request` for
    weights and bands that the instrument does not have.
    """
    if now < span.ends_at:
        raise Problem("period-not-over", ends=span.ends_at.isoformat())
    # What takes long is done while nobody waits for it; the writing is short.
    with ExitStack() as stack:
        with database.snapshot() as session:
            scoring = scoring_of(session, reach.agency_id, by.instrument, by.weights, by.bands)
            if scoring.instrument.collected is Collected.open:
                raise Problem("period-open-answers")
            _refuse_closed(session, reach, span, by.instrument)
            seen = _revisions(session, reach)
            planned = PlannedRevision(reach, span, 1, scoring)
            made = _made(session, planned, stack.enter_context(Drafts(planned)))
        if not made.changes:
            raise Problem("period-empty")
        with database.writing() as session:
            lock_agency(session, reach.agency_id)
            _refuse_closed(session, reach, span, by.instrument)
            _refuse_changed(session, reach, seen)
            return _draft(session, planned, made, now, working_days, "period.closed")


def revise(
    database: Database, reach: Reach, span: Span, instrument: str | None = None, *, now: datetime, working_days: int
) -> Period:
    """A new draft that names what late ratings changed.

    Raises `period-open`, `period-draft`, `month-sealed`, `revision-unchanged`, `busy`, `instrument-ambiguous`.
    """
    with ExitStack() as stack:
        with database.snapshot() as session:
            period = newest(session, reach, span, instrument)
            if period.state == DRAFT:
                raise Problem("period-draft", until=period.replies_end_at.isoformat())
            sealed = last_sealed(session, reach.agency_id)
            if sealed is not None and month_code(span.first) <= sealed:
                raise Problem("month-sealed", month=sealed)
            seen = _revisions(session, reach)
            former = {
                (each.kind, each.unit): parse_report(json.loads(each.document))
                for each in store.reports_of(session, period)
            }
            release = store.release_of(session, period)
            scoring = scoring_of(session, reach.agency_id, period.instrument, period.weights, period.bands)
            planned = PlannedRevision(reach, span, period.revision + 1, scoring, former, release)
            made = _made(session, planned, stack.enter_context(Drafts(planned)))
        if not made.changes:
            raise Problem("revision-unchanged", revision=period.revision)
        with database.writing() as session:
            lock_agency(session, reach.agency_id)
            _refuse_changed(session, reach, seen)
            return _draft(session, planned, made, now, working_days, "period.revised")


def finalise(
    database: Database,
    reach: Reach,
    span: Span,
    instrument: str | None = None,
    *,
    key: "SigningKey | None",
    now: datetime,
) -> Period:
    """Sign every report with its reply and its note, for ever.

    Raises `period-open`, `period-final`, `reply-window-open`, `signing-key-missing`, `busy`, `instrument-ambiguous`,
    and `about-oneself` for somebody whose own report is among them.
    """
    with SignedReports() as signed:
        # Signing takes long, and is done while nobody waits for it; the writing is one transaction.
        with database.snapshot() as session:
            period = _finishable(session, reach, span, instrument, now)
            instrument = period.instrument
            if key is None:
                raise Problem("signing-key-missing")
            if reach.employee is not None and store.has_report_about(session, period, reach.employee):
                raise Problem("about-oneself")
            signed.sign_all(session, period, key, now)
        with database.writing() as session:
            lock_agency(session, reach.agency_id)
            period = _finishable(session, reach, span, instrument, now)
            # A reply or a plan that came while the reports were being signed would be missing from them for ever.
            if written_now(session, period) != signed.written:
                raise busy()
            period.state, period.final_at = FINAL, now
            session.add(period)
            store.seal(session, reach.agency_id, signed.envelopes())
            enter_final(session, reach.agency_id, signed.logged)
            number = len(signed.logged)
            audit(session, reach, "period.finalised", period, now, reports=number, key=key_id(public_bytes(key)))
            tell_of(session, EventKind.final, period, now)
            return period


def _finishable(session: Session, reach: Reach, span: Span, instrument: str | None, now: datetime) -> Period:
    period = newest(session, reach, span, instrument)
    if period.state == FINAL:
        raise Problem("period-final", revision=period.revision)
    if now < period.replies_end_at:
        raise Problem("reply-window-open", until=period.replies_end_at.isoformat())
    return period


def _refuse_closed(session: Session, reach: Reach, span: Span, instrument: str) -> None:
    parents = office_parents(session, reach.agency_id)
    for closed in store.periods_of(session, reach.agency_id, span.code):
        if closed.instrument == instrument and _meet(parents, closed.root, reach.root_key):
            raise Problem("period-closed", revision=closed.revision)


def _revisions(session: Session, reach: Reach) -> set[tuple[str, str, str, int]]:
    periods = store.periods_of(session, reach.agency_id)
    return {(period.root, period.code, period.instrument, period.revision) for period in periods}


def _refuse_changed(session: Session, reach: Reach, seen: set[tuple[str, str, str, int]]) -> None:
    """What was published meanwhile was not weighed by the disclosure of these drafts."""
    if _revisions(session, reach) != seen:
        raise busy()


class _Made(NamedTuple):
    """The drafts of a revision, the release and the targets they were made of, and the units with other figures."""

    drafts: Drafts
    release: int
    changes: Sequence[UnitChange]
    targets: Mapping[TargetKey, int]


def _made(session: Session, planned: PlannedRevision, drafts: Drafts) -> _Made:
    inputs = read_inputs(session, planned)
    assembly = Assembly(inputs, Surveys(session, inputs, planned.reach.root_key))
    for document in assembly.documents(offices_told(session, inputs)):
        drafts.put(document)
    drafts.recognise(assembly.recognised)
    return _Made(drafts, newest_release(session, inputs), assembly.changes, inputs.targets)


def _draft(
    session: Session,
    planned: PlannedRevision,
    made: _Made,
    now: datetime,
    working_days: int,
    action: AuditAction,
) -> Period:
    reach, span, scoring = planned.reach, planned.span, planned.scoring
    fix_targets(session, reach.agency_id, span, scoring.instrument.id, made.targets, now)
    period = Period(
        agency_id=reach.agency_id,
        root=reach.root_key,
        code=span.code,
        instrument=scoring.instrument.id,
        revision=planned.number,
        weights=scoring.mode,
        bands=scoring.bands,
        state=DRAFT,
        first_on=span.first,
        last_on=span.last,
        drafted_at=now,
        replies_end_at=reply_deadline(now, working_days),
    )
    release = Release(
        agency_id=reach.agency_id,
        root=reach.root_key,
        code=span.code,
        instrument=period.instrument,
        revision=planned.number,
        told={"release": made.release},
    )
    store.add_period(session, period, release, made.drafts.reports())
    add_beside(session, made.drafts.beside)
    audit(session, reach, action, period, now, reports=made.drafts.number)
    tell_of(session, EventKind.drafted, period, now)
    return period


def _meet(parents: Mapping[str, str | None], one: str, other: str) -> bool:
    """Whether two closings would both report about some office."""
    if WHOLE in (one, other) or one == other:
        return True
    return other in subtree(parents, one) or one in subtree(parents, other)


def audit(session: Session, reach: Reach, action: AuditAction, period: Period, now: datetime, **detail: Any) -> None:
    """The audit row of a step."""
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=action,
        subject=f"{period.root or reach.agency_id} {period.code} r{period.revision}",
        at=now,
        instrument=period.instrument,
        **detail,
    )
