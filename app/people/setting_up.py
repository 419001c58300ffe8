"""Sets up an installation that has no agency yet: a link, its throttled door, and the first agency with its people."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from app.access.principals import Role
from app.directory import register
from app.directory.catalogue_store import has_agencies
from app.directory.rules.agency_periods import PERIODS
from app.foundation.clock import Clock
from app.foundation.http.visits import Visit
from app.foundation.secret import derive
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database, IntegrityError, Session
from app.foundation.storage.installation import SET_UP, add_fact, fact, locked_fact, put_fact
from app.instruments.registry import add_shipped
from app.people.faults import PeopleFault
from app.people.first_agency import FirstAgency, faults_of
from app.people.granting import Asked, Granter
from app.people.inviting import Invitation, Invited, invite
from app.people.rules.channels import Channel
from app.people.rules.set_up_codes import Draw, code_of, draw_text, live_draw, new_draw, read_code
from app.people.sessions import Sessions
from app.people.signing_in import CLEAR_TEXT
from app.people.tries import LinkTries

# Nobody has signed in yet who could be named: whoever held the link.
ACTOR = "set-up-link"


class SetUpFaults(ValueError):
    """Fields that are wrong; `faults` has one of each."""

    def __init__(self, faults: tuple[PeopleFault, ...]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


class SetUpCode(NamedTuple):
    """The code of the link, and until when it works."""

    code: str
    ends_at: datetime


class SetUp:
    """The way into an installation that has no agency yet, in one process."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, sessions: Sessions) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._sessions = sessions
        self._tries = LinkTries(clock)
        self._done = False

    def is_open(self) -> bool:
        """Whether there is no agency yet (blocking)."""
        # An agency is never taken away again, so that this is asked no more once there is one.
        if not self._done:
            with all_agencies(), self._database.reading() as session:
                self._done = has_agencies(session)
        return not self._done

    def refuse_channel(self, visit: Visit) -> None:
        """Refuse a connection over which no administrator may sign in. Raises `PeopleFault`."""
        if self._sessions.channel(visit) is not Channel.private:
            raise PeopleFault(CLEAR_TEXT)

    def check(self, visit: Visit, text: str) -> None:
        """Refuse a wrong code, and every code once there is an agency. Raises `PeopleFault`, `too-many-links`."""
        self.refuse_channel(visit)
        with self._attempt(visit, text) as code, all_agencies(), self._database.reading() as session:
            self._open(session, fact(session, SET_UP), code)

    def begin(self, visit: Visit, text: str, asked: FirstAgency) -> Invited:
        """Add the agency, its first office and its first administrator, who gets a link; all of it, or nothing.

        Raises `PeopleFault` for a wrong code, `SetUpFaults` for wrong fields, `too-many-links`.
        """
        self.check(visit, text)
        if faults := tuple(PeopleFault(sentence, field) for field, sentence in faults_of(asked)):
            raise SetUpFaults(faults)
        now, by = self._clock(), Granter(ACTOR)
        with self._attempt(visit, text) as code, all_agencies(), self._database.writing() as session:
            # Of two who hold the link one comes first; the other waits here for the row, and finds it gone.
            self._open(session, locked_fact(session, SET_UP), code)
            agency = register.add_agency(session, code=asked.agency, name=asked.name, actor=by.actor, now=now)
            where = agency.agency_id
            months = PERIODS[asked.period]
            register.set_period(session, agency_id=where, months=months, actor=by.actor, now=now)
            add_shipped(session, where, now)
            register.add_office(
                session,
                agency_id=where,
                actor=by.actor,
                now=now,
                code=asked.office,
                name=asked.office_name,
                timezone=asked.zone,
            )
            return invite(session, where, Invitation(asked.administrator), Asked(Role.administrator), by, now)

    @contextmanager
    def _attempt(self, visit: Visit, text: str) -> Iterator[str | None]:
        code = read_code(text)
        with self._tries.attempt(visit, code):
            yield code

    def _open(self, session: Session, kept: str | None, code: str | None) -> None:
        """Refuse a code that opens nothing, with one answer for all. Raises `PeopleFault`."""
        draw = live_draw(kept, self._clock())
        right = draw is not None and hmac.compare_digest(code_of(set_up_key(self._secret), draw), code or "")
        if not right or has_agencies(session):
            raise PeopleFault("This code is wrong, was used already, or is older than three days.", "code")


def set_up_key(secret: bytes) -> bytes:
    """The key with which the codes of this installation's set-up link are drawn."""
    return derive(secret, "set-up")


def set_up_code(database: Database, secret: bytes, now: datetime) -> SetUpCode | None:
    """The code that sets this installation up, the same for whoever asks; None once there is an agency."""
    with all_agencies(), database.reading() as session:
        if has_agencies(session):
            return None
    draw = _kept_draw(database, now)
    return SetUpCode(code_of(set_up_key(secret), draw), draw.ends_at)


def _kept_draw(database: Database, now: datetime) -> Draw:
    """The draw in force: what is kept, or where that has ended a new one."""
    try:
        with database.writing() as session:
            kept = locked_fact(session, SET_UP)
            draw = live_draw(kept, now)
            if draw is None:
                draw = new_draw(now)
                # One that has ended is locked and may be replaced; where none was seen, another may be there by now.
                keep = add_fact if kept is None else put_fact
                keep(session, SET_UP, draw_text(draw))
            return draw
    except IntegrityError:
        # Another process made its first start at the same moment; its draw is the one that is kept.
        with database.reading() as session:
            found = live_draw(fact(session, SET_UP), now)
        if found is None:
            raise
        return found
