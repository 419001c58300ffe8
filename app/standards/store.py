"""The SQL of promises."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlmodel import col, select, tuple_

from app.foundation.storage.database import Session
from app.standards.rules.promise import History, Month, Promise, Promised, Unit, histories
from app.standards.tables import PromiseRow

Promises: TypeAlias = Mapping[str, History]


def promise_of(row: PromiseRow) -> Promise:
    """A row as a value, without the agency."""
    promised = None if row.amount is None or row.unit is None else Promised(row.amount, Unit(row.unit))
    return Promise(row.service, row.valid_from, promised, row.source)


def has_promises(session: Session, agency_id: str) -> bool:
    """Whether the agency promises anything at all."""
    query = select(PromiseRow.service).where(PromiseRow.agency_id == agency_id).limit(1)
    return session.exec(query).first() is not None


def promises_of(
    session: Session, agency_id: str, services: Collection[str] | None = None, *, held: bool = False
) -> Promises:
    """What was promised of these services (None: of all), and when; `held` until the transaction ends."""
    query = select(PromiseRow).where(PromiseRow.agency_id == agency_id)
    if services is not None:
        query = query.where(col(PromiseRow.service).in_(sorted(services)))
    if held:
        # Whoever counts by a promise keeps it from being changed meanwhile; many may count at once.
        query = query.with_for_update(read=True)
    return histories([promise_of(row) for row in session.exec(query)])


def rows_of(
    session: Session, agency_id: str, services: Collection[str], *, held: bool
) -> Mapping[tuple[str, Month], PromiseRow]:
    """The rows of these services by their keys; `held`: locked until the transaction ends."""
    query = (
        select(PromiseRow)
        .where(PromiseRow.agency_id == agency_id, col(PromiseRow.service).in_(sorted(services)))
        .order_by(col(PromiseRow.service), col(PromiseRow.valid_from))
    )
    found = session.exec(query.with_for_update() if held else query)
    return {(row.service, row.valid_from): row for row in found}


def put(
    session: Session,
    agency_id: str,
    promises: Iterable[Promise],
    rows: Mapping[tuple[str, Month], PromiseRow],
    *,
    by: str,
    at: datetime,
) -> None:
    """Write promises of different keys; `rows` are those that are there already (`rows_of`)."""
    for each in promises:
        row = rows.get(each.key)
        if row is None:
            row = PromiseRow(
                agency_id=agency_id, service=each.service, valid_from=each.valid_from, set_by=by, set_at=at
            )
        row.amount, row.unit = each.promised or (None, None)
        row.source, row.set_by, row.set_at = each.source, by, at
        session.add(row)
    session.flush()


def page(
    session: Session, agency_id: str, after: tuple[str, Month], limit: int, service: str | None = None
) -> Sequence[PromiseRow]:
    """Promises by service and month, those after a key."""
    order = (col(PromiseRow.service), col(PromiseRow.valid_from))
    query = select(PromiseRow).where(PromiseRow.agency_id == agency_id, tuple_(*order) > after)
    if service is not None:
        query = query.where(PromiseRow.service == service)
    return session.exec(query.order_by(*order).limit(limit)).all()
