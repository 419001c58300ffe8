"""The check behind `cermin check`: blocks are what their ratings give, sums and charts what their blocks give.

Blocks of service standards are the sum of their parts, and no more is told of a count than there is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, NamedTuple

from app.disclosure import sealed_store, store
from app.disclosure.charts import chart_faults
from app.disclosure.rules.block_faults import Member, StoredBlock, block_faults
from app.disclosure.rules.block_figures import BlockFigures
from app.disclosure.rules.division import Month
from app.disclosure.standards import standard_faults
from app.disclosure.sums import sum_faults
from app.foundation.storage.database import Database, Session
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.ratings.sealed_store import hold_ratings, sealed_through

# A report of more lines would not be read; the exit status says the rest.
LONGEST_REPORT = 200


@dataclass(frozen=True)
class LedgerReconciliation:
    """How many ratings are in how many blocks, and the faults as sentences with codes and counts only.

    `sealed` blocks beside them are of months whose ratings may be gone.
    """

    ratings: int
    blocks: int
    faults: tuple[str, ...]
    sealed: int = 0


def reconcile_blocks(database: Database, agency_id: str | None = None) -> LedgerReconciliation:
    """Make every block anew from its ratings and compare, block by block, in one snapshot of the database."""
    with database.snapshot(hurried=False) as session:
        hold_ratings(session)
        ledgers = [_Ledger(session, each) for each in ([agency_id] if agency_id else store.agencies(session))]
        faults: list[str] = []
        for fault in chain.from_iterable(ledger.faults() for ledger in ledgers):
            # To the end, however many there are: what is still to be read would stay open.
            if len(faults) < LONGEST_REPORT:
                faults.append(fault)
    ratings, blocks = sum(ledger.ratings for ledger in ledgers), sum(ledger.blocks for ledger in ledgers)
    return LedgerReconciliation(ratings, blocks, tuple(faults), sum(ledger.sealed for ledger in ledgers))


class Sealing(NamedTuple):
    """A month that is sealed, and up to which others are before it.

    `reach`: by how many days a key may lie later than the day of its rating.
    """

    after: Month | None
    month: Month
    reach: int


def faults_before_sealing(session: Session, agency_id: str, sealing: Sealing) -> tuple[int, list[str]]:
    """How many blocks are sealed with a month, and those of them that are not what their ratings give."""
    ledger = _Ledger(session, agency_id, sealing)
    faults = list(ledger.faults_of_blocks(instruments_of(session, agency_id)))
    return ledger.blocks, faults


class _Ledger:
    """Goes through the blocks of an agency and their ratings side by side, and counts both.

    `sealing`: only blocks that are sealed with a month.
    """

    def __init__(self, session: Session, agency_id: str, sealing: Sealing | None = None) -> None:
        self._session = session
        self._agency_id = agency_id
        self._sealed = sealed_through(session, agency_id)
        self._sealing = sealing
        self.ratings = 0
        self.blocks = 0
        self.sealed = 0

    def faults(self) -> Iterator[str]:
        instruments = instruments_of(self._session, self._agency_id)
        faulty = False
        for fault in self.faults_of_blocks(instruments):
            faulty = True
            yield fault
        # Of blocks that are wrong no sum or chart is right.
        if not faulty:
            yield from sum_faults(self._session, self._agency_id, instruments)
            yield from chart_faults(self._session, self._agency_id, instruments)
        yield from standard_faults(self._session, self._agency_id)

    def faults_of_blocks(self, instruments: Mapping[str, Instrument]) -> Iterator[str]:
        """The blocks that are not what their ratings give, as sentences."""
        members = groupby(store.every_member(self._session, self._agency_id, *self._members()), attrgetter("block"))
        number, run = next(members, NONE_LEFT)
        for row in store.every_block(self._session, self._agency_id, *self._blocks()):
            while number is not None and number < row.block:
                yield self._orphans(number, run)
                number, run = next(members, NONE_LEFT)
            found: list[Member] = []
            if number == row.block:
                found = list(run)
                number, run = next(members, NONE_LEFT)
            yield from self._of_block(instruments, row, found)
        while number is not None:
            yield self._orphans(number, run)
            number, run = next(members, NONE_LEFT)

    def _blocks(self) -> tuple[Any, ...]:
        """Which blocks are looked at, for the store."""
        return () if self._sealing is None else (sealed_store.sealed_with(self._sealing.after, self._sealing.month),)

    def _members(self) -> tuple[Any, ...]:
        """Which ratings of blocks are looked at."""
        if self._sealing is None:
            return ()
        return sealed_store.members_of(self._session, self._agency_id, *self._blocks(), reach=self._sealing.reach)

    def _of_block(self, instruments: Mapping[str, Instrument], row: Any, members: list[Member]) -> Iterator[str]:
        if self._sealed is not None and row.first_month <= self._sealed:
            self.sealed += 1
            return
        self.blocks += 1
        self.ratings += len(members)
        figures = BlockFigures(row.n, row.service_mode, row.cell, row.parts)
        block = StoredBlock(row.instrument, row.standing, store.shared_of(row), figures)
        for fault in block_faults(instruments, block, members):
            yield f"{self._agency_id}: block {row.block} of {row.office or 'several offices'}: {fault}"

    def _orphans(self, number: int, run: Iterator[Member]) -> str:
        return f"{self._agency_id}: block {number}: there is none, but {sum(1 for _ in run)} ratings are in it"


NONE_LEFT: tuple[None, Iterator[Member]] = (None, iter(()))
