"""What the clients sent and heard, compared at every step with what is stored."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from app.ratings.schemas import RatingIn
from app.screening.run import HELD
from tests.simulation.memory_store import Asker, State
from tests.simulation.nights import figures_anew
from tests.simulation.process import KEYS
from tests.simulation.town import ITEMS, Sender

STORED, REPLAYED, CONFLICT, WRONG, TOO_FAST, BUSY = 201, 200, 409, 422, 429, 503
ALLOWED = (STORED, REPLAYED, CONFLICT, TOO_FAST, BUSY)
SMALLEST = 10


class Broken(Exception):
    """A promise is broken."""


def answers_of(sheet: RatingIn) -> str:
    """The sheet as a row has it."""
    return "".join(str(sheet.scores[item]) for item in ITEMS)


@dataclass
class Ledger:
    """The clients' side of the story: by id the sender's agency, what was sent, and what counts as stored."""

    agency: dict[UUID, str] = field(default_factory=dict)
    sent: dict[UUID, list[str]] = field(default_factory=dict)
    acknowledged: dict[UUID, str] = field(default_factory=dict)
    created: set[UUID] = field(default_factory=set)

    def sending(self, sender: Sender, sheet: RatingIn) -> None:
        """Note a sheet before it leaves."""
        assert sheet.id is not None
        self.agency[sheet.id] = sender.principal.agency_id
        contents = self.sent.setdefault(sheet.id, [])
        if answers_of(sheet) not in contents:
            contents.append(answers_of(sheet))

    def heard(self, sheet: RatingIn, status: int, state: State, *, is_behind: bool) -> None:
        """Hold an answer against what is stored at this moment. Raises `Broken`.

        A service whose clock `is_behind` refuses what it takes for sent in the future.
        """
        assert sheet.id is not None
        if status == WRONG and is_behind:
            return
        if status not in ALLOWED:
            raise Broken(f"an answer {status}")
        if status in (TOO_FAST, BUSY):
            return
        agency = self.agency[sheet.id]
        row = state.rows.get((agency, KEYS.key(agency, sheet.id)))
        stored, said = None if row is None else row.rating.sheet, answers_of(sheet)
        if status == CONFLICT:
            if stored is None or stored == said:
                raise Broken(f"a conflict with {'nothing' if stored is None else 'the same'}")
            return
        if stored is None:
            raise Broken("lost: acknowledged and not stored")
        if stored != said:
            raise Broken("another content is acknowledged than the stored one")
        if status == STORED and sheet.id in self.created:
            raise Broken("duplicate: one id is newly stored twice")
        if status == STORED:
            self.created.add(sheet.id)
        self.acknowledged[sheet.id] = said


class Inspector:
    """Looks at the store after every step that may have changed it. Raises `Broken`."""

    def __init__(self, ledger: Ledger, state: Callable[[], State]) -> None:
        self._ledger = ledger
        self._state = state
        self._rows = self._blocks = self._findings = 0
        # Digests are salted with the id: two rows that share one are one id stored twice.
        self._digests: set[tuple[str, str]] = set()
        self._sent: dict[tuple[str, str], list[str]] = {}
        self._told: set[tuple[str, str]] = set()
        self._doubted: set[tuple[str, str]] = set()

    def look(self) -> None:
        """At what is new since the last look."""
        state = self._state()
        if len(state.rows) > self._rows:
            self._look_at_rows(list(state.rows)[self._rows :], state)
            self._rows = len(state.rows)
        for block in state.blocks[self._blocks :]:
            self._look_at_told([(block.agency_id, key) for key in block.keys])
            if block.figures is None:
                raise Broken("a block tells nothing of its ratings")
            if figures_anew(state, block) != block.figures or block.figures.n < SMALLEST:
                raise Broken("a cell is not what its ratings give")
        self._blocks = len(state.blocks)
        for agency, keys in state.findings[self._findings :]:
            doubted = {(agency, key) for key in keys}
            if doubted & self._doubted:
                raise Broken("a rating is held by two findings")
            self._doubted |= doubted
        self._findings = len(state.findings)

    def _look_at_rows(self, new: list[tuple[str, str]], state: State) -> None:
        # Attempts are noted before they are sent, so whatever a row can be is here by now.
        if len(self._sent) != len(self._ledger.sent):
            self._sent = {
                (agency, KEYS.key(agency, each)): self._ledger.sent[each]
                for each, agency in self._ledger.agency.items()
            }
        for place in new:
            rating = state.rows[place].rating
            digest = place[0], rating.digest
            if digest in self._digests:
                raise Broken("duplicate: one id has two rows")
            self._digests.add(digest)
            if rating.sheet not in self._sent.get(place, ()):
                raise Broken("phantom: stored and never sent")

    def _look_at_told(self, keys: list[tuple[str, str]]) -> None:
        if not self._told.isdisjoint(keys):
            raise Broken("a rating is told twice")
        self._told.update(keys)

    def at_the_end(self) -> Iterator[str]:
        """What is wrong once everybody has come to an end."""
        state = self._state()
        stored = {place: row.rating.sheet for place, row in state.rows.items()}
        for each, content in self._ledger.acknowledged.items():
            agency = self._ledger.agency[each]
            if stored.get((agency, KEYS.key(agency, each))) != content:
                yield "lost: acknowledged and not stored"
        for block in state.blocks:
            if block.figures != figures_anew(state, block):
                yield "a cell is not what its ratings give"
        held = {place for place, row in state.rows.items() if row.status == HELD}
        if held != self._doubted:
            yield "what is held is not what findings name"


class Nights:
    """Who works at a night: whoever holds its lease; who lost it ends the part it was at and records nothing."""

    # A step of a night, its lease, and the part (an office, an agency) that it is about.
    STEPS = (
        (re.compile("screens (.*)"), "screening"),
        (re.compile("counts what (.*) has not told"), "release"),
        (re.compile("tells (.*)"), "release"),
        (re.compile("releases (.*)"), "release"),
    )

    def __init__(self) -> None:
        self._holders: dict[str, Asker] = {}
        # What a process was at when it was last told that the lease is its own; None: it has not begun with it yet.
        self._parts: dict[tuple[str, Asker], str | None] = {}
        self._recorded: set[str] = set()

    def look(self, what: str, asker: Asker, outcome: object) -> None:
        """At a step that was just done. Raises `Broken`."""
        if what.startswith(("takes the lease ", "keeps the lease ")):
            lease = what.removeprefix("takes the lease ").removeprefix("keeps the lease ")
            if outcome is True:
                self._holders[lease] = asker
                self._parts[lease, asker] = None
        elif what.startswith("records "):
            if what in self._recorded:
                raise Broken(f"a night is done again: {what}")
            if self._holders.get(what.split()[1]) is not asker:
                raise Broken(f"a process {what} without its lease")
            self._recorded.add(what)
        else:
            for step, lease in self.STEPS:
                if found := step.fullmatch(what):
                    self._look_at_part(lease, asker, found[1])

    def _look_at_part(self, lease: str, asker: Asker, part: str) -> None:
        if self._holders.get(lease) is asker or self._parts.get((lease, asker), part) is None:
            self._parts[lease, asker] = part
        elif self._parts.get((lease, asker)) != part:
            raise Broken(f"a process begins with {part} at the {lease} of a night without its lease")
