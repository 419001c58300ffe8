"""What the targets of offices come to so far: from what is told, so that nothing new is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.access.principals import Reach
from app.closing.rules.attainments import attainments, by_unit
from app.closing.rules.report_documents.targets import Attainment
from app.directory.listing_store import office_branches
from app.directory.rules.reach import reached_offices
from app.disclosure.reading import read_released
from app.disclosure.rules.calendar import Span, periods_with
from app.disclosure.rules.due import ReleaseState, month_code
from app.disclosure.rules.released import Released, Scope
from app.foundation.storage.database import Session
from app.indices.reading import scoring_of
from app.ratings.rules.selection import By
from app.targets.rules.target import TargetKey
from app.targets.store import targets_of_offices


@dataclass(frozen=True)
class OfficeSoFar:
    """What the targets of an office in one period came to by a day; None: nothing of the period is told."""

    period: str
    office: str
    through: date | None
    reached: tuple[Attainment, ...]


def offices_so_far(
    session: Session, reach: Reach, instrument: str, state: ReleaseState, *, day: date, shown: Span
) -> tuple[OfficeSoFar, ...]:
    """The targets of the offices in reach in the periods that run on a day and in the one shown, by period and code.

    What is read is what `/v1/indices` by office tells of the same months.
    """
    offices = reached_offices(office_branches(session, reach.agency_id, reach.root), reach)
    within = None if reach.root is None else offices
    spans = (shown, *(running for running in periods_with(day) if running != shown))
    found = targets_of_offices(session, reach.agency_id, offices, (span.code for span in spans), instrument)
    return tuple(
        each
        for span in spans
        for each in _of_period(
            session,
            reach.agency_id,
            instrument,
            state,
            span,
            {key: value for key, value in found.items() if key.period == span.code},
            within,
        )
    )


def _of_period(
    session: Session,
    agency_id: str,
    instrument: str,
    state: ReleaseState,
    span: Span,
    targets: Mapping[TargetKey, int],
    within: frozenset[str] | None,
) -> list[OfficeSoFar]:
    wanted = {code: figures for (_, code), figures in sorted(by_unit(targets).items())}
    if not wanted:
        return []
    last = min(span.last, state.last)
    told: Mapping[str, Released] = {}
    if last >= span.first:
        sheets = read_released(session, agency_id, instrument, span.first, last, within, {By.office})
        told = sheets.by(By.office, Scope(month_code(span.first), month_code(last), within))
    scoring = scoring_of(session, agency_id, instrument)
    return [
        OfficeSoFar(
            span.code,
            code,
            last if last >= span.first else None,
            attainments(scoring, told[code].cell if code in told else None, figures, personal=False),
        )
        for code, figures in wanted.items()
    ]
