"""Sessions: rows that every request looks at, so that one that was ended opens nothing in any process."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.keys import digest
from app.access.principals import Principal, Role
from app.directory.listing_store import places_of, zone_of_agency
from app.foundation.clock import Clock
from app.foundation.http.visits import Visit
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import enter_agency, of_agency
from app.foundation.storage.database import Database, OperationalError, Session
from app.people import store
from app.people.faults import PeopleFault
from app.people.openings import Opening
from app.people.rules.browsers import browser_name
from app.people.rules.channels import Channel, channel_of, comes_from_us, is_good_enough, origin_of
from app.people.rules.codes import Named, new_session, read_session, session_text
from app.people.rules.lifetimes import LONGEST, SEEN_EVERY, is_live
from app.people.signed_in import SignedIn, grants_through, signed_in_of
from app.people.tables import Person, PersonSession

log = structlog.get_logger("cermin.people")

# The prefix lets browsers take the cookie from this very host over https alone.
SECURE_COOKIE, PLAIN_COOKIE = "__Host-cermin", "cermin"


class Sessions:
    """The sessions as one process sees them: nothing is kept between two requests."""

    def __init__(self, database: Database, clock: Clock, *, readable_allowed: bool, public_url: str | None) -> None:
        self._database = database
        self._clock = clock
        self._readable_allowed = readable_allowed
        self._public_origin = None if public_url is None else origin_of(public_url)

    def find(self, visit: Visit) -> SignedIn | None:
        """Who sent this request (blocking); None without a session that is live over this connection."""
        named = read_session(visit.cookies.get(cookie_name(visit), ""))
        channel = self.channel(visit)
        if named is None or channel is Channel.refused:
            return None
        # The cookie names the agency; whose it is, its secret proves.
        with of_agency(named.agency_id):
            signed_in = self._found(named, channel)
        if signed_in is not None:
            enter_agency(signed_in.agency_id)
        return signed_in

    def _found(self, named: Named, channel: Channel) -> SignedIn | None:
        now = self._clock()
        with self._database.reading() as session:
            found = store.session_with(session, named.agency_id, digest(named.value))
            if found is None or not _is_live(found[0], now):
                return None
            row, person = found
            grants = store.grants_of(session, person.agency_id, [person.person_id])
            offices = {each.office for each in grants if each.office}
            places = places_of(session, person.agency_id, offices) if offices else {}
            signed_in = signed_in_of(row, person, grants, channel, places)
            if signed_in.active is None or signed_in.active.office is None:
                signed_in = replace(signed_in, zone=zone_of_agency(session, person.agency_id))
        if now - row.seen_at >= SEEN_EVERY:
            try:
                with self._database.writing() as session:
                    if not store.change_session(session, row.agency_id, row.session_id, seen_at=now):
                        return None
            except OperationalError:
                # Somebody holds the database up; the session was found live, and the next request marks it.
                log.warning("session.unmarked")
        return signed_in

    def principal(self, visit: Visit, proof: bool = False) -> Principal | None:
        """The person of a request as a principal; None where the browser sends no session at all.

        Raises `session-ended`, `cross-site` for a change that another site sent, `role-refused` for somebody who has no
        role here or still owes a second factor, and with `proof` `proof-needed` for somebody whose last one is old.
        """
        if cookie_name(visit) not in visit.cookies:
            return None
        signed_in = self.find(visit)
        if signed_in is None:
            raise Problem("session-ended")
        if not self.comes_from_us(visit):
            raise Problem("cross-site")
        if signed_in.principal is None:
            raise Problem("role-refused", roles=", ".join(Role))
        if proof and not signed_in.is_proven(self._clock()):
            raise Problem("proof-needed")
        return signed_in.principal

    def channel(self, visit: Visit) -> Channel:
        """How much this connection may carry."""
        return channel_of(visit.scheme, visit.host, visit.address, readable_allowed=self._readable_allowed)

    def comes_from_us(self, visit: Visit) -> bool:
        """Whether this request may change something: one of our own pages sent it, or it is none that could."""
        own = {f"{visit.scheme}://{visit.host}".lower()}
        if self._public_origin is not None:
            own.add(self._public_origin)
        return comes_from_us(visit.method, visit.fetch_site, visit.origin, own)

    def act_as(self, signed_in: SignedIn, grant_id: UUID) -> None:
        """Let this browser act in another role that the person has. Raises `PeopleFault`."""
        held = next((each for each in signed_in.roles if each.grant_id == grant_id), None)
        if held is None:
            raise PeopleFault("You do not have this role.", "grant")
        if not signed_in.may_act_as(held):
            raise PeopleFault(
                "Administrators and auditors need a second factor and an encrypted connection (https).", "grant"
            )
        with self._database.writing() as session:
            store.change_session(session, signed_in.agency_id, signed_in.session_id, grant_id=grant_id)

    def end(self, signed_in: SignedIn) -> None:
        """Sign this browser out."""
        now = self._clock()
        with self._database.writing() as session:
            store.change_session(session, signed_in.agency_id, signed_in.session_id, ended_at=now)
            audit(session, signed_in.agency_id, signed_in.person_id, "person.signed-out", now)

    def end_all(self, signed_in: SignedIn) -> None:
        """Sign the person out everywhere."""
        now = self._clock()
        with self._database.writing() as session:
            n = store.end_sessions(session, signed_in.agency_id, signed_in.person_id, now)
            audit(session, signed_in.agency_id, signed_in.person_id, "person.signed-out", now, sessions=n)


def live_sessions(session: Session, agency_id: str, person_id: UUID | None, now: datetime) -> list[store.SessionRow]:
    """The sessions that are live at this moment, of a person or of the agency, newest first."""
    return [row for row in store.open_sessions(session, agency_id, person_id) if _is_live(row[0], now)]


def cookie_name(visit: Visit) -> str:
    """The name of the session's cookie on this connection."""
    return SECURE_COOKIE if visit.scheme == "https" else PLAIN_COOKIE


