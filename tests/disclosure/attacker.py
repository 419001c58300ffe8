"""Somebody who asks as often and as cleverly as possible, and an oracle that knows every rating.

The oracle takes each answer apart: which ratings it counts. Two ratings are alike if every answer so far counts both
or neither; a class of alike ratings that some answer counts may not have one to nine members.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from app.access.principals import Reach
from app.closing import lifecycle
from app.closing.store import reports_of
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.disclosure.rules.calendar import span_of
from app.disclosure.store import latest_release
from app.disclosure.tables import BlockRating, FigureBlock
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from app.measures.reading import read_measures
from app.ratings.keys import first_key
from app.ratings.rating import NewRating, Place
from app.ratings.rules.selection import By
from app.ratings.status import COUNTED, HELD
from app.ratings.status_store import lock_agency, move
from app.ratings.store import RatingStore
from app.screening import store as screening_store
from app.screening.decisions import RELEASED, decide
from app.screening.tables import Finding
from tests.disclosure.answers import IKL, Check, Counted, check_figures

ROOT = "setda"
AFTER, LATE = timedelta(days=5), timedelta(days=35)


# A rating, or its answer to the question at a place.
Answer = UUID | tuple[UUID, int]


WAITING = "SELECT coalesce(sum(n), 0) FROM waiting WHERE agency_id = :agency AND standing = 'counted'"
UNRELEASED = (
    "SELECT count(*) FROM rating r LEFT JOIN block_rating m ON m.agency_id = r.agency_id AND m.key = r.key "
    "LEFT JOIN block b ON b.agency_id = m.agency_id AND b.block = m.block WHERE r.agency_id = :agency "
    "AND r.standing = 'counted' AND substr(CAST(r.rated_on AS VARCHAR), 1, 7) <= :through "
    "AND (b.released IS NULL OR NOT b.released)"
)


@dataclass(frozen=True)
class Rated:
    """One rating as it truly is."""

    key: UUID
    office: str
    employee: str | None
    day: date
    service: str
    channel: str
    sheet: str
    standing: str = COUNTED

    @property
    def month(self) -> str:
        """Its month."""
        return f"{self.day:%Y-%m}"


class Ledger(NamedTuple):
    """The told blocks of this moment, and the ratings in each."""

    blocks: Sequence[FigureBlock]
    members: Mapping[int, Sequence[UUID]]


@dataclass
class Town:
    """An agency, all its ratings, and all that was ever told of them."""

    database: Database
    agency_id: str
    now: datetime
    ratings: dict[UUID, Rated] = field(default_factory=dict)
    findings: list[UUID] = field(default_factory=list)
    # Every set of ratings, and of answers to a question, that some answer counted; and in which of them each is (a bit
    # for each).
    told: set[frozenset[Answer]] = field(default_factory=set)
    signatures: dict[Answer, int] = field(default_factory=dict)
    # Numbers of its own, so that an example can be played again.
    serials: Iterator[int] = field(default_factory=lambda: count(1))

    def reach(self, office: str | None = None) -> Reach:
        """Of a key for everything, or for one office."""
        return Reach(self.agency_id, office, "test")

    def rate(
        self,
        rated: Iterable[tuple[str, str | None, date, str, str, str]],
        standing: str = COUNTED,
        comment: str | None = None,
    ) -> None:
        """Citizens rate: office, employee, day, service, channel, sheet."""
        # An id may be older than the day on which a ticket counts.
        made = [
            Rated(UUID(int=first_key(each[2] - timedelta(days=serial % 30)).int + serial), *each, standing)
            for serial, each in zip(self.serials, rated, strict=False)
        ]
        store = RatingStore(self.database)
        new = [
            NewRating(
                self.agency_id,
                each.key.hex,
                Place(each.office, None, each.service, each.employee, each.channel, each.day),
                IKL.id,
                each.sheet,
                digest="",
                comment=comment,
                standing=standing,
            )
            for each in made
        ]
        with store.connect() as connection:
            store.write(connection, new)
        self.ratings |= {each.key: each for each in made}

    def hold(self, keys: Iterable[UUID]) -> None:
        """Screening doubts these ratings, as far as it has not doubted them before."""
        with self.database.writing() as session:
            lock_agency(session, self.agency_id)
            fresh = screening_store.undoubted(session, self.agency_id, sorted(keys))
            held = move(session, self.agency_id, fresh, source=COUNTED, target=HELD)
            if not held:
                return
            first = self.ratings[held[0]]
            finding = Finding(
                agency_id=self.agency_id,
                finding_id=new_id(),
                reason="burst",
                office=first.office,
                first_on=first.day,
                days=1,
                n=len(held),
                standing=HELD,
                found_at=self.now,
            )
            screening_store.add_finding(session, finding, held)
            self.findings.append(finding.finding_id)

    def count_again(self, finding: UUID) -> None:
        """An auditor releases a finding."""
        with self.database.writing() as session:
            decide(session, self.reach(), finding, RELEASED, "baik", self.now)

    def release(self, *, whole: bool = False) -> None:
        """The nightly release."""
        release_agency(self.database, self.agency_id, ReleaseOrder(self.now, "test", AFTER, LATE, whole))

    @property
    def through(self) -> str:
        """The last month that the newest release could tell something of."""
        with self.database.reading() as session:
            newest = latest_release(session, self.agency_id)
            assert newest is not None
            return newest.through

    def waits(self) -> tuple[int, int]:
        """How many ratings are said to wait, and how many counted ones of ended months no released block has."""
        with self.database.reading() as session:
            newest = latest_release(session, self.agency_id)
            said, true = (
                int(
                    session.execute(
                        text(query), {"agency": self.agency_id, "through": newest and newest.through}
                    ).scalar_one()
                )
                for query in (WAITING, UNRELEASED)
            )
        return said, true

    def ask(self, root: str | None = None, **asked: str) -> None:
        """Ask for indices with a key of everything or of one office, and remember what each row counted."""
        query = IndexQuery.model_validate(asked)
        # Like a key's: what is refused tells nothing.
        with self.database.snapshot() as session, suppress(Problem):
            table = read_indices(session, self.reach(root), query, now=self.now, longest_days=1_100)
            ledger = self.ledger(session)
            for line in table.rows:
                if line.figures is None:
                    continue
                only: dict[str, Any] = ({"office": root} if root else {}) | {
                    name: asked[name] for name in ("office", "service", "employee", "channel") if name in asked
                }
                first, last = f"{table.period.first:%Y-%m}", f"{table.period.last:%Y-%m}"
                if line.group and table.by is By.month:
                    first = last = line.group.value
                elif line.group and table.by:
                    only[table.by.value] = line.group.value
                self.learn(ledger, partial(check_figures, line.figures), first, last, only)

    def ask_measures(self, by: By, period: str, root: str | None = None) -> None:
        """Ask for measures with such a key."""
        span = span_of(period)
        assert span is not None
        with self.database.snapshot() as session, suppress(Problem):
            table = read_measures(session, self.reach(root), by, office=None, period=period, instrument=IKL.id)
            ledger = self.ledger(session)
            for code, unit in table.units.items():
                if unit is not None:
                    only = ({"office": root} if root else {}) | {by.value: code}
                    check = partial(check_figures, unit.figures)
                    self.learn(ledger, check, f"{span.first:%Y-%m}", f"{span.last:%Y-%m}", only)

    def close(self, period: str, *, again: bool = False) -> None:
        """Close a period, or revise it, and read every report."""
        span = span_of(period)
        assert span is not None
        done: Callable[..., Any] = lifecycle.revise if again else lifecycle.close
        method = {} if again else {"by": lifecycle.Method(IKL.id)}
        with suppress(Problem):
            closed = done(self.database, self.reach(), span, now=self.now, working_days=0, **method)
            with self.database.snapshot() as session:
                ledger = self.ledger(session)
                for report in reports_of(session, closed):
                    if report.kind in ("office", "employee", "agency"):
                        only = {} if report.kind == "agency" else {report.kind: report.unit}
                        self.learn(ledger, None, f"{span.first:%Y-%m}", f"{span.last:%Y-%m}", only)

    def learn(
        self,
        ledger: Ledger,
        check: Check | None,
        first: str,
        last: str,
        only: Mapping[str, Any],
        standing: str = COUNTED,
    ) -> None:
        """Take an answer apart: it must be a sum of blocks, and of nothing else."""
        blocks = [each for each in ledger.blocks if each.standing == standing and _within(each, first, last, only)]
        counted = [ledger.members[block.block] for block in blocks]
        if check is not None:
            sheets = ([self.ratings[key].sheet for key in keys] for keys in counted)
            check([Counted(bool(block.complete), each) for block, each in zip(blocks, sheets, strict=True)])
        for figure in (*map(frozenset, counted), frozenset(key for keys in counted for key in keys)):
            self._tell(figure)
        # Who answered a question is told for itself: the answers of one to nine of a block are not.
        for place in range(len(IKL.items)):
            answered = [[(key, place) for key in keys if self.ratings[key].sheet[place] != "-"] for keys in counted]
            self._tell(frozenset(each for keys in answered if len(keys) >= 10 for each in keys))

    def _tell(self, figure: frozenset[Answer]) -> None:
        if figure not in self.told:
            for each in figure:
                self.signatures[each] = self.signatures.get(each, 0) | 1 << len(self.told)
            self.told.add(figure)

    def smallest_class(self) -> int:
        """The size of the smallest class of alike ratings that some answer counts; 0 if nothing was told."""
        by_question: dict[int | None, Counter[int]] = defaultdict(Counter)
        for each, signature in self.signatures.items():
            by_question[each[1] if isinstance(each, tuple) else None][signature] += 1
        return min((n for counts in by_question.values() for n in counts.values()), default=0)

    def ledger(self, session: Session) -> Ledger:
        """The told blocks of this moment."""
        of_agency = FigureBlock.agency_id == self.agency_id
        query = select(FigureBlock).where(of_agency, FigureBlock.released)  # type: ignore[arg-type]  # SQLModel types comparisons as bool
        members = select(BlockRating.block, BlockRating.key).where(BlockRating.agency_id == self.agency_id)  # type: ignore[call-overload]  # as above
        of_blocks: dict[int, list[UUID]] = defaultdict(list)
        for number, key in session.execute(members):
            of_blocks[number].append(key)
        return Ledger(list(session.execute(query).scalars()), of_blocks)


def _within(block: FigureBlock, first: str, last: str, only: Mapping[str, Any]) -> bool:
    """Whether a block is of these months, and of this office, or one of these, and so on."""
    return (
        first <= block.first_month
        and block.last_month <= last
        and all(_fits(getattr(block, name), value) for name, value in only.items())
    )


def _fits(shared: str | None, wanted: str | frozenset[str]) -> bool:
    return shared in wanted if isinstance(wanted, frozenset) else shared == wanted
