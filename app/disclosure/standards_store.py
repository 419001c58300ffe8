"""The SQL of the blocks in which counts of service standards are told."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import func, inspect, select

from app.disclosure.rules.division import Month
from app.disclosure.rules.standards import NewBlock, Part, ToldStandards
from app.disclosure.store import batches
from app.disclosure.tables import StandardBlock
from app.foundation.storage.database import Session
from app.standards.rules.counts import Kind

BLOCK = inspect(StandardBlock).local_table.c
TOLD = (BLOCK.kind, BLOCK.office, BLOCK.service, BLOCK.first_month, BLOCK.last_month, BLOCK.counts)


def next_standard_block(session: Session, agency_id: str) -> int:
    """The first number that no block has; the caller holds the agency's lock."""
    newest = session.execute(select(func.max(BLOCK.block)).where(BLOCK.agency_id == agency_id)).scalar()
    return (newest or 0) + 1


def add_standard_blocks(session: Session, agency_id: str, release: int, first: int, blocks: Iterable[NewBlock]) -> None:
    """Add blocks, numbered from `first` on."""
    for number, (told, parts) in enumerate(blocks, start=first):
        session.add(
            StandardBlock(
                agency_id=agency_id,
                block=number,
                **(told._asdict() | {"counts": list(told.counts)}),
                n=told.n,
                parts=[[*part[:-1], list(part.counts)] for part in parts],
                release=release,
            )
        )
    session.flush()


def told_standards(
    session: Session, agency_id: str, first: Month, last: Month, offices: Collection[str] | None
) -> list[ToldStandards]:
    """The blocks of these months; of these offices, or (None) also those of several."""
    query = select(*TOLD).where(
        BLOCK.agency_id == agency_id, BLOCK.first_month.between(first, last), BLOCK.last_month <= last
    )
    asked = [query] if offices is None else [query.where(BLOCK.office.in_(batch)) for batch in batches(offices)]
    return [_told(row) for each in asked for row in session.execute(each.order_by(BLOCK.block))]


def every_standard_block(session: Session, agency_id: str) -> list[tuple[int, ToldStandards, int, tuple[Part, ...]]]:
    """Every block with its number, what it tells, how many services it is said to have, and its parts."""
    query = select(BLOCK.block, *TOLD, BLOCK.n, BLOCK.parts).where(BLOCK.agency_id == agency_id)
    return [
        (row.block, _told(row), row.n, tuple(_part(*each) for each in row.parts))
        for row in session.execute(query.order_by(BLOCK.block))
    ]


def _part(office: str, service: str, month: Month, source: str, counts: list[int]) -> Part:
    return Part(office, service, month, source, tuple(counts))


def _told(row: Any) -> ToldStandards:
    months = (row.first_month, row.last_month)
    return ToldStandards(Kind(row.kind), row.office, row.service, *months, tuple(row.counts))
