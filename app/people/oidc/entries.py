"""What an attempt opens once the provider has said who came: a session, a linked account, a proof of being there."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.access.keys import digest
from app.access.principals import Role
from app.directory.store import lock_agency
from app.foundation.clock import Clock
from app.foundation.http.visits import Visit
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import enter_agency, of_agency
from app.foundation.storage.database import Database, Session
from app.people import store
from app.people.entering import forget_ways_in, stage_of
from app.people.faults import PeopleFault
from app.people.inviting import opened_link, wrong_link
from app.people.oidc import store as oidc_store
from app.people.oidc.config import ProviderConfig
from app.people.oidc.faults import ProviderFault
from app.people.oidc.rules.attempts import LEEWAY, Attempt, Purpose, is_fresh
from app.people.oidc.rules.claims import LAST
from app.people.oidc.rules.logout import Logout
from app.people.openings import Provided
from app.people.rules.codes import read_link
from app.people.rules.lifetimes import PROOF, is_proven
from app.people.rules.linking import BY_NIP, LinkedBy
from app.people.sealing import Seal
from app.people.sessions import Sessions, audit
from app.people.signed_in import SignedIn
from app.people.signing_in import SignIn
from app.people.steps import Entered, Stage
from app.people.tables import Person, PersonIdentity

LONGEST_HINT = 8_000
ADMINISTRATOR = "an administrator of your agency"


@dataclass(frozen=True)
class Claimed:
    """What the provider says of somebody. `admitted`: with the role that is asked for; `strong`: by two factors."""

    subject: str
    sid: str | None
    id_token: str
    auth_time: float | None
    admitted: bool
    nip: str | None
    strong: bool


class NotFresh(Exception):
    """Before somebody sets up a second factor, the provider must have asked who it is just now."""


class ProviderEntries:
    """Opens what an attempt was begun for; blocking."""

    def __init__(
        self,
        config: ProviderConfig,
        database: Database,
        clock: Clock,
        seal: Seal,
        sessions: Sessions,
        sign_in: SignIn,
    ) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._seal = seal
        self._sessions = sessions
        self._sign_in = sign_in

    def enter(self, visit: Visit, attempt: Attempt, claimed: Claimed) -> Entered | None:
        """The cookies of a session; None for a proof, which changes none. Raises `PeopleFault`, `NotFresh`."""
        enter_agency(self._config.agency)
        if not claimed.admitted:
            self.refused("role")
            raise self._fault("Your account at {name} may not use Cermin; ask {contact}.")
        if attempt.purpose is Purpose.link:
            return self._link(visit, attempt, claimed)
        if attempt.purpose is Purpose.proof:
            self._prove(visit, attempt, claimed)
            return None
        return self._enter(visit, claimed)

    def refused(self, step: str, person: Person | None = None) -> None:
        """Leave a trace of a refusal."""
        self._sign_in.refused(self._config.agency, person, step)

    def hint(self, signed_in: SignedIn) -> str | None:
        """The ID token by which the provider knows what to sign out of; None without one."""
        sealed = None if signed_in.provided is None else signed_in.provided.hint
        return None if sealed is None else self._seal.opened(sealed, _owner(signed_in.agency_id, signed_in.person_id))

    def end(self, logout: Logout) -> int:
        """End the sessions that a logout token names; how many. Raises `ProviderFault` for a token taken before."""
        enter_agency(self._config.agency)
        agency, issuer, now = self._config.agency, self._config.issuer, self._clock()
        expires = datetime.fromtimestamp(min(logout.expires + LEEWAY, LAST), UTC)
        with self._database.writing() as session:
            if not oidc_store.take_token(session, agency, digest(f"{issuer} {logout.jti}"), expires, now):
                raise ProviderFault("repeats a logout token")
            persons = set() if logout.sid is None else set(oidc_store.persons_in(session, agency, logout.sid))
            identity = None if logout.subject is None else self._identity(session, logout.subject)
            if identity is not None:
                persons.add(identity.person_id)
            ended = 0
            for person_id in sorted(persons):
                # Whoever begins a session has the person locked, too: none can begin unseen while these end.
                store.lock_person(session, agency, person_id)
                if logout.sid is None:
                    n = store.end_sessions(session, agency, person_id, now)
                else:
                    n = oidc_store.end_provided(session, agency, person_id, logout.sid, now)
                if n:
                    audit(session, agency, person_id, "person.signed-out", now, actor="provider", sessions=n)
                ended += n
        return ended

    def _enter(self, visit: Visit, claimed: Claimed) -> Entered:
        channel, agency = self._sign_in.channel_of(visit), self._config.agency
        with self._database.reading() as session:
            identity = self._identity(session, claimed.subject)
        person = self._linked_by_nip(claimed) if identity is None else self._person(identity)
        if person is None:
            self.refused("no account")
            raise self._unknown()
        self._sign_in.refuse_channel(person, channel)
        now = self._clock()
        with self._database.writing() as session:
            # Read anew with the person locked: a link that was taken meanwhile has replaced this way in.
            store.lock_person(session, agency, person.person_id)
            identity = self._identity(session, claimed.subject)
            if identity is None or identity.person_id != person.person_id:
                raise self._unknown()
            provided = self._provided(person, claimed, LinkedBy(identity.linked_by), _proven_at(claimed, now))
            owing = not claimed.strong and stage_of(session, person, provided) is Stage.enrol
            if owing and not is_proven(provided.proven_at, now):
                raise NotFresh
            return self._sign_in.begin(session, visit, person, channel, now, provided, strong=claimed.strong)

    def _link(self, visit: Visit, attempt: Attempt, claimed: Claimed) -> Entered:
        channel, agency, now = self._sign_in.channel_of(visit), self._config.agency, self._clock()
        named = read_link(attempt.code)
        # It may be another agency's, and is refused then.
        with of_agency(agency if named is None else named.agency_id), self._database.reading() as session:
            link, person = opened_link(session, attempt.code, now)
        if link.agency_id != agency:
            raise self._fault("This invitation is of an agency that does not sign in with {name}.")
        self._sign_in.refuse_channel(person, channel)
        with self._database.writing() as session:
            # Of two who come with one account, or with one link, one comes first.
            lock_agency(session, agency)
            link, person = opened_link(session, attempt.code, now)
            identity = self._identity(session, claimed.subject)
            if identity is not None and identity.person_id != person.person_id:
                raise self._fault("Your account at {name} belongs to somebody else here already.")
            store.lock_person(session, agency, person.person_id)
            if not store.take_link(session, agency, link.digest):
                raise wrong_link()
            forget_ways_in(session, person, now)
            self._put(session, person, claimed.subject, LinkedBy.invitation, now)
            audit(session, agency, person.person_id, "person.link-taken", now, linked_by=LinkedBy.invitation)
            # The link itself, used once and just now, is the proof of being there.
            provided = self._provided(person, claimed, LinkedBy.invitation, now)
            return self._sign_in.begin(session, visit, person, channel, now, provided, strong=claimed.strong)

    def _prove(self, visit: Visit, attempt: Attempt, claimed: Claimed) -> None:
        found = self._sessions.find(visit)
        if found is None or not found.complete or str(found.session_id) != attempt.session:
            raise Problem("session-ended")
        now = self._clock()
        with self._database.writing() as session:
            identity = self._identity(session, claimed.subject)
            if identity is None or (identity.agency_id, identity.person_id) != (found.agency_id, found.person_id):
                raise self._fault("At {name} you signed in with another account than here.")
            # What the provider says, not what it was asked: some lead back without having asked anybody.
            if not is_fresh(claimed.auth_time, attempt.started):
                raise NotFresh
            if not store.change_session(session, found.agency_id, found.session_id, proven_at=now):
                raise Problem("session-ended")
            audit(session, found.agency_id, found.person_id, "person.proved", now)

    def _linked_by_nip(self, claimed: Claimed) -> Person | None:
        """The one person whom the NIP names, linked from now on; None where that is not enough."""
        if claimed.nip is None:
            return None
        agency, now = self._config.agency, self._clock()
        with self._database.writing() as session:
            lock_agency(session, agency)
            persons = oidc_store.persons_with_nip(session, agency, claimed.nip)
            if len(persons) != 1:
                return None
            [person] = persons
            roles = {Role(each.role) for each in store.grants_of(session, agency, [person.person_id])}
            # Whoever has a way in already, or a role over others, is linked by an invitation alone.
            if not roles or not roles <= BY_NIP or person.passphrase is not None:
                return None
            if store.has_identity(session, agency, person.person_id):
                return None
            self._put(session, person, claimed.subject, LinkedBy.nip, now)
            audit(session, agency, person.person_id, "person.linked", now, linked_by=LinkedBy.nip)
        return person

    def _put(self, session: Session, person: Person, subject: str, linked_by: LinkedBy, now: datetime) -> None:
        store.put_identity(
            session,
            PersonIdentity(
                agency_id=person.agency_id,
                issuer=self._config.issuer,
                subject=subject,
                person_id=person.person_id,
                linked_by=linked_by,
                linked_at=now,
            ),
        )

    def _identity(self, session: Session, subject: str) -> PersonIdentity | None:
        return store.find_identity(session, self._config.agency, self._config.issuer, subject)

    def _person(self, identity: PersonIdentity) -> Person:
        with self._database.reading() as session:
            person = store.find_person(session, identity.agency_id, identity.person_id)
        assert person is not None, "a foreign key holds it"
        return person

    def _provided(self, person: Person, claimed: Claimed, linked_by: LinkedBy, proven_at: datetime) -> Provided:
        hint = self._seal.sealed(claimed.id_token, _owner(person.agency_id, person.person_id))
        return Provided(linked_by, proven_at, claimed.sid, hint if len(hint) <= LONGEST_HINT else None)

    def _unknown(self) -> PeopleFault:
        return self._fault("{name} knows you, but nobody here has that account; ask {contact} for an invitation.")

    def _fault(self, text: str) -> PeopleFault:
        return PeopleFault(text, name=self._config.name, contact=self._config.contact or ADMINISTRATOR)


def _proven_at(claimed: Claimed, now: datetime) -> datetime:
    """When the person signed in at the provider, perhaps this morning; long ago where it does not say."""
    if claimed.auth_time is None:
        return now - PROOF
    return min(now, datetime.fromtimestamp(claimed.auth_time, UTC))


def _owner(agency_id: str, person_id: object) -> str:
    return f"hint/{agency_id}/{person_id}"
