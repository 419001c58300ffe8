"""Signing in: passphrase, second factor, proof of being there; guesses are slowed, and everything is audited."""

from datetime import datetime

from app.directory.listing_store import zone_of_agency
from app.foundation.clock import Clock
from app.foundation.http.visits import Visit
from app.foundation.problems import Problem
from app.foundation.secret import derive
from app.foundation.storage.agency_scope import enter_agency, of_agency
from app.foundation.storage.database import Database, Session
from app.people import store
from app.people.entering import forget_ways_in, stage_of
from app.people.faults import PeopleFault
from app.people.inviting import opened_link, wrong_link
from app.people.openings import Opening, Provided
from app.people.passkeys.store import has_passkey
from app.people.passphrases import Passphrases
from app.people.refusals import audit_refusal
from app.people.rules.budgets import CODES, PASSPHRASES
from app.people.rules.channels import Channel, is_guarded
from app.people.rules.codes import new_recovery_codes, read_link, read_recovery_code, sign_in_name
from app.people.rules.passphrases import weakness
from app.people.rules.totp import read_code
from app.people.second_factor import SecondFactor
from app.people.sessions import Sessions, audit, start
from app.people.signed_in import SignedIn, needs_second_factor
from app.people.steps import Enrolment, Entered, Stage
from app.people.tables import Person
from app.people.tries import KnownBrowsers, LinkTries, Tries
from app.people.typed_codes import step_of_code, uses_code, wrong_code

WRONG = "The sign-in name or the passphrase is wrong."
UNPROVEN = "Confirm first that it is you."
BY_PASSKEY = "One of your roles needs a second factor, and yours is a passkey: sign in with it."
CLEAR_TEXT = (
    "Whoever shares this network could read your passphrase: this address is not encrypted (http). Open the page "
    "over https, or on the machine itself."
)


