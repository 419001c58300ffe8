"""What persons want to be told of: kinds of events, about an office and those below it, and how often."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.principals import Role
from app.directory.rules.reach import Parents
from app.foundation.storage.database import Session
from app.notifications import mail_store
from app.notifications.mail_store import Subscriber
from app.notifications.rules.concerns import concerns
from app.notifications.rules.readers import PAGES, RoleAt, kinds_for
from app.notifications.rules.rhythms import Rhythm
from app.notifications.tables import ANYWHERE, Subscription
from app.outbox.rules.kinds import EventKind
from app.people.faults import PeopleFault
from app.people.tables import Grant

MOST_SUBSCRIPTIONS = 50


class Account(Protocol):
    """Whose subscriptions they are, with the roles of which one may be told."""

    @property
    def agency_id(self) -> str: ...

    @property
    def person_id(self) -> UUID: ...

    @property
    def roles(self) -> Sequence[RoleAt]: ...


def subscribe(
    session: Session,
    person: Account,
    asked: Mapping[str, str],
    parents: Parents,
    now: datetime,
    actor: str | None = None,
) -> None:
    """Subscribe to a kind of event, or change how often; `actor` where it is not the person. Raises `PeopleFault`."""
    kind, office, rhythm = (asked.get(name, "") for name in ("kind", "office", "rhythm"))
    if kind not in kinds_for(person.roles):
        raise PeopleFault("Choose one of the kinds.", "kind")
    if rhythm not in set(Rhythm):
        raise PeopleFault("Choose how often.", "rhythm")
    if office != ANYWHERE and not _reaches(person, EventKind(kind), office, parents):
        raise PeopleFault("Choose one of your offices.", "office")
    held = mail_store.subscriptions_of(session, person.agency_id, person.person_id)
    if len(held) >= MOST_SUBSCRIPTIONS and (kind, office) not in {(each.kind, each.office) for each in held}:
        raise PeopleFault("You have fifty subscriptions; end one first.")
    mail_store.put_subscription(
        session,
        Subscription(
            agency_id=person.agency_id,
            person_id=person.person_id,
            kind=kind,
            office=office,
            rhythm=rhythm,
            since_at=now,
        ),
    )
    said = {"kind": kind, "office": office or None, "rhythm": rhythm}
    _audit(session, person.agency_id, person.person_id, "mail.subscribed", now, actor, said)


def end(
    session: Session,
    agency_id: str,
    person_id: UUID,
    kind: str,
    office: str,
    now: datetime,
    actor: str | None = None,
) -> None:
    """End a subscription; one that there is none of stays none."""
    held = mail_store.subscriptions_of(session, agency_id, person_id)
    if (kind, office) not in {(each.kind, each.office) for each in held}:
        return
    mail_store.end_subscription(session, agency_id, person_id, kind, office)
    _audit(session, agency_id, person_id, "mail.subscription-ended", now, actor, {"kind": kind, "office": office})


def role_told(grants: Collection[Grant], kind: EventKind, office: str | None, parents: Parents) -> Role | None:
    """The role in which somebody with these grants may be told of an event; None where no role reaches it."""
    held = {Role(each.role) for each in grants if concerns(parents, kind, office, each.office)}
    return next((role for role in PAGES[kind] if role in held), None)


def wants(held: Subscription | Subscriber, kind: EventKind, office: str | None, parents: Parents) -> bool:
    """Whether a subscription is to such an event."""
    return held.kind == kind and concerns(parents, kind, office, held.office or None)


def _reaches(person: Account, kind: EventKind, office: str, parents: Parents) -> bool:
    # A finding is the kind that counts for the offices of a subtree and for none above or beside them.
    return office in parents and any(
        concerns(parents, EventKind.finding, office, each.office) for each in person.roles if each.role in PAGES[kind]
    )


def _audit(
    session: Session,
    agency_id: str,
    person_id: UUID,
    action: AuditAction,
    now: datetime,
    actor: str | None,
    said: Mapping[str, str | None],
) -> None:
    record(
        session,
        agency_id=agency_id,
        actor=actor or f"person:{person_id}",
        action=action,
        subject=str(person_id),
        at=now,
        **said,
    )
