"""Intake: has a sheet judged and hands it to the writer. What is answered as stored is on disk."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from anyio.to_thread import run_sync

from app.access.principals import Principal
from app.directory.catalogue import CatalogueCache
from app.foundation.clock import Clock
from app.foundation.database import SQLAlchemyError
from app.foundation.ids import new_id
from app.foundation.problems import Problem, busy
from app.instruments.shelf import ShelfCache
from app.ratings.judging import Judge, Premises
from app.ratings.keys import KeyMaker
from app.ratings.lanes import Result
from app.ratings.rating import NewRating, Outcome, Stored
from app.ratings.schemas import RatingIn
from app.ratings.store import RatingStore
from app.ratings.writer import Writer

UNFIT = 422

# Faults that a change of the directory a moment ago may have mended.
MAY_BE_STALE = frozenset(
    {"office-unknown", "service-unknown", "service-elsewhere", "employee-unknown", "employee-not-posted",
     "instrument-unknown"}
)  # fmt: skip


class Accepted(NamedTuple):
    """A rating that is on disk, and whether it was there before."""

    rating_id: UUID
    stored: Stored

    @property
    def is_replay(self) -> bool:
        """Whether this id with this content was stored by an earlier request."""
        return self.stored.outcome is Outcome.replayed


class Intake:
    """Takes sheets for one process."""

    def __init__(
        self,
        *,
        catalogues: CatalogueCache,
        shelves: ShelfCache,
        keys: KeyMaker,
        store: RatingStore,
        writer: Writer,
        clock: Clock,
        late_limit: timedelta,
    ) -> None:
        self._catalogues = catalogues
        self._shelves = shelves
        self._judge = Judge(keys, late_limit)
        self._store = store
        self._writer = writer
        self._clock = clock

    async def submit(self, principal: Principal, sheet: RatingIn) -> Accepted:
        """Store one rating; returns when it is on disk, raises a `Problem` otherwise."""
        premises = self._remembered(principal.agency_id)
        if premises is not None and sheet.id is not None:
            judged = self._judge.judge(principal, sheet, sheet.id, premises, self._clock())
            if isinstance(judged, NewRating):
                [result] = await self._writer.write((judged,))
                return _accepted(sheet.id, result)
        [(rating_id, result)] = await self._submit(principal, (sheet,))
        return _accepted(rating_id, result)

    async def submit_all(self, principal: Principal, sheets: Sequence[RatingIn]) -> list[Accepted | Problem]:
        """One result per sheet, in order; one bad sheet costs no other."""
        return [_ended(rating_id, result) for rating_id, result in await self._submit(principal, sheets)]

    async def _submit(self, principal: Principal, sheets: Sequence[RatingIn]) -> list[tuple[UUID, Result]]:
        ids = [sheet.id or new_id() for sheet in sheets]
        premises = self._remembered(principal.agency_id)
        if premises is None:
            premises = await run_sync(self._current_premises, principal.agency_id)
        judged = self._judge_all(principal, sheets, ids, premises)
        if any(_may_be_stale(one) for one in judged):
            premises = await run_sync(self._fresh_premises, principal.agency_id)
            judged = self._judge_all(principal, sheets, ids, premises)
        good = [one for one in judged if isinstance(one, NewRating)]
        written = iter(await self._writer.write(good) if good else [])
        results: list[Result] = [next(written) if isinstance(one, NewRating) else one for one in judged]
        await self._recognise_replays(principal, sheets, results)
        return list(zip(ids, results, strict=True))

    def _remembered(self, agency_id: str) -> Premises | None:
        catalogue = self._catalogues.remembered(agency_id)
        shelf = self._shelves.remembered(agency_id)
        return None if catalogue is None or shelf is None else Premises(catalogue, shelf)

    def _current_premises(self, agency_id: str) -> Premises:
        return Premises(self._catalogues.current(agency_id), self._shelves.current(agency_id))

    def _fresh_premises(self, agency_id: str) -> Premises:
        return Premises(self._catalogues.current(agency_id, at_most=0), self._shelves.current(agency_id, fresh=True))

    def _judge_all(
        self, principal: Principal, sheets: Sequence[RatingIn], ids: Sequence[UUID], premises: Premises
    ) -> list[NewRating | Problem]:
        now = self._clock()
        return [
            self._judge.judge(principal, sheet, rating_id, premises, now)
            for sheet, rating_id in zip(sheets, ids, strict=True)
        ]

    async def _recognise_replays(self, principal: Principal, sheets: Sequence[RatingIn], results: list[Result]) -> None:
        """A sheet refused now may be the retry of one stored while it still fitted: that is a replay."""
        refused = [
            (index, sheet.id)
            for index, (sheet, result) in enumerate(zip(sheets, results, strict=True))
            if sheet.id is not None and isinstance(result, Problem) and result.status == UNFIT
        ]
        if not refused:
            return
        asked = [
            (
                self._judge.keys.key(principal.agency_id, rating_id),
                self._judge.digest(principal, sheets[index], rating_id),
            )
            for index, rating_id in refused
        ]
        try:
            met: Sequence[Stored | Problem | None] = await run_sync(self._store.met, principal.agency_id, asked)
        except SQLAlchemyError:
            # Whether they are replays cannot be told now; the others of the batch keep their results.
            met = [busy() for _ in refused]
        for (index, _), found in zip(refused, met, strict=True):
            if isinstance(found, Problem) or (found is not None and found.outcome is Outcome.replayed):
                results[index] = found


def _may_be_stale(judged: NewRating | Problem) -> bool:
    return isinstance(judged, Problem) and any(error.code in MAY_BE_STALE for error in judged.errors)


def _accepted(rating_id: UUID, result: Result) -> Accepted:
    ended = _ended(rating_id, result)
    if isinstance(ended, Problem):
        raise ended
    return ended


def _ended(rating_id: UUID, result: Result) -> Accepted | Problem:
    if isinstance(result, Problem):
        return result
    return Problem("id-conflict") if result.outcome is Outcome.conflict else Accepted(rating_id, result)
