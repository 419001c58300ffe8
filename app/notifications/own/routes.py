"""What somebody is told by mail, over HTTP: the own address, and the own subscriptions."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request

from app.access.guard import requires_person
from app.access.principals import Principal, Role
from app.directory.listing_store import office_parents
from app.foundation.http.openapi import SESSION_ALONE, problems
from app.foundation.http.services import services_of
from app.foundation.http.visits import visit_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.notifications import mail_store, subscriptions
from app.notifications.mailboxes import Mailboxes
from app.notifications.own.schemas import MailboxIn, MailboxOut, SubscriptionIn, SubscriptionOut, SubscriptionsOut
from app.notifications.rules.readers import kinds_for
from app.notifications.rules.rhythms import Rhythm
from app.notifications.tables import ANYWHERE, Mailbox
from app.outbox.rules.kinds import EventKind
from app.people.faults import PeopleFault
from app.people.sessions import Sessions
from app.people.signed_in import SignedIn

router = APIRouter(prefix="/v1", tags=["mail"])
BODY = (400, 408, 413, 415, 422)


def _signed_in(request: Request) -> SignedIn:
    """The person whose session it is, with all roles. Raises `session-ended`."""
    found = services_of(request).of(Sessions).find(visit_of(request))
    if found is None:
        raise Problem("session-ended")
    return found


# The guard looks at origin, role and proof; the roles that one may be told of are all that one has.
Somebody = Annotated[Principal, Depends(requires_person(*Role))]
Proven = Annotated[Principal, Depends(requires_person(*Role, proof=True))]


@router.get("/mailbox", responses=problems(422), openapi_extra=SESSION_ALONE)
def get_mailbox(request: Request, principal: Somebody) -> MailboxOut:
    """The own mail address, and whether it is confirmed."""
    services = services_of(request)
    with services.database.reading() as session:
        return _mailbox(services.of(Mailboxes), _kept(session, principal))


@router.put("/mailbox", responses=problems(*BODY, 409), openapi_extra=SESSION_ALONE)
def put_mailbox(request: Request, principal: Proven, body: MailboxIn) -> MailboxOut:
    """Enter the own address, or another one, which gets a link by which it is confirmed; null forgets it."""
    services, who = services_of(request), (principal.agency_id, principal.key_id)
    mailboxes, now = services.of(Mailboxes), services.now()
    # Without a server an address is of no use; but whoever left one may always have it forgotten.
    if not mailboxes.is_on and body.address is not None:
        raise Problem("mail-off")
    try:
        with services.database.writing() as session:
            if body.address is None:
                mailboxes.remove(session, *who, now)
            else:
                mailboxes.enter(session, who, body.address.strip(), body.language, now)
            return _mailbox(mailboxes, _kept(session, principal))
    except PeopleFault as fault:
        raise fault.as_problem() from None


@router.get("/subscriptions", responses=problems(422), openapi_extra=SESSION_ALONE)
def get_subscriptions(request: Request, _: Somebody) -> SubscriptionsOut:
    """What one wants mail about, and what one may be told of in any of the own roles."""
    found = _signed_in(request)
    with services_of(request).database.reading() as session:
        return _subscriptions(session, found)


@router.put("/subscriptions", responses=problems(*BODY), openapi_extra=SESSION_ALONE)
def put_subscription(request: Request, _: Somebody, body: SubscriptionIn) -> SubscriptionsOut:
    """Subscribe to a kind of event, change how often, or end it."""
    services, found = services_of(request), _signed_in(request)
    office, now = body.office or ANYWHERE, services.now()
    try:
        with services.database.writing() as session:
            if body.rhythm is None:
                subscriptions.end(session, found.agency_id, found.person_id, body.kind, office, now)
            else:
                asked = {"kind": body.kind, "office": office, "rhythm": body.rhythm}
                subscriptions.subscribe(session, found, asked, office_parents(session, found.agency_id), now)
            return _subscriptions(session, found)
    except PeopleFault as fault:
        raise fault.as_problem() from None


def _kept(session: Session, principal: Principal) -> Mailbox | None:
    return mail_store.mailbox_of(session, principal.agency_id, principal.key_id)


def _mailbox(mailboxes: Mailboxes, mailbox: Mailbox | None) -> MailboxOut:
    if mailbox is None:
        return MailboxOut(is_on=mailboxes.is_on, address=None, state="none", language=None)
    return MailboxOut(
        is_on=mailboxes.is_on,
        address=mailboxes.address(mailbox),
        state="asked" if mailbox.confirmed_at is None else "confirmed",
        language="en" if mailbox.language == "en" else "id",
    )


def _subscriptions(session: Session, found: SignedIn) -> SubscriptionsOut:
    held = mail_store.subscriptions_of(session, found.agency_id, found.person_id)
    return SubscriptionsOut(
        items=tuple(
            SubscriptionOut(
                kind=EventKind(each.kind),
                office=each.office or None,
                rhythm=Rhythm(each.rhythm),
                since_at=each.since_at,
            )
            for each in held
        ),
        kinds=kinds_for(found.roles),
    )
