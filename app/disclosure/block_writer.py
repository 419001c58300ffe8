"""Writes blocks: divides what can be told, and splits what was held, or counts again, after telling."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from random import Random
from typing import Any
from uuid import UUID

from app.disclosure import store, untold_store
from app.disclosure.charts import in_hand, judge
from app.disclosure.charts_store import ChartedBlock, ChartsOf, week_codes
from app.disclosure.rules.block_figures import block_figures
from app.disclosure.rules.closed_figures import ClosedFigures, Signature
from app.disclosure.rules.division import Month, NewBlock, UnreleasedRating, answers_separable, divide
from app.disclosure.rules.due import RatingGroup, Task, TaskGroup, UntoldCounts, last_day
from app.disclosure.rules.minimum import SMALLEST_N
from app.disclosure.tables import FigureBlock
from app.foundation.storage.database import Database, Session
from app.instruments.model import Instrument
from app.ratings.status import COUNTED
from app.ratings.status_store import lock_agency

# The one part of a block whose ratings are alike in all of these.
PART = ("office", "employee", "first_month", "service", "channel", "n")


class _Made:
    """Blocks that are not stored yet, numbered from `first` on: their rows, and what they are made of."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.rows: list[dict[str, Any]] = []
        self.blocks: dict[int, NewBlock] = {}


