"""An account at the provider opens what somebody was invited to, once it is linked, and belongs to one person."""

import pytest
from sqlmodel import col, select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.people import store
from app.people.faults import PeopleFault
from app.people.inviting import invite_again
from app.people.rules.linking import LinkedBy
from tests.house import CANARY_NIP
from tests.people.oidc.through import Through, refused
from tests.people.persons import OPERATOR, PASSPHRASE, Door, visit

# What is stored has its tests on both stores in test_logging_out.py.
pytestmark = pytest.mark.sqlite_daily


def test_an_invited_person_is_linked_and_comes_in_from_then_on(through: Through, door: Door) -> None:
    first = door.who(through.join("Siti", Role.supervisor, "dukcapil"))
    assert (first.account, first.complete, first.strong) == ("siti@kota", True, False)
    assert first.provided is not None
    assert first.provided.linked_by is LinkedBy.invitation
    again = door.who(through.sign_in())
    assert again.person_id == first.person_id
    assert again.principal is not None
    assert (again.principal.kind, again.principal.office) == (Role.supervisor, "dukcapil")


def test_an_account_that_nobody_has_opens_nothing_and_says_whom_to_ask(through: Through, door: Door) -> None:
    # Names, addresses and numbers that are somebody's here link nothing.
    door.join("Siti", Role.administrator, employee="E001")
    through.provider.claims = {
        "preferred_username": "siti",
        "email": "siti@kota",
        "email_verified": True,
        "nip": CANARY_NIP,
        "employee": "E001",
    }
    refused(through, "ask an administrator of your agency for an invitation")
    through.set(contact="Bagian Organisasi")
    refused(through, "ask Bagian Organisasi for an invitation")


def test_who_comes_and_who_is_refused_is_in_the_audit_trail(through: Through, door: Door) -> None:
    siti = door.who(through.join("Siti", Role.supervisor)).person_id
    through.set(role_claim="roles", role="user")
    refused(through, "may not use Cermin")
    through.set(role_claim=None, role=None)
    through.provider.sub = "u-2"
    refused(through, "nobody here has that account")
    with door.database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.agency_id == "kota", col(AuditEvent.action).like("person.%"))
        trail = [
            (row.action, row.subject, row.detail) for row in session.exec(query.order_by(col(AuditEvent.at))).all()
        ]
    told = [(action, subject == str(siti), detail) for action, subject, detail in trail]
    assert ("person.link-taken", True, {"linked_by": "invitation"}) in told
    assert ("person.signed-in", True, {"linked_by": "invitation"}) in told
    assert ("person.refused", False, {"step": "role"}) in told
    assert ("person.refused", False, {"step": "no account"}) in told
    assert "u-1" not in str(trail)


def test_an_account_belongs_to_one_person(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    code = door.invite("Ani", Role.viewer)
    with pytest.raises(PeopleFault, match="belongs to somebody else"):
        through.link(code)
    # Nothing was used up: Ani takes it with an account of her own.
    through.provider.sub = "u-2"
    assert door.who(through.link(code)).login == "ani"
    with pytest.raises(PeopleFault, match="wrong, was used"):
        through.link(code)


def test_an_invitation_of_another_agency_is_not_taken(through: Through, door: Door) -> None:
    code = door.invite("Siti", Role.viewer, agency="desa")
    with pytest.raises(PeopleFault, match="of an agency that does not sign in with Keycloak"):
        through.link(code)


def test_a_link_replaces_what_was_before(through: Through, door: Door) -> None:
    browser = through.join("Siti", Role.supervisor)
    with door.database.writing() as session:
        siti = store.person_called(session, "kota", "siti")
        assert siti is not None
        with pytest.raises(PeopleFault, match="signs in with an account elsewhere already"):
            invite_again(session, siti, OPERATOR, door.clock(), reset=False)
        code = invite_again(session, siti, OPERATOR, door.clock(), reset=True).code
    entered = door.sign_in.with_link(visit(), code, PASSPHRASE, PASSPHRASE)
    assert door.sessions.find(browser) is None
    refused(through, "nobody here has that account")
    # And the other way round.
    with door.database.writing() as session:
        code = invite_again(session, siti, OPERATOR, door.clock(), reset=True).code
    through.link(code)
    assert door.sessions.find(visit(entered)) is None
    with pytest.raises(PeopleFault, match="name or the passphrase is wrong"):
        door.sign_in.with_passphrase(visit(), "siti@kota", PASSPHRASE)


def test_who_comes_through_a_provider_makes_no_passphrase_that_outlives_it(through: Through, door: Door) -> None:
    through.provider.claims = {"auth_time": int(door.clock().timestamp())}
    found = door.who(through.join("Siti", Role.supervisor))
    with pytest.raises(PeopleFault, match="has no passphrase here"):
        door.sign_in.change_passphrase(found, PASSPHRASE, PASSPHRASE)
    with pytest.raises(PeopleFault, match="passphrase is wrong"):
        door.sign_in.prove(visit(), found, "", "")
