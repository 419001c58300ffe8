"""Intake with a key: validates sheets and hands them to the writer. What is answered as stored is on disk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
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
from app.ratings.batch_validation import validate_batch
from app.ratings.rating import NewRating, Result, Stored, StoreOutcome
from app.ratings.schemas import RatingIn
from app.ratings.store import RatingStore
from app.ratings.validation import KnownCodes, RatingValidator
from app.ratings.writer import Writer

INVALID, TOO_FAST = 422, 429
Validated: TypeAlias = NewRating | Result

# Faults that a recent change of the directory may have mended, which the cached catalogue does not show yet.
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
        return self.stored.outcome is StoreOutcome.replayed


class Intake:
    """Validates and stores the sheets that one process receives with a key."""

    def __init__(
        self,
        *,
        catalogues: CatalogueCache,
        instruments: InstrumentCache,
        validator: RatingValidator,
        store: RatingStore,
        writer: Writer,
        clock: Clock,
        quotas: DeviceQuotas,
    ) -> None:
        self._catalogues = catalogues
        self._instruments = instruments
        self._validator = validator
        self._store = store
        self._writer = writer
        self._clock = clock
        self._quotas = quotas

    async def submit(self, principal: Principal, sheet: RatingIn) -> Accepted:
        """Store one rating; returns when it is on disk, raises a `Problem` otherwise."""
        rating_id, codes = sheet.id, self._cached_codes(principal.agency_id)
        # The fast path: with cached codes a rating needs neither another thread nor a second validation.
        if codes is not None and rating_id is not None:
            now = self._clock()
            validated = self._validator.validate(principal, sheet, rating_id, codes, now)
            if isinstance(validated, NewRating):
                share = self._share(principal, rating_id, now)
                if not isinstance(share, int):
                    return _accepted(rating_id, await self._write_shared(validated, share))
        rating_id = rating_id or new_id()
        [result] = await self._submit(principal, (sheet,), (rating_id,))
        return _accepted(rating_id, result)

    def _share(self, principal: Principal, rating_id: UUID, now: datetime) -> QuotaShare | int | None:
        """The rating's share of its device's quota, or the seconds to wait for one; None where none is needed."""
        return self._quotas.take(principal.key_id, moment_of(rating_id), now) if self._is_paced(principal) else None

    async def _write_shared(self, rating: NewRating, share: QuotaShare | None) -> Result:
        """Write one rating; only what is newly stored uses its share up."""
        if share is None:
            [result] = await self._writer.write((rating,))
            return result
        try:
            [result] = await self._writer.write((rating,))
        except Problem:
            # The writer's queue is full: nothing was stored.
            self._quotas.give_back((share,))
            raise
        if not _is_new(result):
            self._quotas.give_back((share,))
        return result

    async def submit_all(self, principal: Principal, sheets: Sequence[RatingIn]) -> list[Result]:
        """One result per sheet, in order; one bad sheet costs no other. Every sheet has its id."""
        return await self._submit(principal, sheets, [sheet.id for sheet in sheets if sheet.id is not None])

    async def _submit(self, principal: Principal, sheets: Sequence[RatingIn], ids: Sequence[UUID]) -> list[Result]:
        codes = self._cached_codes(principal.agency_id)
        if codes is None:
            codes = await run_sync(self._current_codes, principal.agency_id)
        validated = self._validate_all(principal, sheets, ids, codes)
        # An administrator who has just added an employee must not see that employee's ratings refused.
        if any(_may_be_stale(one) for one in validated):
            codes = await run_sync(self._fresh_codes, principal.agency_id)
            validated = self._validate_all(principal, sheets, ids, codes)
        if not self._is_paced(principal):
            results = await self._write(validated)
        else:
            results = await self._write_paced(principal, ids, validated)
        await self._recognise_replays(principal, sheets, results)
        return [_outcome(result) for result in results]

    async def _write(self, validated: Sequence[Validated]) -> list[Result]:
        good = [one for one in validated if isinstance(one, NewRating)]
        if len(good) == len(validated):
            return await self._writer.write(good)
        written = iter(await self._writer.write(good) if good else [])
        return [next(written) if isinstance(one, NewRating) else one for one in validated]

    def _is_paced(self, principal: Principal) -> bool:
        return principal.kind is KeyKind.device and self._quotas.pace.is_limited

    async def _write_paced(
        self, principal: Principal, ids: Sequence[UUID], validated: Sequence[Validated]
    ) -> list[Result]:
        """Write what comes within the device's quota; only what is newly stored uses it up."""
        shares = self._take_shares(principal, ids, validated)
        if any(isinstance(share, int) for share in shares):
            # A retry of a stored rating needs no share, and must not take one from what is new.
            self._give_back(shares)
            validated = await run_sync(self._with_existing, principal.agency_id, validated)
            shares = self._take_shares(principal, ids, validated)
        within = [
            _too_fast(share) if isinstance(share, int) else one for share, one in zip(shares, validated, strict=True)
        ]
        try:
            results = await self._write(within)
        except Problem:
            # The writer's queue is full: nothing was stored, so nothing may use up the quota.
            self._give_back(shares)
            raise
        self._give_back(None if _is_new(result) else share for share, result in zip(shares, results, strict=True))
        return results

    def _take_shares(
        self, principal: Principal, ids: Sequence[UUID], validated: Sequence[Validated]
    ) -> list[QuotaShare | int | None]:
        now = self._clock()
        return [
            self._share(principal, rating_id, now) if isinstance(one, NewRating) else None
            for rating_id, one in zip(ids, validated, strict=True)
        ]

    def _give_back(self, shares: Iterable[QuotaShare | int | None]) -> None:
        self._quotas.give_back([share for share in shares if isinstance(share, QuotaShare)])

    def _with_existing(self, agency_id: str, validated: Sequence[Validated]) -> list[Validated]:
        """The ratings, each replaced by the existing row of its key if there is one: a replay or a conflict."""
        asked = [(one.key, one.digests) for one in validated if isinstance(one, NewRating)]
        try:
            existing = iter(self._store.existing(agency_id, asked))
        except SQLAlchemyError:
            raise busy() from None
        return [(next(existing) or one) if isinstance(one, NewRating) else one for one in validated]

    def _cached_codes(self, agency_id: str) -> KnownCodes | None:
        catalogue = self._catalogues.cached(agency_id)
        instruments = self._instruments.cached(agency_id)
        return None if catalogue is None or instruments is None else KnownCodes(catalogue, instruments)

    def _current_codes(self, agency_id: str) -> KnownCodes:
        return KnownCodes(self._catalogues.current(agency_id), self._instruments.current(agency_id))

    def _fresh_codes(self, agency_id: str) -> KnownCodes:
        instruments = self._instruments.current(agency_id, fresh=True)
        return KnownCodes(self._catalogues.current(agency_id, at_most=0), instruments)

    def _validate_all(
        self, principal: Principal, sheets: Sequence[RatingIn], ids: Sequence[UUID], codes: KnownCodes
    ) -> list[NewRating | Problem]:
        return validate_batch(self._validator, principal, sheets, ids, codes, self._clock())

    async def _recognise_replays(self, principal: Principal, sheets: Sequence[RatingIn], results: list[Result]) -> None:
        """Answer as replays the refused sheets that are retries of ratings stored while they were still valid."""
        refused = [
            (index, sheet.id)
            for index, (sheet, result) in enumerate(zip(sheets, results, strict=True))
            if sheet.id is not None and isinstance(result, Problem) and result.status == INVALID
        ]
        if not refused:
            return
        asked = [
            (
                self._validator.keys.key(principal.agency_id, rating_id),
                self._validator.digests(principal, sheets[index], rating_id),
            )
            for index, rating_id in refused
        ]
        try:
            existing: Sequence[Stored | Problem | None]
            existing = await run_sync(self._store.existing, principal.agency_id, asked)
        except SQLAlchemyError:
            # Whether they are replays cannot be told now; the others of the batch keep their results.
            existing = [busy() for _ in refused]
        for (index, _), found in zip(refused, existing, strict=True):
            if isinstance(found, Problem) or (found is not None and found.outcome is StoreOutcome.replayed):
                results[index] = found


def _too_fast(seconds: int) -> Problem:
    """The refusal of a device above its quota, with the seconds after which the same sheet will be taken."""
    headers = {"Retry-After": str(seconds)}
    return Problem("device-too-fast", headers=headers, extra={"retry_after": seconds}, seconds=seconds)


def _is_new(result: Result) -> bool:
    return not isinstance(result, Problem) and result.outcome is StoreOutcome.stored


def _may_be_stale(validated: NewRating | Problem) -> bool:
    return isinstance(validated, Problem) and any(error.code in MAY_BE_STALE for error in validated.errors)


def _accepted(rating_id: UUID, result: Result) -> Accepted:
    outcome = _outcome(result)
    if isinstance(outcome, Problem):
        raise outcome
    return Accepted(rating_id, outcome)


def _outcome(result: Result) -> Result:
    is_conflict = isinstance(result, Stored) and result.outcome is StoreOutcome.conflict
    return Problem("id-conflict") if is_conflict else result
