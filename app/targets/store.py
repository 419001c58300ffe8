"""The SQL of targets."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select, true, tuple_
from sqlmodel.sql.expression import SelectOfScalar

from app.foundation.storage.database import Session
from app.targets.rules.target import Target, TargetKey
from app.targets.tables import TargetRow, TargetsFixed

# Codes bound into one statement; far below what either driver takes.
BATCH = 500
ORDER = (col(TargetRow.unit), col(TargetRow.kind), col(TargetRow.figure))


class Listed(NamedTuple):
    """Which targets of a period a list has: those of these units, each a code and its kind (None: of all).

    `after` is unit, kind and figure of the last one of the page before.
    """

    period: str
    instrument: str
    units: Collection[tuple[str, str]] | None
    after: tuple[str, str, str] = ("", "", "")


def key_of(row: TargetRow) -> TargetKey:
    """The key of a row, without the agency."""
    return TargetKey(row.period, row.instrument, row.kind, row.unit, row.figure)


def targets_of(session: Session, agency_id: str, period: str, instrument: str) -> Mapping[TargetKey, int]:
    """Every target of a period by one questionnaire, in hundredths."""
    return {key_of(row): row.hundredths for row in session.exec(_of(agency_id, period, instrument)).all()}


def targets_of_unit(
    session: Session, agency_id: str, kind: str, unit: str, periods: Iterable[str], instruments: Iterable[str]
) -> Mapping[TargetKey, int]:
    """The targets of one unit in these periods by these questionnaires, in hundredths."""
    # All columns of the key up to the unit are named, so that a large agency's other targets are not looked through.
    query = select(TargetRow).where(
        TargetRow.agency_id == agency_id,
        col(TargetRow.period).in_(sorted(periods)),
        col(TargetRow.instrument).in_(sorted(instruments)),
        TargetRow.kind == kind,
        TargetRow.unit == unit,
    )
    return {key_of(row): row.hundredths for row in session.exec(query)}


def targets_of_offices(
    session: Session, agency_id: str, offices: Iterable[str], periods: Iterable[str], instrument: str
) -> Mapping[TargetKey, int]:
    """The targets of these offices in these periods by one questionnaire, in hundredths; nobody's of a person."""
    ordered, named = sorted(offices), sorted(periods)
    found: dict[TargetKey, int] = {}
    for start in range(0, len(ordered), BATCH):
        query = select(TargetRow).where(
            TargetRow.agency_id == agency_id,
            col(TargetRow.period).in_(named),
            TargetRow.instrument == instrument,
            TargetRow.kind == "office",
            col(TargetRow.unit).in_(ordered[start : start + BATCH]),
        )
        found |= {key_of(row): row.hundredths for row in session.exec(query)}
    return found


def rows_about(session: Session, agency_id: str, keys: Iterable[TargetKey]) -> Mapping[TargetKey, TargetRow]:
    """The rows with these keys; others of the same units may be among them."""
    wanted = set(keys)
    units = sorted({key.unit for key in wanted})
    found: dict[TargetKey, TargetRow] = {}
    for start in range(0, len(units), BATCH):
        query = select(TargetRow).where(
            TargetRow.agency_id == agency_id,
            col(TargetRow.period).in_({key.period for key in wanted}),
            col(TargetRow.unit).in_(units[start : start + BATCH]),
        )
        found |= {key_of(row): row for row in session.exec(query)}
    return found


def put(
    session: Session,
    agency_id: str,
    targets: Iterable[Target],
    rows: Mapping[TargetKey, TargetRow],
    *,
    by: str,
    at: datetime,
) -> None:
    """Write targets of different keys; `rows` are those that are there already (`rows_about`)."""
    for target in targets:
        row = rows.get(target.key)
        if target.hundredths is None:
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = TargetRow(agency_id=agency_id, **target.key._asdict(), hundredths=0, set_by=by, set_at=at)
        row.hundredths, row.set_by, row.set_at = target.hundredths, by, at
        session.add(row)
    session.flush()


def page(session: Session, agency_id: str, of: Listed, limit: int) -> Sequence[TargetRow]:
    """Targets of a period by unit, kind and figure.

    However many units are in reach, each statement binds few of them, and none is asked for once the page is full.
    """
    query = _of(agency_id, of.period, of.instrument).where(tuple_(*ORDER) > of.after).order_by(*ORDER)
    found: list[TargetRow] = []
    for condition in _conditions(of):
        found += session.exec(query.where(condition).limit(limit - len(found))).all()
        if len(found) >= limit:
            break
    return found


def newest_targets(session: Session, agency_id: str, most: int) -> Sequence[TargetRow]:
    """So many targets at most, those of the newest years first."""
    key = (col(TargetRow.period).desc(), col(TargetRow.instrument), col(TargetRow.kind), *ORDER)
    return session.exec(select(TargetRow).where(TargetRow.agency_id == agency_id).order_by(*key).limit(most)).all()


def fixed_periods(session: Session, agency_id: str) -> frozenset[tuple[str, str]]:
    """Period and questionnaire of all whose targets do not change any more."""
    query = select(TargetsFixed.period, TargetsFixed.instrument).where(TargetsFixed.agency_id == agency_id)
    return frozenset(session.exec(query).all())


def fix(session: Session, agency_id: str, period: str, instrument: str, at: datetime) -> None:
    """Let the targets of a period by one questionnaire stay as they are; the caller holds the agency's lock."""
    if session.get(TargetsFixed, (agency_id, period, instrument)) is None:
        session.add(TargetsFixed(agency_id=agency_id, period=period, instrument=instrument, fixed_at=at))
        session.flush()


def _conditions(of: Listed) -> Iterator[ColumnElement[bool]]:
    """What a row of the list fulfils, one condition for each batch of units, in their order."""
    if of.units is None:
        yield true()
        return
    ordered = sorted(unit for unit in of.units if unit[0] >= of.after[0])
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        kinds = {kind: [code for code, of_kind in batch if of_kind == kind] for kind in {each for _, each in batch}}
        yield or_(*(and_(col(TargetRow.kind) == kind, col(TargetRow.unit).in_(codes)) for kind, codes in kinds.items()))


def _of(agency_id: str, period: str, instrument: str) -> SelectOfScalar[TargetRow]:
    return select(TargetRow).where(
        TargetRow.agency_id == agency_id, TargetRow.period == period, TargetRow.instrument == instrument
    )
