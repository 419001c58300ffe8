"""The check of the log behind `cermin check`: entries as they were signed, rows as inventories listed them.

A fault names the row, or the part, in which something was edited, deleted, inserted or back-dated.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import NamedTuple
from uuid import UUID

from app.foundation.storage.database import Database, Session
from app.ratings.sealed_store import hold_ratings
from app.transparency import inventory_store, store
from app.transparency.inventory import (
    BACK_DATED,
    InventoryOrder,
    event_floor,
    listed_marks,
    since,
    taken_at,
    unlisted_events,
)
from app.transparency.log import StoredTiles, log_key
from app.transparency.publishing import published_fault
from app.transparency.rules.arrivals import Arrival, day_of, is_back_dated, strange_arrivals
from app.transparency.rules.checkpoints import parse_checkpoint
from app.transparency.rules.entries import INVENTORY, inventory_entry
from app.transparency.rules.inventories import KINDS, Marker
from app.transparency.rules.merkle import TILE_WIDTH, root_of, split_hashes, tree_root
from app.transparency.rules.notes import VerifierKey, parse_note, signers
from app.transparency.rules.stamps import Trusted
from app.transparency.rules.tiles import tiles_since
from app.transparency.seals import SealedUpTo, Seals
from app.transparency.sources import source_of
from app.transparency.stamp_check import Stamps
from app.transparency.store import Inventory
from app.transparency.tables import LogCheckpoint

# A report of more lines would not be read; the exit status says the rest.
LONGEST_REPORT = 200


class LogTerms(NamedTuple):
    """What the check has to know: secret, public address, time, how late ratings may come and how long traces live."""

    secret: bytes
    public_url: str | None
    now: datetime
    late: timedelta
    traces: timedelta
    # Where the logs are published, a folder for each agency.
    published: str | None = None
    # Whose time stamps hold; without anybody they are not looked at.
    stamps: Trusted | None = None


class LogReconciliation(NamedTuple):
    """How many entries and rows were checked, and the faults as sentences with codes, ids and days only.

    `sealed`: by agency up to which month the ratings are sealed, since when, and how many of them are gone.
    `stamps`: how many time stamps there are; they were checked where the terms say whose hold.
    """

    entries: int
    rows: int
    faults: tuple[str, ...]
    sealed: tuple[SealedUpTo, ...] = ()
    stamps: int = 0


def reconcile_log(database: Database, terms: LogTerms, agency_id: str | None = None) -> LogReconciliation:
    """Compare the log and the inventories with what is stored, in one snapshot of the database."""
    with database.snapshot(hurried=False) as session:
        hold_ratings(session)
        agencies = [agency_id] if agency_id else store.agencies(session)
        checks = [_AgencyCheck(session, each, terms) for each in agencies]
        faults: list[str] = []
        for fault in chain.from_iterable(check.faults() for check in checks):
            # To the end, however many there are: what is still to be read would stay open.
            if len(faults) < LONGEST_REPORT:
                faults.append(fault)
    return LogReconciliation(
        sum(check.entries for check in checks),
        sum(check.rows for check in checks),
        tuple(faults),
        tuple(check.seals.up_to() for check in checks if check.seals.months),
        sum(check.stamps.seen for check in checks),
    )


class _AgencyCheck:
    """Goes through one agency's log and rows, and counts both."""

    def __init__(self, session: Session, agency_id: str, terms: LogTerms) -> None:
        self._session = session
        self._agency_id = agency_id
        self._terms = terms
        self._marker = Marker(terms.secret, agency_id)
        self._order = InventoryOrder(terms.now, "", terms.late, terms.traces)
        self.seals = Seals(session, agency_id, self._marker)
        self.entries = 0
        self.rows = 0
        self.stamps = Stamps(terms.stamps)

    def faults(self) -> Iterator[str]:
        for fault in chain(
            self._of_entries(),
            self.seals.faults(),
            self._of_checkpoints(),
            self._of_published(),
            self._of_rows(),
            self._of_status(),
            self.seals.surplus(),
        ):
            yield f"{self._agency_id}: {fault}"

    def _of_entries(self) -> Iterator[str]:
        numbers, expected = set(), 0
        for row in store.every_entry(self._session, self._agency_id):
            self.entries += 1
            if row.position != expected:
                yield f"log entry {expected} is missing"
            expected = row.position + 1
            if row.kind == INVENTORY:
                numbers.add(int(row.subject))
                yield from self._of_inventory(row.position, Inventory(int(row.subject), row.detail), row.entry)
        night = store.inventory_night(self._session, self._agency_id)
        if night is not None and not numbers:
            yield f"the log is empty, though an inventory was taken in the night of {night}"
        for number in sorted(set(store.numbers_of_parts(self._session, self._agency_id)) - numbers):
            yield f"inventory {number} is not in the log"

    def _of_inventory(self, position: int, inventory: Inventory, entry: str) -> Iterator[str]:
        parts = store.parts_of(self._session, self._agency_id, inventory.number)
        roots = self._marker.roots(inventory.number, parts, inventory.detail)
        if inventory_entry(inventory.number, taken_at(inventory), roots).decode() != entry:
            kinds = [kind for kind, name in KINDS.items() if roots[name] not in entry]
            what = f"the record of its rows ({', '.join(kinds)})" if kinds else "its day"
            yield f"log entry {position}, inventory {inventory.number}: {what} is not the one that was logged"

    def _of_checkpoints(self) -> Iterator[str]:
        log = log_key(self._session, self._agency_id, self._terms.secret, self._terms.public_url)
        tiles = StoredTiles(self._session, self._agency_id)
        right = 0
        for row in store.checkpoints_of(self._session, self._agency_id):
            if row.size > self.entries:
                yield f"the log was signed with {row.size} entries and has {self.entries}"
                continue
            fault = _checkpoint_fault(row, log.verifier, tiles)
            if fault is None:
                right = row.size
                yield from self.stamps.of_checkpoint(row)
                continue
            yield f"{fault}: look at entries {right} to {row.size - 1}"
            return
        yield from self._of_tiles(tiles, right)

    def _of_published(self) -> Iterator[str]:
        if self._terms.published is not None:
            key = log_key(self._session, self._agency_id, self._terms.secret, self._terms.public_url).verifier
            source = source_of(f"{self._terms.published.rstrip('/')}/{self._agency_id}")
            fault = published_fault(self._session, self._agency_id, source, key)
            yield from [fault] if fault else self.stamps.of_published(source)

    def _of_tiles(self, tiles: StoredTiles, size: int) -> Iterator[str]:
        for tile in tiles_since(0, size):
            if tile.width < TILE_WIDTH:
                continue
            kept = store.tile_roots(self._session, self._agency_id, tile.level, tile.number, tile.number + 1)
            try:
                found = [root_of(split_hashes(tiles.tile(*tile)))]
            except ValueError:
                found = []
            if kept != found:
                span = TILE_WIDTH ** (tile.level + 1)
                first = tile.number * span
                yield f"log entries {first} to {first + span - 1} are not those that were signed"

    def _of_rows(self) -> Iterator[str]:
        last = store.newest_inventory(self._session, self._agency_id)
        if not last.number:
            return
        _, imported = unlisted_events(self._session, self._agency_id, self._marker, last)
        yield from self._of_ratings(last, imported)
        yield from self._of_blocks(last)
        yield from self._of_events(last)

    def _of_ratings(self, last: Inventory, imported: int) -> Iterator[str]:
        found = inventory_store.ratings(self._session, self._agency_id, self._marker)
        by_day = groupby(found, lambda row: row.part[:10])
        days = {name[:10] for name in store.part_names(self._session, self._agency_id, "rating")}
        unlisted: list[tuple[UUID, str]] = []
        for day, run in by_day:
            days.discard(day)
            # `0` is the sign after `/`.
            listed = listed_marks(self._session, self._agency_id, "rating", f"{day}/", f"{day}0")
            for row in run:
                self.rows += 1
                mark = listed.pop(row.marked.id, None)
                key = UUID(bytes=row.marked.id)
                if mark is None:
                    unlisted.append((key, row.part[11:]))
                elif mark != row.marked.mark:
                    yield f"rating {key} of {day} at {row.part[11:]} was edited"
            yield from self._of_gone(day, listed)
        for day in sorted(days):
            yield from self._of_gone(day, listed_marks(self._session, self._agency_id, "rating", f"{day}/", f"{day}0"))
        yield from self._of_arrivals(last, unlisted, imported)

    def _of_gone(self, day: str, listed: Collection[bytes]) -> Iterator[str]:
        """The ratings of a day that are listed and not here."""
        if self.seals.excuse(day, len(listed)):
            return
        yield from (f"rating {UUID(bytes=gone)} of {day} was deleted" for gone in listed)

    def _of_arrivals(self, last: Inventory, unlisted: list[tuple[UUID, str]], imported: int) -> Iterator[str]:
        traced = inventory_store.traced(self._session, self._agency_id, [key for key, _ in unlisted])
        arrivals = [Arrival(key, day_of(key), office, key in traced) for key, office in unlisted]
        for each, reason in strange_arrivals(arrivals, since(last, self._order), imported):
            yield f"rating {each.key} of {each.day} at {each.office} was inserted: {reason}"

    def _of_blocks(self, last: Inventory) -> Iterator[str]:
        listed = listed_marks(self._session, self._agency_id, "block")
        for row in inventory_store.blocks(self._session, self._agency_id, self._marker):
            self.rows += 1
            number, mark = int.from_bytes(row.marked.id, "big"), listed.pop(row.marked.id, None)
            if row.about > last.detail["release"]:
                # A release since the inventory wrote it; what its ratings give is proven elsewhere.
                continue
            if mark is None:
                yield f"block {number} of {row.part} was inserted"
            elif mark != row.marked.mark:
                yield f"block {number} of {row.part} was edited"
        yield from (f"block {int.from_bytes(gone, 'big')} was deleted" for gone in listed)

    def _of_events(self, last: Inventory) -> Iterator[str]:
        listed = listed_marks(self._session, self._agency_id, "audit_event")
        floor = event_floor(last)
        for row in inventory_store.events(self._session, self._agency_id, self._marker):
            self.rows += 1
            mark, about = listed.pop(row.marked.id, None), row.about
            name = f"audit_event {about.event_id} of {row.part}"
            if mark is not None:
                if mark != row.marked.mark:
                    yield f"{name} was edited"
            elif (floor is not None and about.event_id < floor) or is_back_dated(about.at, taken_at(last)):
                yield f"{name} was inserted: {BACK_DATED}"
        yield from (f"audit_event {UUID(bytes=gone)} of {day_of(UUID(bytes=gone))} was deleted" for gone in listed)

    def _of_status(self) -> Iterator[str]:
        """Ratings are held where a finding says so, and findings are as the audit trail says."""
        held_by = {
            each.key: each.finding_id
            for each in inventory_store.doubts(self._session, self._agency_id)
            if each.standing in ("held", "confirmed")
        }
        yield from self._of_held(held_by)
        sheets: dict[UUID, int] = {}
        for finding_id in held_by.values():
            sheets[finding_id] = sheets.get(finding_id, 0) + 1
        decided = inventory_store.decisions(self._session, self._agency_id)
        raised = {subject for action, subject in decided if action == "finding.raised"}
        for finding_id, standing, n in inventory_store.findings(self._session, self._agency_id):
            raised.discard(str(finding_id))
            yield from _finding_faults(finding_id, standing, n, sheets.get(finding_id, 0), decided)
        yield from (f"finding {gone} was deleted" for gone in sorted(raised))

    def _of_held(self, held_by: Mapping[UUID, UUID]) -> Iterator[str]:
        seen = set()
        for key, office, standing in inventory_store.held_or(self._session, self._agency_id, held_by):
            seen.add(key)
            name = f"rating {key} of {day_of(key)} at {office}"
            if standing == "held" and key not in held_by:
                yield f"{name} is held, and no finding says so"
            elif standing != "held":
                yield f"{name} is {standing}, though finding {held_by[key]} holds it"
        gone = (key for key in sorted(held_by.keys() - seen) if not self.seals.has(f"{day_of(key)}"))
        yield from (f"rating {key} of {day_of(key)} was deleted" for key in gone)


def _checkpoint_fault(row: LogCheckpoint, key: VerifierKey, tiles: StoredTiles) -> str | None:
    """Why a stored checkpoint is not one of this log."""
    name = f"the checkpoint of {row.size} entries"
    try:
        note = parse_note(row.note.encode())
        found = parse_checkpoint(note.text)
        if not signers(note, [key]) or found.size != row.size:
            return f"{name} is not signed with the key of the log"
        if tree_root(tiles, found.size) != found.root:
            return f"{name} has another root than the entries"
    except ValueError as fault:
        return f"{name} does not hold: {fault}"
    return None


def _finding_faults(
    finding_id: UUID, standing: str, n: int, sheets: int, decided: set[tuple[str, str]]
) -> Iterator[str]:
    name = f"finding {finding_id}"
    if ("finding.raised", str(finding_id)) not in decided:
        yield f"{name} was inserted: the audit trail does not know it"
    if standing in ("released", "confirmed") and (f"finding.{standing}", str(finding_id)) not in decided:
        yield f"{name} is {standing}, and the audit trail does not say so"
    if standing in ("held", "confirmed") and n != sheets:
        yield f"{name} held {n} sheets and holds {sheets}"
