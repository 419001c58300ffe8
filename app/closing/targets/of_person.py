"""What a person's targets come to so far, from what is told; for that person and who appraises this person alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.closing.rules.attainments import attainments
from app.closing.rules.report_documents.targets import Attainment
from app.disclosure.reading import read_released
from app.disclosure.rules.calendar import Span, periods_with
from app.disclosure.rules.due import ReleaseState, month_code
from app.disclosure.rules.released import Scope
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