class BlockWriter:
    """Writes the blocks of one release."""

    def __init__(
        self,
        database: Database,
        agency_id: str,
        instruments: Mapping[str, Instrument],
        number: int,
        choose: Random,
        next_block: int,
        untold: UntoldCounts,
    ) -> None:
        self._database = database
        self._agency_id = agency_id
        self._instruments = instruments
        self._number = number
        self._choose = choose
        # What is told is taken off here: of a nation's year there is no room for both.
        self._untold_counts = untold
        # The offices, by instrument, whose charts this release has judged; and the number that the next block has if
        # nobody else writes blocks meanwhile.
        self.judged: set[ChartsOf] = set()
        self.next_block = next_block

    def tell(self, group: TaskGroup, through: Month) -> int:
        """Divide the ratings of each task into blocks; returns how many it told.

        The charts of offices whose tasks these are all are judged at once, by the days that are in hand.
        """
        with self._database.unhurried() as session:
            lock_agency(session, self._agency_id)
            made = _Made(store.next_block(session, self._agency_id))
            told = sum(self._tell(made, task, ratings) for task, ratings in self._untold(session, group.tasks))
            if group.whole:
                self._judge(session, made, last_day(through))
            self._write(session, made)
            return told

    def _untold(self, session: Session, tasks: Sequence[Task]) -> Iterator[tuple[Task, Sequence[UnreleasedRating]]]:
        """The tasks with their ratings."""
        of_one = untold_store.ratings_of_tasks(session, self._agency_id, [t for t in tasks if len(t.offices) == 1])
        for task in tasks:
            if task in of_one:
                yield task, of_one[task]
                continue
            # What an office has begun to tell by itself it goes on telling by itself: its few wait for more.
            offices = set(task.offices) - store.offices_begun(session, self._agency_id, task)
            yield task, untold_store.unreleased_ratings(session, self._agency_id, task, offices)

    def _tell(self, made: "_Made", task: Task, ratings: Sequence[UnreleasedRating]) -> int:
        # Some may have been held since they were counted.
        if len(ratings) < SMALLEST_N:
            return 0
        self._make(made, task.instrument, task.standing, divide(ratings, self._choose))
        return len(ratings)

    def _judge(self, session: Session, made: "_Made", last: date) -> None:
        """Judge the charts of the offices of these blocks, which are not stored yet."""
        by_instrument: dict[str, dict[int, NewBlock]] = defaultdict(dict)
        for row in made.rows:
            if row["standing"] == COUNTED and row["office"] is not None:
                by_instrument[row["instrument"]][row["block"]] = made.blocks[row["block"]]
        weeks: dict[int, ChartedBlock] = {}
        unjudged: set[int] = set()
        for instrument, blocks in by_instrument.items():
            told = in_hand(blocks)
            offices = {block.office for block in told.blocks.values()}
            unjudged |= judge(session, self._agency_id, self._instruments[instrument], offices, last, told)
            weeks |= told.blocks
            self.judged |= {ChartsOf(instrument, office) for office in offices}
        for row in made.rows:
            if block := weeks.get(row["block"]):
                row["office_weeks"] = week_codes(block.office_weeks)
                row["employee_weeks"] = week_codes(block.employee_weeks)
                row["charted"] = block.block not in unjudged

    def tell_closed(self) -> int:
        """Tell what closings published before there were releases, so that it stays a sum of whole blocks.

        Returns how many ratings that told. An installation of today has none.
        """
        with self._database.reading() as session:
            closed = store.published_cells(session, self._agency_id)
            offices = store.offices(session, self._agency_id) if closed else []
        return sum(
            self._tell_classes(instrument, ClosedFigures(cells), offices) for instrument, cells in closed.items()
        )

    def _tell_classes(self, instrument: str, closed: ClosedFigures, offices: Sequence[str]) -> int:
        if closed.months is None:
            return 0
        told = 0
        # Classes of offices without figures of their own go on through other offices.
        open_ones: dict[Signature, list[UnreleasedRating]] = defaultdict(list)
        for office in offices:
            task = Task(instrument, COUNTED, (office,), *closed.months)
            with self._database.unhurried() as session:
                lock_agency(session, self._agency_id)
                ratings = untold_store.unreleased_ratings(session, self._agency_id, task, [office])
                for signature, alike in closed.classes(ratings).items():
                    if closed.is_of_one_office(signature):
                        told += self._tell_class(session, instrument, alike)
                    elif signature:
                        open_ones[signature] += alike
        with self._database.unhurried() as session:
            lock_agency(session, self._agency_id)
            return told + sum(self._tell_class(session, instrument, alike) for alike in open_ones.values())

    def _tell_class(self, session: Session, instrument: str, ratings: Sequence[UnreleasedRating]) -> int:
        if len(ratings) < SMALLEST_N:
            return 0
        made = _Made(store.next_block(session, self._agency_id))
        self._make(made, instrument, COUNTED, divide(ratings, self._choose))
        self._write(session, made)
        return len(ratings)

    def let_leave(self) -> int:
        """Let ten or more ratings of a block that changed their status leave it, or come back; returns how many did.

        Fewer stay as they were told, until there are ten. If one to nine would be left, all leave.
        """
        moved = 0
        with self._database.unhurried() as session:
            lock_agency(session, self._agency_id)
            changed = store.changed_after_telling(session, self._agency_id)
            for number, run in groupby(changed, attrgetter("block")):
                moved += self._split(session, number, {each.key for each in run})
        return moved

    def _split(self, session: Session, number: int, changed: set[UUID]) -> int:
        block = store.block_row(session, self._agency_id, number)
        if not block.released:
            # Those nobody ever doubted left with the others, and come back with them.
            changed = store.counted_of_block(session, block)
        rest = block.n - len(changed)
        if len(changed) < SMALLEST_N:
            return 0
        if rest == 0:
            return self._turn(session, block)
        ratings = store.ratings_of_block(session, block)
        going = [rating for rating in ratings if rating.key in changed]
        staying = [rating for rating in ratings if rating.key not in changed]
        told = block.cell["items"]
        if rest < SMALLEST_N or not all(
            answers_separable(told, [each.sheet for each in side]) for side in (going, staying)
        ):
            # One to nine cannot be told alone. They do not keep ten that are doubted in the figures: all leave, and the
            # others wait. Nor do they come back for the sake of ten that count again.
            return self._turn(session, block) if block.released else 0
        new = store.next_block(session, self._agency_id)
        shared = store.shared_of(block)
        twin = self._row(new, block, NewBlock(shared, going))
        twin.released = not block.released
        fresh = self._row(number, block, NewBlock(shared, staying))
        block.n, block.service_mode, block.release = fresh.n, fresh.service_mode, self._number
        block.cell, block.parts, block.summed, block.charted = fresh.cell, fresh.parts, False, False
        # Charts that had these ratings have them still, until those that went leave them, too.
        twin.office_weeks, twin.employee_weeks = block.office_weeks, block.employee_weeks
        store.save(session, block)
        store.save(session, twin)
        store.move_ratings(session, self._agency_id, changed, new)
        self.next_block += 1
        return len(changed)

    def _turn(self, session: Session, block: FigureBlock) -> int:
        """Let a whole block leave, or come back."""
        block.released, block.release = not block.released, self._number
        block.summed = block.charted = False
        store.save(session, block)
        return block.n

    def _make(self, made: "_Made", instrument: str, standing: str, blocks: Sequence[NewBlock]) -> None:
        # The order of blocks says nothing but which release told them.
        for number, block in enumerate(self._choose.sample(blocks, len(blocks)), made.first + len(made.rows)):
            row = self._values(number, instrument, standing, block)
            made.rows.append(row)
            made.blocks[number] = block
            for *part, n in row["parts"] or [[row[name] for name in PART]]:
                self._untold_counts.tell(RatingGroup(instrument, standing, *part), n)

    def _write(self, session: Session, made: "_Made") -> None:
        if made.rows:
            keys = {number: [rating.key for rating in block.ratings] for number, block in made.blocks.items()}
            store.add_blocks(session, made.rows, keys)
            self.next_block += len(made.rows)

    def _row(self, number: int, of: FigureBlock, block: NewBlock) -> FigureBlock:
        return FigureBlock(**self._values(number, of.instrument, of.standing, block))

    def _values(self, number: int, instrument: str, standing: str, block: NewBlock) -> dict[str, Any]:
        shared = block.shared
        return {
            "agency_id": self._agency_id,
            "block": number,
            "instrument": instrument,
            "standing": standing,
            "office": shared.office,
            "employee": shared.employee,
            "first_month": shared.first_month,
            "last_month": shared.last_month,
            "complete": shared.complete,
            "service": shared.service,
            "channel": shared.channel,
            "released": True,
            "summed": False,
            "charted": False,
            "office_weeks": [],
            "employee_weeks": [],
            **block_figures(self._instruments[instrument], block)._asdict(),
            "release": self._number,
        }