def start(session: Session, person: Person, opening: Opening, now: datetime) -> str:
    """Begin a session in the caller's transaction; returns the value of its cookie, made anew at every step."""
    secret, provided = new_session(person.agency_id), opening.provided
    grants = grants_through(provided, store.grants_of(session, person.agency_id, [person.person_id]))
    usable = [each for each in grants if is_good_enough(Role(each.role), opening.channel, strong=opening.strong)]
    # The rows of browsers that are long gone are cleared here and need no job of their own.
    store.forget_sessions(session, person.agency_id, person.person_id, now - LONGEST)
    store.add(
        session,
        PersonSession(
            agency_id=person.agency_id,
            session_id=new_id(),
            person_id=person.person_id,
            digest=digest(secret.value),
            complete=opening.complete,
            strong=opening.strong,
            grant_id=usable[0].grant_id if usable else None,
            browser=browser_name(opening.browser),
            started_at=now,
            seen_at=now,
            proven_at=now if provided is None else min(now, provided.proven_at),
            linked_by=None if provided is None else provided.linked_by,
            provider_sid=None if provided is None else provided.sid,
            provider_hint=None if provided is None else provided.hint,
        ),
    )
    return session_text(secret)


def audit(
    session: Session,
    agency_id: str,
    person_id: UUID,
    action: AuditAction,
    now: datetime,
    actor: str | None = None,
    **detail: object,
) -> None:
    """A row of the audit trail about what a person, or `actor`, did with the person's account."""
    record(
        session,
        agency_id=agency_id,
        actor=actor or f"person:{person_id}",
        action=action,
        subject=str(person_id),
        at=now,
        **detail,
    )


def _is_live(row: PersonSession, now: datetime) -> bool:
    return is_live(
        complete=row.complete, started_at=row.started_at, seen_at=row.seen_at, ended_at=row.ended_at, now=now
    )
