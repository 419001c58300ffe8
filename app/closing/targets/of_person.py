"""What a person's targets come to so far, from what is told; for that person and who appraises this person alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.access.principals import Principal, Role
from app.access.readings import Covered
from app.closing.report_readers import appraised
from app.closing.rules.attainments import attainments
from app.closing.rules.report_documents.targets import Attainment
from app.directory.listing_store import names_of
from app.disclosure.reading import read_released, release_state
from app.disclosure.rules.calendar import Span, periods_with
from app.disclosure.rules.due import ReleaseState, month_code
from app.disclosure.rules.released import Scope
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import scoring_of
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.ratings.rules.selection import By
from app.targets.store import targets_of_unit


@dataclass(frozen=True)
class PersonSoFar:
    """The targets of a person in one period by one questionnaire; `through` None: nothing of the period is told."""

    period: str
    instrument: Instrument
    first: date
    through: date | None
    reached: tuple[Attainment, ...]


def whose_targets(session: Session, principal: Principal, employee: str | None) -> list[str]:
    """Whose targets this person may read: the own, or those of the own people, perhaps of one of them alone.

    Raises `employee-unknown`, `out-of-scope`.
    """
    own = {principal.employee} if principal.kind is Role.employee else frozenset[str]()
    within = own or appraised(session, principal.agency_id, principal.employee)
    if employee is None or employee in within:
        return sorted(each for each in within if each is not None and employee in (None, each))
    known = names_of(session, principal.agency_id, By.employee, [employee])
    raise Problem("out-of-scope", what="this person") if known else Problem("employee-unknown")


def told_so_far(session: Session, agency_id: str, employee: str, day: date) -> tuple[PersonSoFar, ...]:
    """As `person_so_far`, by the newest release, if there is one."""
    try:
        state = release_state(session, agency_id)
    except Problem as problem:
        if problem.code != "nothing-released":
            raise
        state = None
    return person_so_far(session, agency_id, employee, state, day)


def covered_so_far(employee: str, found: Sequence[PersonSoFar], principal: Principal) -> Covered | None:
    """The trace of whoever looks at somebody else's; None where nothing is told, or it is about oneself."""
    told = [(each.first, each.through) for each in found if each.through is not None]
    if not told or employee == principal.employee:
        return None
    first, last = min(first for first, _ in told), max(last for _, last in told)
    return Covered("indices", employee=employee, first=first, last=last)


def person_so_far(
    session: Session, agency_id: str, employee: str, state: ReleaseState | None, day: date
) -> tuple[PersonSoFar, ...]:
    """The person's targets in the month, quarter, semester and year that run on a day, by questionnaire and period.

    `state` None: nothing was released so far. The figures are those that `/v1/indices` has of this employee and the
    months that are told; a person's have one decimal below thirty ratings, and none below ten.
    """
    instruments, spans = instruments_of(session, agency_id), {span.code: span for span in periods_with(day)}
    found: dict[tuple[str, str], dict[str, int]] = {}
    for key, hundredths in targets_of_unit(session, agency_id, "employee", employee, spans, instruments).items():
        found.setdefault((key.instrument, key.period), {})[key.figure] = hundredths
    return tuple(
        _of_period(session, agency_id, employee, instruments[name], spans[period], state, found[name, period])
        for name in sorted(instruments)
        for period in spans
        if (name, period) in found
    )


def _of_period(
    session: Session,
    agency_id: str,
    employee: str,
    instrument: Instrument,
    span: Span,
    state: ReleaseState | None,
    targets: Mapping[str, int],
) -> PersonSoFar:
    last = None if state is None or state.last < span.first else min(span.last, state.last)
    cell = None
    if last is not None:
        apart = {By.employee}
        sheets = read_released(session, agency_id, instrument.id, span.first, last, None, apart, employee)
        scope = Scope(month_code(span.first), month_code(last), employee=employee)
        cell = sheets.total(scope).cell
    scoring = scoring_of(session, agency_id, instrument.id)
    return PersonSoFar(span.code, instrument, span.first, last, attainments(scoring, cell, targets, personal=True))
