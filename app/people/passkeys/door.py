"""The door for passkeys: signing in, proving to be there, adding and ending them; everything is audited."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NoReturn
from uuid import UUID

from app.access.keys import digest
from app.foundation.clock import Clock
from app.foundation.http.visits import Visit
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import enter_agency
from app.foundation.storage.database import Database, Session
from app.people import store
from app.people.attempt_cookies import AttemptCookies
from app.people.faults import PeopleFault
from app.people.passkeys import store as passkey_store
from app.people.passkeys.authenticators import (
    Claim,
    Unacceptable,
    Whose,
    claimed,
    counted,
    made,
    options_to_make,
    options_to_use,
)
from app.people.passkeys.exchange import (
    COPIED,
    ELSEWHERE,
    FAILED,
    NOWHERE,
    OVER,
    REFUSED,
    TROUBLES,
    Asked,
    Sent,
)
from app.people.passkeys.rules.attempts import (
    COOKIE,
    SECONDS,
    Attempt,
    Purpose,
    is_for,
    name_of,
    new_attempt,
    read,
    written,
)
from app.people.passkeys.rules.counters import may_be_copied
from app.people.passkeys.rules.handles import handle_of, read_handle
from app.people.passkeys.rules.parties import RelyingParty
from app.people.passkeys.tables import LONGEST_NAME, Passkey
from app.people.rules.channels import Channel
from app.people.sealing import Seal
from app.people.sessions import Sessions, audit
from app.people.signed_in import SignedIn
from app.people.signing_in import UNPROVEN, SignIn
from app.people.steps import Entered
from app.people.tables import Person
from app.people.tries import NetworkTries

MOST_OF_A_PERSON = 20
STEP = "passkey"


class Passkeys:
    """The door of one process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        secret: bytes,
        sessions: Sessions,
        sign_in: SignIn,
        party: RelyingParty | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._cookies = AttemptCookies(Seal(secret, "passkey"), COOKIE, SECONDS)
        self._sessions = sessions
        self._sign_in = sign_in
        self._party = party
        self._tries = NetworkTries(clock)

    def is_offered(self, visit: Visit) -> bool:
        """Whether passkeys work on the page that this request asks for."""
        here = f"{visit.scheme}://{visit.host}".lower()
        return self._party is not None and here == self._party.origin and self._is_private(visit)

    def cookie(self, visit: Visit, attempt: str) -> str:
        """The name of the cookie that an attempt of this name has."""
        return self._cookies.name(visit, attempt)

    def ask_to_sign_in(self, visit: Visit) -> Asked:
        """Ask for any passkey that was made here. Raises `PeopleFault`."""
        attempt = new_attempt(Purpose.sign_in, self._now())
        return self._asked(visit, attempt, options_to_use(self._here(visit), attempt))

    def ask_for_proof(self, visit: Visit, signed_in: SignedIn) -> Asked:
        """Ask for one of this person's passkeys. Raises `PeopleFault`."""
        party, known = self._here(visit), [row.credential for row in self.of(signed_in)]
        if not known:
            raise PeopleFault("You have no passkey yet; you can add one in your account.")
        attempt = new_attempt(Purpose.proof, self._now(), str(signed_in.session_id))
        return self._asked(visit, attempt, options_to_use(party, attempt, known))

    def ask_to_add(self, visit: Visit, signed_in: SignedIn) -> Asked:
        """Ask for a new passkey. Raises `PeopleFault`."""
        party, known = self._here(visit), [row.credential for row in self.of(signed_in)]
        self._may_add(signed_in, len(known))
        attempt = new_attempt(Purpose.adding, self._now(), str(signed_in.session_id))
        whose = Whose(handle_of(signed_in.agency_id, signed_in.person_id), signed_in.account, signed_in.name)
        return self._asked(visit, attempt, options_to_make(party, attempt, whose, known))

    def sign_in(self, visit: Visit, sent: Sent) -> Entered:
        """Sign in: both factors at once. Raises `PeopleFault`, `too-many-sign-ins`."""
        party, attempt = self._begun(visit, sent, Purpose.sign_in)
        with self._slowed(visit):
            claim = self._claim(sent)
            named = read_handle(claim.handle)
            if named is not None:
                enter_agency(named[0])
            person = None if named is None else self._find(*named)
            if person is None:
                self._sign_in.refused(None if named is None else named[0], None, STEP)
                raise PeopleFault(REFUSED)
            passkey, count = self._proven(party, attempt, claim, person)
            now = self._clock()
            with self._database.writing() as session:
                self._count(session, person, passkey, count, now)
                return self._sign_in.begin(session, visit, person, Channel.private, now, strong=True, by=STEP)

    def prove(self, visit: Visit, signed_in: SignedIn, sent: Sent) -> Entered | None:
        """Prove to be there; a new session for a browser that had given one factor only. Raises `PeopleFault`."""
        party, attempt = self._begun(visit, sent, Purpose.proof, signed_in)
        with self._slowed(visit):
            claim, person = self._claim(sent), self._owner(signed_in)
            if claim.handle not in (None, handle_of(person.agency_id, person.person_id)):
                self._refuse(person)
            passkey, count = self._proven(party, attempt, claim, person)
            now = self._clock()
            with self._database.writing() as session:
                self._count(session, person, passkey, count, now)
                audit(session, person.agency_id, person.person_id, "person.proved", now, by=STEP)
                if not signed_in.strong:
                    return self._sign_in.opened(session, signed_in, person, visit, now)
                if not store.change_session(session, person.agency_id, signed_in.session_id, proven_at=now):
                    raise Problem("session-ended")
        return None

    def add(self, visit: Visit, signed_in: SignedIn, name: str, sent: Sent) -> None:
        """Keep a new passkey under a name, after a proof. Raises `PeopleFault`."""
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise PeopleFault("A name has 1 to 60 characters; say which device it is.", "name")
        party, attempt = self._begun(visit, sent, Purpose.adding, signed_in)
        self._may_add(signed_in, len(self.of(signed_in)))
        person = self._owner(signed_in)
        self._take(person, attempt)
        try:
            found = made(party, attempt, sent.answer)
        except Unacceptable:
            self._refuse(person)
        now = self._clock()
        with self._database.writing() as session:
            added = passkey_store.add_passkey(
                session,
                Passkey(
                    agency_id=person.agency_id,
                    passkey_id=new_id(),
                    person_id=person.person_id,
                    credential=found.credential,
                    public_key=found.public_key,
                    sign_count=found.sign_count,
                    name=name,
                    added_at=now,
                ),
            )
            # Of two who come with one credential one comes first.
            if not added:
                raise PeopleFault(TROUBLES["InvalidStateError"])
            audit(session, person.agency_id, person.person_id, "person.passkey-added", now)

    def end(self, signed_in: SignedIn, passkey_id: UUID) -> None:
        """End one of this person's passkeys, after a proof. Raises `PeopleFault`."""
        now = self._clock()
        if not signed_in.is_proven(now):
            raise PeopleFault(UNPROVEN)
        with self._database.writing() as session:
            if not passkey_store.end_passkey(session, signed_in.agency_id, signed_in.person_id, passkey_id):
                raise PeopleFault("This passkey was ended already.")
            audit(session, signed_in.agency_id, signed_in.person_id, "person.passkey-ended", now)

    def of(self, signed_in: SignedIn) -> list[Passkey]:
        """This person's passkeys, oldest first."""
        with self._database.reading() as session:
            return [*passkey_store.passkeys_of(session, signed_in.agency_id, signed_in.person_id)]

    def _here(self, visit: Visit) -> RelyingParty:
        if self._party is None:
            raise PeopleFault(NOWHERE)
        if not self.is_offered(visit):
            raise PeopleFault(ELSEWHERE, address=self._party.origin)
        return self._party

    def _asked(self, visit: Visit, attempt: Attempt, options: str) -> Asked:
        name = name_of(attempt)
        return Asked(options, name, self._cookies.made(visit, name, written(attempt)))

    def _begun(
        self, visit: Visit, sent: Sent, purpose: Purpose, signed_in: SignedIn | None = None
    ) -> tuple[RelyingParty, Attempt]:
        """The attempt that this answers. Raises `PeopleFault` where there is none, or no answer."""
        party = self._here(visit)
        if not sent.answer:
            raise PeopleFault(TROUBLES.get(sent.trouble or "unsupported", FAILED))
        text = self._cookies.text(visit, sent.attempt)
        attempt = None if text is None else read(text)
        session = "" if signed_in is None else str(signed_in.session_id)
        if attempt is None or name_of(attempt) != sent.attempt or not is_for(attempt, purpose, session, self._now()):
            raise PeopleFault(OVER)
        return party, attempt

    def _claim(self, sent: Sent) -> Claim:
        try:
            return claimed(sent.answer)
        except Unacceptable:
            raise PeopleFault(REFUSED) from None

    def _proven(self, party: RelyingParty, attempt: Attempt, claim: Claim, person: Person) -> tuple[Passkey, int]:
        """The person's passkey that signed the challenge, and its counter. Raises `PeopleFault`."""
        self._take(person, attempt)
        with self._database.reading() as session:
            passkey = passkey_store.passkey_with(session, person.agency_id, claim.credential)
        if passkey is None or passkey.person_id != person.person_id:
            self._refuse(person)
        try:
            count = counted(party, attempt, claim, passkey.public_key)
        except Unacceptable:
            self._refuse(person)
        if may_be_copied(passkey.sign_count, count):
            self._sign_in.refused(person.agency_id, person, "passkey counter")
            raise PeopleFault(COPIED)
        return passkey, count

    def _take(self, person: Person, attempt: Attempt) -> None:
        """A challenge is answered once, rightly or wrongly."""
        until = datetime.fromtimestamp(attempt.until, UTC)
        with self._database.writing() as session:
            if not passkey_store.take_challenge(
                session, person.agency_id, digest(attempt.challenge), until, self._clock()
            ):
                raise PeopleFault(OVER)

    def _count(self, session: Session, person: Person, passkey: Passkey, count: int, now: datetime) -> None:
        # Locked, as whoever takes a link has the person locked: what that has ended opens nothing any more.
        store.lock_person(session, person.agency_id, person.person_id)
        if not passkey_store.count_use(session, passkey, count, now):
            raise PeopleFault(REFUSED)

    def _refuse(self, person: Person) -> NoReturn:
        self._sign_in.refused(person.agency_id, person, STEP)
        raise PeopleFault(REFUSED)

    @contextmanager
    def _slowed(self, visit: Visit) -> Iterator[None]:
        """Take a try of this network, and give it back when all was right. Raises `too-many-sign-ins`."""
        self._tries.take(visit)
        yield
        self._tries.give_back(visit)

    def _may_add(self, signed_in: SignedIn, n: int) -> None:
        if not signed_in.is_proven(self._clock()):
            raise PeopleFault(UNPROVEN)
        # It would still open when the provider's account is closed.
        if signed_in.provided is not None:
            raise PeopleFault("Who signs in through a provider has no passkey here.")
        self._sign_in.refuse_owing(signed_in)
        if n >= MOST_OF_A_PERSON:
            raise PeopleFault("You have {n} passkeys; end one of them first.", n=n)

    def _find(self, agency_id: str, person_id: UUID) -> Person | None:
        with self._database.reading() as session:
            return store.find_person(session, agency_id, person_id)

    def _owner(self, signed_in: SignedIn) -> Person:
        person = self._find(signed_in.agency_id, signed_in.person_id)
        assert person is not None, "a foreign key of the session holds it"
        return person

    def _is_private(self, visit: Visit) -> bool:
        return self._sessions.channel(visit) is Channel.private

    def _now(self) -> float:
        return self._clock().timestamp()
