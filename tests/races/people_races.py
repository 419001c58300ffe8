"""Races of persons: addresses, links, roles, keys, second factors."""

from collections.abc import Callable, Mapping
from uuid import uuid4

from app.access import keys
from app.access.principals import KeyKind, Role
from app.access.tables import ApiKey
from app.devices.store import keys_of_devices
from app.foundation.storage.database import Session
from app.notifications import subscriptions
from app.notifications.mailboxes import Mailboxes
from app.people import store as people_store
from app.people.granting import Asked, grant, revoke
from app.people.inviting import Invitation, invite, invite_again
from app.people.keys.keeping import KioskKeys, end_key
from app.people.passkeys.exchange import Sent
from app.people.signed_in import SignedIn
from app.people.tables import Person
from tests.house import SECRET
from tests.people.passkeys.at_the_door import ORIGIN, passkeys_of, there, with_attempt
from tests.people.passkeys.authenticator import Authenticator
from tests.people.persons import OPERATOR, PASSPHRASE, visit
from tests.races.town import DONE, KOTA, Case, Step, Town


def newcomer(town: Town) -> Person:
    """Somebody new, who was invited as a viewer."""
    with town.house.database.writing() as session:
        asked, now = Asked(Role.viewer), town.door.clock()
        return invite(session, "kota", Invitation(f"Orang {uuid4().hex[:8]}"), asked, OPERATOR, now).person


def mailboxes() -> Mailboxes:
    """Where there is mail."""
    return Mailboxes(SECRET.encode(), is_on=True)


def one_address(town: Town) -> Case:
    whom, now = newcomer(town), town.house.clock.now
    enters = town.writes(lambda s: mailboxes().enter(s, ("kota", whom.person_id), "a@kota.go.id", "id", now))
    return Case(enters, enters)


def an_address_and_its_end(town: Town) -> Case:
    whom, now = newcomer(town), town.house.clock.now
    enters = town.writes(lambda s: mailboxes().enter(s, ("kota", whom.person_id), "a@kota.go.id", "id", now))
    enters()
    return Case(town.writes(lambda s: mailboxes().remove(s, "kota", whom.person_id, now)), enters)


def signed_in(town: Town) -> SignedIn:
    """Somebody new at a browser."""
    return town.door.who(town.door.join(f"Orang {uuid4().hex[:8]}", Role.viewer))


def one_subscription(town: Town) -> Case:
    who = signed_in(town)
    asked = {"kind": "period.final", "office": "", "rhythm": "monthly"}
    subscribes = town.writes(lambda s: subscriptions.subscribe(s, who, asked, {}, town.house.clock.now))
    return Case(subscribes, subscribes)


def a_subscription_and_its_end(town: Town) -> Case:
    who, now = signed_in(town), town.house.clock.now
    asked = {"kind": "period.final", "office": "", "rhythm": "monthly"}
    subscribes = town.writes(lambda s: subscriptions.subscribe(s, who, asked, {}, now))
    subscribes()
    return Case(town.writes(lambda s: subscriptions.end(s, "kota", who.person_id, "period.final", "", now)), subscribes)


def one_new_link(town: Town) -> Case:
    whom = newcomer(town)

    def link(session: Session) -> object:
        found = people_store.find_person(session, "kota", whom.person_id)
        assert found is not None
        return invite_again(session, found, OPERATOR, town.door.clock(), reset=False)

    return Case(town.writes(link), town.writes(link))


def a_new_link_while_one_is_taken(town: Town) -> Case:
    login = f"orang.{uuid4().hex[:8]}"
    code = town.door.invite("Orang", Role.viewer, login=login)

    def link(session: Session) -> object:
        found = people_store.person_called(session, "kota", login)
        assert found is not None
        return invite_again(session, found, OPERATOR, town.door.clock(), reset=False)

    return Case(lambda: town.door.sign_in.with_link(visit(), code, PASSPHRASE, PASSPHRASE), town.writes(link))


def one_sign_in_name(town: Town) -> Case:
    login = f"nama.{uuid4().hex[:8]}"
    invites = town.writes(
        lambda s: invite(s, "kota", Invitation("Ani", login), Asked(Role.viewer), OPERATOR, town.door.clock())
    )
    return Case(invites, invites)


def one_role(town: Town) -> Case:
    whom = newcomer(town)
    gives = town.writes(lambda s: grant(s, whom, Asked(Role.supervisor), OPERATOR, town.door.clock()))
    return Case(gives, gives)


def the_end_of_one_role(town: Town) -> Case:
    whom = newcomer(town)
    with town.house.database.reading() as session:
        [held] = people_store.grants_of(session, "kota", [whom.person_id])
    ends = town.writes(lambda s: revoke(s, "kota", held.grant_id, OPERATOR, town.door.clock()))
    return Case(ends, ends)


def the_end_of_one_key(town: Town) -> Case:
    def issue(session: Session) -> ApiKey:
        return keys.issue(session, agency_id="kota", kind=KeyKind.app, label="x", actor="test", now=town.door.clock())[
            1
        ]

    with town.house.database.writing() as session:
        key_id = issue(session).key_id
    ends = town.writes(lambda s: keys.revoke(s, agency_id="kota", key_id=key_id, actor="test", now=town.door.clock()))
    return Case(ends, ends)


def the_end_of_one_key_by_persons(town: Town) -> Case:
    with town.house.database.writing() as session:
        made = keys.issue(session, agency_id="kota", kind=KeyKind.app, label="x", actor="x", now=town.door.clock())[1]
    ends = town.writes(lambda s: end_key(s, KOTA, KioskKeys(keys_of_devices), made.key_id, town.door.clock()))
    return Case(ends, ends)


def one_second_factor(town: Town) -> Case:
    code = town.door.invite(f"Orang {uuid4().hex[:8]}", Role.administrator)
    half = visit(town.door.sign_in.with_link(visit(), code, PASSPHRASE, PASSPHRASE))
    shown: list[str] = []

    def shows() -> None:
        shown.append(town.door.sign_in.enrolment(town.door.who(half)).secret)
        # Whoever has scanned the one is not asked for the other.
        assert len(set(shown)) == 1

    return Case(shows, shows)


def one_passkey_of_two_persons(town: Town) -> Case:
    device, passkeys = Authenticator(ORIGIN), passkeys_of(town.door)

    def adds() -> Step:
        browser = there(town.door.join(f"Orang {uuid4().hex[:8]}", Role.viewer))
        who = town.door.who(browser)

        def step() -> None:
            asked = passkeys.ask_to_add(browser, who)
            made = Sent(asked.attempt, device.make(asked.options), "")
            passkeys.add(with_attempt(browser, asked), who, "laptop", made)

        return step

    # The first transaction takes the challenge.
    return Case(adds(), adds(), commits=2)


# What the second of two is told.
CASES: Mapping[Callable[[Town], Case], str] = {
    one_address: DONE,
    an_address_and_its_end: DONE,
    one_subscription: DONE,
    a_subscription_and_its_end: DONE,
    one_new_link: DONE,
    a_new_link_while_one_is_taken: "This person has a passphrase already.",
    one_sign_in_name: "There is somebody with this sign-in name already; choose another one.",
    one_role: "This person has this role already.",
    the_end_of_one_role: "This role was taken away already.",
    the_end_of_one_key: "the key is already revoked",
    the_end_of_one_key_by_persons: DONE,
    one_second_factor: DONE,
    one_passkey_of_two_persons: "This device has a passkey for your account already.",
}
