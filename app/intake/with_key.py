"""Intake: has a sheet judged and hands it to the writer. What is answered as stored is on disk."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias
from uuid import UUID

from anyio.to_thread import run_sync

from app.access.principals import KeyKind, Principal
from app.directory.catalogue_cache import CatalogueCache
from app.foundation.clock import Clock
from app.foundation.ids import moment_of, new_id
from app.foundation.problems import Problem, busy
from app.foundation.storage.database import SQLAlchemyError
from app.instruments.registry import InstrumentCache
from app.intake.rules.quotas import DeviceQuotas, QuotaShare
from app.ratings.rating import NewRating, Outcome, Stored
from app.ratings.schemas import RatingIn
from app.ratings.store import RatingStore
from app.ratings.validation import KnownCodes, RatingValidator
from app.ratings.writer import Writer
from app.ratings.writer_thread import Result

UNFIT, TOO_FAST = 422, 429
Judged: TypeAlias = NewRating | Result

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
        shelves: InstrumentCache,
        judge: RatingValidator,
        store: RatingStore,
        writer: Writer,
        clock: Clock,
        quotas: DeviceQuotas,
    ) -> None:
        self._catalogues = catalogues
        self._shelves = shelves
        self._judge = judge
        self._store = store
        self._writer = writer
        self._clock = clock
        self._quotas = quotas

    async def submit(self, principal: Principal, sheet: RatingIn) -> Accepted:
        """Store one rating; returns when it is on disk, raises a `Problem` otherwise."""
        premises = self._remembered(principal.agency_id)
        if premises is not None and sheet.id is not None and not self._is_paced(principal):
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
        if not self._is_paced(principal):
            results = await self._write(judged)
        else:
            results = await self._write_paced(principal, ids, judged)
        await self._recognise_replays(principal, sheets, results)
        return list(zip(ids, results, strict=True))

    async def _write(self, judged: Sequence[Judged]) -> list[Result]:
        good = [one for one in judged if isinstance(one, NewRating)]
        written = iter(await self._writer.write(good) if good else [])
        return [next(written) if isinstance(one, NewRating) else one for one in judged]

    def _is_paced(self, principal: Principal) -> bool:
        return principal.kind is KeyKind.device and self._quotas.pace.is_limited

    async def _write_paced(self, principal: Principal, ids: Sequence[UUID], judged: Sequence[Judged]) -> list[Result]:
        """Write what comes within the device's quota; only what is newly stored uses it up."""
        shares = self._take(principal, ids, judged)
        if any(isinstance(share, int) for share in shares):
            # What is stored already needs no share, and must not take one from what is new.
            self._give_back(shares)
            judged = await run_sync(self._with_stored, principal.agency_id, judged)
            shares = self._take(principal, ids, judged)
        within = [
            _too_fast(share) if isinstance(share, int) else one for share, one in zip(shares, judged, strict=True)
        ]
        try:
            results = await self._write(within)
        except Problem:
            self._give_back(shares)
            raise
        self._give_back(None if _is_new(result) else share for share, result in zip(shares, results, strict=True))
        return results

    def _take(
        self, principal: Principal, ids: Sequence[UUID], judged: Sequence[Judged]
    ) -> list[QuotaShare | int | None]:
        now = self._clock()
        return [
            self._quotas.take(principal.key_id, moment_of(rating_id), now) if isinstance(one, NewRating) else None
            for rating_id, one in zip(ids, judged, strict=True)
        ]

    def _give_back(self, shares: Iterable[QuotaShare | int | None]) -> None:
        self._quotas.give_back([share for share in shares if isinstance(share, QuotaShare)])

    def _with_stored(self, agency_id: str, judged: Sequence[Judged]) -> list[Judged]:
        """The same, with what stands there already in place of what would meet it."""
        asked = [(one.key, one.digest) for one in judged if isinstance(one, NewRating)]
        try:
            met = iter(self._store.met(agency_id, asked))
        except SQLAlchemyError:
            raise busy() from None
        return [(next(met) or one) if isinstance(one, NewRating) else one for one in judged]

    def _remembered(self, agency_id: str) -> KnownCodes | None:
        catalogue = self._catalogues.cached(agency_id)
        shelf = self._shelves.cached(agency_id)
        return None if catalogue is None or shelf is None else KnownCodes(catalogue, shelf)

    def _current_premises(self, agency_id: str) -> KnownCodes:
        return KnownCodes(self._catalogues.current(agency_id), self._shelves.current(agency_id))

    def _fresh_premises(self, agency_id: str) -> KnownCodes:
        return KnownCodes(self._catalogues.current(agency_id, at_most=0), self._shelves.current(agency_id, fresh=True))

    def _judge_all(
        self, principal: Principal, sheets: Sequence[RatingIn], ids: Sequence[UUID], premises: KnownCodes
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


def _too_fast(seconds: int) -> Problem:
    """Not stored; the same sheet is taken later."""
    headers = {"Retry-After": str(seconds)}
    return Problem("device-too-fast", headers=headers, extra={"retry_after": seconds}, seconds=seconds)


def _is_new(result: Result) -> bool:
    return not isinstance(result, Problem) and result.outcome is Outcome.stored


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