class SignIn:
    """The ways to sign in of one process."""

    def __init__(
        self, database: Database, clock: Clock, secret: bytes, sessions: Sessions, passphrases: Passphrases
    ) -> None:
        self._database = database
        self._clock = clock
        self._sessions = sessions
        self._passphrases = passphrases
        self._factor = SecondFactor(secret)
        self._browsers = KnownBrowsers(derive(secret, "browser"))
        self._tries, self._codes = (Tries(paces, self._browsers, clock) for paces in (PASSPHRASES, CODES))
        self._links = LinkTries(clock)

    def with_passphrase(self, visit: Visit, name: str, passphrase: str) -> Entered:
        """The first step. Raises `PeopleFault`, one for unknown accounts and wrong passphrases, `too-many-sign-ins`."""
        channel = self.channel_of(visit)
        named = sign_in_name(name)
        taken = self._tries.take(visit, name if named is None else f"{named.value}@{named.agency_id}")
        if named is not None:
            enter_agency(named.agency_id)
        with self._database.reading() as session:
            person = None if named is None else store.person_called(session, named.agency_id, named.value)
        if not self._passphrases.matches(None if person is None else person.passphrase, passphrase) or person is None:
            self.refused(None if named is None else named.agency_id, person, "passphrase")
            raise PeopleFault(WRONG)
        self._tries.give_back(taken)
        self.refuse_channel(person, channel)
        return self._enter(visit, person, channel, passphrase)

    def with_code(self, visit: Visit, signed_in: SignedIn, text: str) -> Entered:
        """The second step: a code of the app, or a recovery code. Raises `PeopleFault`, `too-many-sign-ins`."""
        with self._database.reading() as session:
            person = self._person(session, signed_in)
        self.check_code(visit, person, text)
        now = self._clock()
        with self._database.writing() as session:
            return self.opened(session, signed_in, person, visit, now)

    def invited(self, visit: Visit, code: str) -> Person:
        """Whose link this is, without taking it. Raises `PeopleFault`, `too-many-links`."""
        named = read_link(code)
        if named is not None:
            enter_agency(named.agency_id)
        with self._links.attempt(visit, None if named is None else named.value), self._database.reading() as session:
            return opened_link(session, code, self._clock())[1]

    def with_link(self, visit: Visit, code: str, passphrase: str, repeated: str) -> Entered:
        """Take a link: choose a passphrase and sign in with it. Raises `PeopleFault`."""
        channel = self.channel_of(visit)
        person = self.invited(visit, code)
        self.refuse_channel(person, channel)
        self._refuse_weak(person, passphrase, repeated)
        hashed = self._passphrases.hashed(passphrase)
        now = self._clock()
        with self._database.writing() as session:
            # Read anew: of two who hold the link one comes first, and the other reads what a guesser reads.
            link, person = opened_link(session, code, now)
            # Whoever makes a new link holds the person first and the link afterwards, too.
            store.lock_person(session, link.agency_id, link.person_id)
            if not store.take_link(session, link.agency_id, link.digest):
                raise wrong_link()
            forget_ways_in(session, person, now)
            person.passphrase = hashed
            session.add(person)
            audit(session, person.agency_id, person.person_id, "person.link-taken", now)
            return self.begin(session, visit, person, channel, now)

    def enrolment(self, signed_in: SignedIn) -> Enrolment:
        """The secret of a new second factor, the same until it is confirmed. Raises `PeopleFault`."""
        self._may_enrol(signed_in)
        with self._database.writing() as session:
            # Of two pages that are opened at once the second shows the secret of the first.
            store.lock_person(session, signed_in.agency_id, signed_in.person_id)
            person = self._person(session, signed_in)
            where = person.agency_id, person.person_id
            secret = None if person.totp_next is None else self._factor.opened(*where, person.totp_next)
            if secret is None:
                secret = self._factor.new_secret()
                person.totp_next = self._factor.sealed(*where, secret)
                session.add(person)
        return Enrolment(secret, self._factor.address(secret, signed_in.account, "Cermin"))

    def enrol(self, visit: Visit, signed_in: SignedIn, text: str) -> Entered:
        """Confirm the new second factor by one of its codes; tells the recovery codes, once. Raises `PeopleFault`."""
        self._may_enrol(signed_in)
        taken = self._codes.take(visit, signed_in.account)
        now = self._clock()
        with self._database.writing() as session:
            person = self._person(session, signed_in)
            kept, code = person.totp_next, read_code(text) or ""
            step = None if kept is None else step_of_code(self._factor, person, kept, code, now)
            if step is None:
                raise wrong_code(now, signed_in.zone)
            person.totp, person.totp_next, person.totp_step = person.totp_next, None, step
            session.add(person)
            codes = new_recovery_codes()
            digests = {self._factor.recovery_digest(read_recovery_code(each) or "") for each in codes}
            store.put_recovery_codes(session, person, digests)
            audit(session, person.agency_id, person.person_id, "person.second-factor-set", now)
            entered = self.opened(session, signed_in, person, visit, now)
        self._codes.give_back(taken)
        return Entered(entered.cookie, entered.stage, entered.browser, tuple(codes))

    def prove(self, visit: Visit, signed_in: SignedIn, passphrase: str, code: str) -> None:
        """Prove to be there, for what is sensitive. Raises `PeopleFault`, `too-many-sign-ins`."""
        with self._database.reading() as session:
            person = self._person(session, signed_in)
        taken = self._tries.take(visit, signed_in.account)
        if not self._passphrases.matches(person.passphrase, passphrase):
            self.refused(person.agency_id, person, "proof")
            raise PeopleFault("The passphrase is wrong.", "passphrase")
        self._tries.give_back(taken)
        if person.totp is not None:
            self.check_code(visit, person, code)
        now = self._clock()
        with self._database.writing() as session:
            store.change_session(session, signed_in.agency_id, signed_in.session_id, proven_at=now)
            audit(session, person.agency_id, person.person_id, "person.proved", now)

    def change_passphrase(self, signed_in: SignedIn, passphrase: str, repeated: str) -> None:
        """Choose another passphrase, after a proof; all other browsers are signed out. Raises `PeopleFault`."""
        now = self._clock()
        if not signed_in.is_proven(now):
            raise PeopleFault(UNPROVEN)
        with self._database.reading() as session:
            person = self._person(session, signed_in)
        # It would still open when the provider's account is closed.
        if signed_in.provided is not None:
            raise PeopleFault("Who signs in through a provider has no passphrase here.")
        self._refuse_weak(person, passphrase, repeated)
        hashed = self._passphrases.hashed(passphrase)
        with self._database.writing() as session:
            person = self._person(session, signed_in)
            person.passphrase = hashed
            session.add(person)
            store.end_sessions(session, person.agency_id, person.person_id, now, but=signed_in.session_id)
            audit(session, person.agency_id, person.person_id, "person.passphrase-changed", now)

    def _enter(self, visit: Visit, person: Person, channel: Channel, passphrase: str) -> Entered:
        """Begin a session after the right passphrase."""
        # What it costs to guess grows with the machines; the kept text grows with it when its owner comes.
        outdated = person.passphrase is not None and self._passphrases.is_outdated(person.passphrase)
        hashed = self._passphrases.hashed(passphrase) if outdated else None
        now = self._clock()
        with self._database.writing() as session:
            if hashed is not None:
                fresh = store.lock_person(session, person.agency_id, person.person_id)
                if fresh is not None and fresh.passphrase == person.passphrase:
                    fresh.passphrase = hashed
                    session.add(fresh)
            return self.begin(session, visit, person, channel, now)

    def begin(
        self,
        session: Session,
        visit: Visit,
        person: Person,
        channel: Channel,
        now: datetime,
        provided: Provided | None = None,
        *,
        strong: bool = False,
        by: str | None = None,
    ) -> Entered:
        """Begin a session in the caller's transaction, `strong`: both factors were given, to the provider or `by`."""
        store.lock_person(session, person.agency_id, person.person_id)
        stage = Stage.open if strong else stage_of(session, person, provided)
        if stage is Stage.enrol and has_passkey(session, person.agency_id, person.person_id):
            # Else whoever knows the passphrase would put a second factor of their own beside the passkey.
            raise PeopleFault(BY_PASSKEY)
        complete = stage is Stage.open
        opening = Opening(channel, visit.browser, complete=complete, strong=strong, provided=provided)
        cookie = start(session, person, opening, now)
        if not complete:
            return Entered(cookie, stage)
        through: dict[str, str] = {} if provided is None else {"linked_by": provided.linked_by}
        through |= {} if by is None else {"by": by}
        audit(session, person.agency_id, person.person_id, "person.signed-in", now, **through)
        return Entered(cookie, stage, self._browsers.cookie(f"{person.login}@{person.agency_id}"))

    def opened(self, session: Session, signed_in: SignedIn, person: Person, visit: Visit, now: datetime) -> Entered:
        """Put a new session with a second factor in the place of this one."""
        store.lock_person(session, person.agency_id, person.person_id)
        # A secret that was known before the second factor must not be worth more after it.
        if not store.change_session(session, signed_in.agency_id, signed_in.session_id, ended_at=now):
            raise Problem("session-ended")
        opening = Opening(signed_in.channel, visit.browser, complete=True, strong=True, provided=signed_in.provided)
        cookie = start(session, person, opening, now)
        audit(session, person.agency_id, person.person_id, "person.signed-in", now, second_factor=True)
        return Entered(cookie, Stage.open, self._browsers.cookie(f"{person.login}@{person.agency_id}"))

    def check_code(self, visit: Visit, person: Person, text: str) -> None:
        """Use up a code of the app or a recovery code. Raises `PeopleFault`, `too-many-sign-ins`."""
        taken = self._codes.take(visit, f"{person.login}@{person.agency_id}")
        now = self._clock()
        with self._database.writing() as session:
            right = uses_code(session, self._factor, person, text, now)
            zone = zone_of_agency(session, person.agency_id)
        if not right:
            self.refused(person.agency_id, person, "second factor")
            raise wrong_code(now, zone)
        self._codes.give_back(taken)

    def _may_enrol(self, signed_in: SignedIn) -> None:
        # Whoever owes a second factor cannot put another one in its place, nor whoever finds an open browser.
        owing = signed_in.has_second_factor and not signed_in.complete
        if owing or not signed_in.is_proven(self._clock()):
            raise PeopleFault(UNPROVEN)
        self.refuse_owing(signed_in)

    def refuse_owing(self, signed_in: SignedIn) -> None:
        """Whoever has a guarded role and a passkey, and did not use it, sets up no other second factor."""
        guarded = any(is_guarded(each.role) for each in signed_in.roles)
        if signed_in.strong or signed_in.has_second_factor or not guarded:
            return
        with self._database.reading() as session:
            if has_passkey(session, signed_in.agency_id, signed_in.person_id):
                raise PeopleFault(BY_PASSKEY)

    def refuse_channel(self, person: Person, channel: Channel) -> None:
        """Whoever grants roles or decides what counts does not sign in where others can listen, whatever is allowed."""
        if channel is Channel.private:
            return
        with self._database.reading() as session:
            grants = store.grants_of(session, person.agency_id, [person.person_id])
        if needs_second_factor(grants):
            self.refused(person.agency_id, person, "connection")
            raise PeopleFault(CLEAR_TEXT)

    def _refuse_weak(self, person: Person, passphrase: str, repeated: str) -> None:
        if wrong := weakness(passphrase, (person.name, person.login, person.agency_id)):
            raise PeopleFault(wrong, "passphrase")
        if passphrase != repeated:
            raise PeopleFault("The two passphrases differ; type the same one twice.", "repeated")

    def channel_of(self, visit: Visit) -> Channel:
        channel = self._sessions.channel(visit)
        if channel is Channel.refused:
            raise PeopleFault(CLEAR_TEXT)
        return channel

    def refused(self, agency_id: str | None, person: Person | None, step: str) -> None:
        """Leave a trace of a refusal. What was typed is nobody's name: it may be a passphrase in the wrong field."""
        if agency_id is None:
            return
        with of_agency(agency_id), self._database.writing() as session:
            audit_refusal(session, agency_id, person, step, self._clock())

    def _person(self, session: Session, signed_in: SignedIn) -> Person:
        person = store.find_person(session, signed_in.agency_id, signed_in.person_id)
        assert person is not None, "a foreign key of the session holds it"
        return person
