"""Who sits at a browser: the person, the roles that count there, and the one in which the person acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.access.principals import Principal, Role
from app.directory.listing_store import Place
from app.people.openings import Provided
from app.people.rules.channels import Channel, is_good_enough, is_guarded
from app.people.rules.lifetimes import is_proven
from app.people.rules.linking import LinkedBy, may_act
from app.people.tables import Grant, Person, PersonSession


@dataclass(frozen=True)
class HeldRole:
    """A role in force; `place` is what its office is called."""

    grant_id: UUID
    role: Role
    office: str | None
    place: str | None


@dataclass(frozen=True)
class SignedIn:
    """Who sits at a browser, and what this browser may do now.

    Not `complete`: the second factor is still owed. `active` is the role in which the person acts; None where there is
    none, or where it needs a second factor or a connection that this browser does not have. `zone` is the time zone of
    the office of that role, else of the agency: that of every time which this person is shown.
    """

    session_id: UUID
    agency_id: str
    person_id: UUID
    login: str
    name: str
    employee: str | None
    complete: bool
    strong: bool
    has_second_factor: bool
    proven_at: datetime
    channel: Channel
    roles: tuple[HeldRole, ...]
    active: HeldRole | None
    zone: str
    provided: Provided | None = None

    @property
    def account(self) -> str:
        """The name by which this person signs in."""
        return f"{self.login}@{self.agency_id}"

    @property
    def principal(self) -> Principal | None:
        """This person in the active role; None without one."""
        if not self.complete or self.active is None:
            return None
        return Principal(self.agency_id, self.active.role, self.person_id, self.active.office, employee=self.employee)

    def may_act_as(self, held: HeldRole) -> bool:
        """Whether this browser is good enough for the role."""
        return is_good_enough(held.role, self.channel, strong=self.strong)

    def is_proven(self, now: datetime) -> bool:
        """Whether the person has proved to be there lately enough for what is sensitive."""
        return is_proven(self.proven_at, now)


def signed_in_of(
    row: PersonSession,
    person: Person,
    grants: Sequence[Grant],
    channel: Channel,
    places: Mapping[str, Place],
) -> SignedIn:
    """Whoever this is, with the zone of the active role's office; that of the whole agency is not known here."""
    provided = _provided(row)
    roles = tuple(
        HeldRole(each.grant_id, Role(each.role), each.office, places[each.office].name if each.office else None)
        for each in grants_through(provided, grants)
    )
    found = SignedIn(
        session_id=row.session_id,
        agency_id=row.agency_id,
        person_id=person.person_id,
        login=person.login,
        name=person.name,
        employee=person.employee,
        complete=row.complete,
        strong=row.strong,
        has_second_factor=person.totp is not None,
        proven_at=row.proven_at,
        channel=channel,
        roles=roles,
        active=None,
        zone="UTC",
        provided=provided,
    )
    usable = [each for each in roles if found.may_act_as(each)]
    chosen = next((each for each in usable if each.grant_id == row.grant_id), None)
    at = None if chosen is None or chosen.office is None else places[chosen.office]
    return replace(found, active=chosen, zone=found.zone if at is None else at.timezone)


def grants_through(provided: Provided | None, grants: Sequence[Grant]) -> Sequence[Grant]:
    """Those of a person's grants that count for whoever came this way."""
    linked_by = None if provided is None else provided.linked_by
    return [each for each in grants if may_act(linked_by, Role(each.role))]


def needs_second_factor(grants: Sequence[Grant]) -> bool:
    """Whether one of these roles is only for whoever gives a second factor."""
    return any(is_guarded(Role(each.role)) for each in grants)


def _provided(row: PersonSession) -> Provided | None:
    if row.linked_by is None:
        return None
    return Provided(LinkedBy(row.linked_by), row.proven_at, row.provider_sid, row.provider_hint)
