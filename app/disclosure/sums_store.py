"""The SQL of the sums of blocks, by office and of the whole agency."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.disclosure.rules.division import Month
from app.disclosure.store import BLOCK, SUM, batches
from app.disclosure.tables import BlockSum
from app.foundation.storage.database import Session


def changed_sums(session: Session, agency_id: str) -> list[Any]:
    """Instrument, first and last month and office of the blocks that the sums do not have as they are now."""
    keys = (BLOCK.instrument, BLOCK.first_month, BLOCK.last_month, BLOCK.office)
    query = select(*keys).distinct().where(BLOCK.agency_id == agency_id, BLOCK.summed.is_(False))
    return list(session.execute(query))


def mark_summed(
    session: Session, agency_id: str, instrument: str, first: Month, last: Month, offices: Sequence[str]
) -> None:
    """The sums have the blocks of these offices, and of several, of exactly these months as they are now."""
    of_span = (
        BLOCK.agency_id == agency_id,
        BLOCK.instrument == instrument,
        BLOCK.first_month == first,
        BLOCK.last_month == last,
    )
    for place in (BLOCK.office.is_(None), *(BLOCK.office.in_(batch) for batch in batches(offices))):
        session.execute(update(BLOCK.block.table).where(*of_span, place).values(summed=True))


def blocks_of_span(
    session: Session, agency_id: str, instrument: str, first: Month, last: Month, offices: Sequence[str] | None
) -> Iterator[Any]:
    """The told blocks of exactly these months, at these offices (None: those of several offices)."""
    query = select(BLOCK.office, BLOCK.standing, BLOCK.service, BLOCK.channel, BLOCK.cell, BLOCK.parts).where(
        BLOCK.agency_id == agency_id,
        BLOCK.instrument == instrument,
        BLOCK.first_month == first,
        BLOCK.last_month == last,
        BLOCK.released.is_(True),
        BLOCK.office.is_(None) if offices is None else BLOCK.office.in_(offices),
    )
    return iter(session.execute(query))


def office_sums(session: Session, agency_id: str, instrument: str, first: Month, last: Month) -> Iterator[Any]:
    """The sums of all offices of exactly these months, by service and channel."""
    query = select(SUM.standing, SUM.service, SUM.channel, SUM.cell, SUM.parts).where(
        SUM.agency_id == agency_id,
        SUM.instrument == instrument,
        SUM.first_month == first,
        SUM.last_month == last,
        SUM.split.is_(True),
        SUM.office != "",
    )
    return iter(session.execute(query))


def spans(session: Session, agency_id: str) -> list[Any]:
    """Instrument, first and last month of all blocks and sums."""
    found: set[tuple[str, str, str]] = set()
    for each in (BLOCK, SUM):
        keys = (each.instrument, each.first_month, each.last_month)
        found |= {tuple(row) for row in session.execute(select(*keys).distinct().where(each.agency_id == agency_id))}
    return sorted(found)


def offices_of_span(session: Session, agency_id: str, instrument: str, first: Month, last: Month) -> list[str]:
    """The offices with blocks or sums of exactly these months."""
    found: set[str] = set()
    for each in (BLOCK, SUM):
        query = (
            select(each.office)
            .distinct()
            .where(
                each.agency_id == agency_id,
                each.instrument == instrument,
                each.first_month == first,
                each.last_month == last,
            )
        )
        found |= {office for office in session.execute(query).scalars() if office}
    return sorted(found)


def stored_sums(session: Session, agency_id: str, instrument: str, first: Month, last: Month, office: str) -> list[Any]:
    """The sums of an office of exactly these months, as `replace_sums` takes them."""
    names = ("split", "standing", "service", "channel", "cell", "parts")
    query = select(*(SUM[name] for name in names)).where(
        SUM.agency_id == agency_id,
        SUM.instrument == instrument,
        SUM.first_month == first,
        SUM.last_month == last,
        SUM.office == office,
    )
    return list(session.execute(query))


def replace_sums(
    session: Session,
    agency_id: str,
    instrument: str,
    first: Month,
    last: Month,
    by_office: Mapping[str, Sequence[Any]],
) -> None:
    """Put these sums (split, standing, service, channel, cell, parts) in the place of the offices' of these months.

    There are no more offices than one statement may name (`store.batches`).
    """
    key = {"agency_id": agency_id, "instrument": instrument, "first_month": first, "last_month": last}
    of_months = (SUM[name] == value for name, value in key.items())
    session.execute(delete(BlockSum).where(*of_months, SUM.office.in_(sorted(by_office))))
    names = ("split", "standing", "service", "channel", "cell", "parts")
    rows = [
        key | {"office": office} | dict(zip(names, row, strict=True))
        for office, sums in by_office.items()
        for row in sums
    ]
    if rows:
        session.execute(insert(BlockSum), rows)
