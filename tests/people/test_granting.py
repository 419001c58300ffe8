"""Roles are given and taken away, by others alone, and never to those whom they exclude."""

from concurrent.futures import wait
from datetime import date

import pytest
from sqlmodel import select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.directory.tables import Employee
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, Granter, grant, revoke
from app.people.inviting import Invitation, invite, invite_again
from app.people.tables import Person
from tests.people.persons import OPERATOR, Door
from tests.threads import Threads


def person_called(door: Door, login: str, agency: str = "kota") -> Person:
    """The person with this sign-in name."""
    with door.database.reading() as session:
        found = store.person_called(session, agency, login)
    assert found is not None
    return found


def give(door: Door, login: str, role: Role, office: str | None = None, by: Granter = OPERATOR) -> None:
    """Grant a role."""
    with door.database.writing() as session:
        grant(session, person_called(door, login), Asked(role, office), by, door.clock())


def refused(door: Door, login: str, role: Role, office: str | None = None, by: Granter = OPERATOR) -> str:
    """Why a role is not granted."""
    with pytest.raises(PeopleFault) as caught:
        give(door, login, role, office, by)
    return str(caught.value)


def as_granter(door: Door, login: str, root: str | None = None) -> Granter:
    """A person who grants."""
    found = person_called(door, login)
    return Granter(f"administrator:{found.person_id}", root, found.person_id, found.employee)


def test_of_two_who_take_one_sign_in_name_at_once_the_second_is_told_so(door: Door) -> None:
    with Threads(1) as pool:
        with door.database.writing() as session:
            invite(session, "kota", Invitation("Ani"), Asked(Role.viewer), OPERATOR, door.clock())
            second = pool.submit(door.invite, "Ani", Role.viewer)
            # It has long come as far as it can while the first is not done.
            wait([second], timeout=0.2)
        fault = second.exception()
    assert isinstance(fault, PeopleFault)
    assert fault.field == "login"


@pytest.mark.sqlite_daily
def test_an_auditor_is_refused_every_other_part_and_the_other_way_round(door: Door) -> None:
    door.invite("Ani", Role.auditor, "dukcapil", employee="E003")
    for role in (Role.supervisor, Role.appraiser, Role.employee, Role.administrator):
        assert "no other part" in refused(door, "ani", role)
        assert "no other part" in refused(door, "ani", role, "dukcapil")
        give(door, "ani", role, "upt-makassar")
    give(door, "ani", Role.viewer)
    assert "no other part" in refused(door, "ani", Role.auditor, "upt-jayapura")


@pytest.mark.sqlite_daily
def test_two_accounts_of_one_employee_are_one_person(door: Door) -> None:
    door.invite("Ani", Role.supervisor, "dukcapil", employee="E003")
    door.invite("Ani lain", Role.viewer, employee="E003")
    assert "is supervisor there" in refused(door, "ani.lain", Role.auditor)
    door.invite("Budi", Role.viewer)
    give(door, "budi", Role.auditor)


def test_whom_the_directory_has_at_an_office_does_not_audit_it(door: Door) -> None:
    door.invite("Budi", Role.viewer, employee="E001")
    assert "is employee there" in refused(door, "budi", Role.auditor, "setda")
    give(door, "budi", Role.auditor, "upt-makassar")
    with door.database.writing() as session:
        appraised = session.get(Employee, ("kota", "E003"))
        assert appraised is not None
        appraised.appraiser = "E001"
        session.add(appraised)
    assert "is appraiser there" in refused(door, "budi", Role.auditor, "upt-jayapura")


@pytest.mark.sqlite_daily
def test_a_posting_that_is_over_forbids_nothing(door: Door) -> None:
    # E002 left dukcapil on 10 November.
    assert door.clock().date() > date(2026, 11, 10)
    door.invite("Cici", Role.auditor, "dukcapil", employee="E002")
    assert "is employee there" in refused(door, "cici", Role.auditor, "upt-makassar")


@pytest.mark.sqlite_daily
def test_nobody_decides_about_oneself_or_another_account_of_oneself(door: Door) -> None:
    door.invite("Ani", Role.administrator, employee="E003")
    door.invite("Ani lain", Role.viewer, employee="E003")
    ani = as_granter(door, "ani")
    for login in ("ani", "ani.lain"):
        assert "about oneself" in refused(door, login, Role.supervisor, by=ani)
        with door.database.writing() as session:
            [row] = store.grants_of(session, "kota", [person_called(door, login).person_id])
            with pytest.raises(PeopleFault, match="about oneself"):
                revoke(session, "kota", row.grant_id, ani, door.clock())


@pytest.mark.sqlite_daily
def test_an_administrator_of_some_offices_grants_at_these_alone(door: Door) -> None:
    door.invite("Ani", Role.administrator, "upt-makassar")
    door.invite("Budi", Role.viewer)
    ani = as_granter(door, "ani", "upt-makassar")
    for office in (None, "setda", "dukcapil"):
        assert "own offices only" in refused(door, "budi", Role.supervisor, office, ani)
    give(door, "budi", Role.supervisor, "upt-makassar", ani)
    give(door, "budi", Role.supervisor, "upt-jayapura", ani)
    with door.database.writing() as session:
        rows = {row.office: row for row in store.grants_of(session, "kota", [person_called(door, "budi").person_id])}
        with pytest.raises(PeopleFault, match="further than yours"):
            revoke(session, "kota", rows[None].grant_id, ani, door.clock())
        revoke(session, "kota", rows["upt-jayapura"].grant_id, ani, door.clock())
        with pytest.raises(PeopleFault, match="taken away already"):
            revoke(session, "kota", rows["upt-jayapura"].grant_id, ani, door.clock())


@pytest.mark.sqlite_daily
def test_what_makes_no_sense_is_refused_with_a_sentence(door: Door) -> None:
    door.invite("Budi", Role.viewer, "dukcapil")
    assert "no office" in refused(door, "budi", Role.supervisor, "tiada")
    assert "no office" in refused(door, "budi", Role.supervisor, "\0")
    assert "already" in refused(door, "budi", Role.viewer, "dukcapil")
    assert "needs the code" in refused(door, "budi", Role.appraiser)
    assert "needs the code" in refused(door, "budi", Role.employee)
    give(door, "budi", Role.viewer, "upt-makassar")


@pytest.mark.parametrize(
    ("invitation", "field"),
    [
        (Invitation(""), "name"),
        (Invitation("x" * 201), "name"),
        (Invitation("Budi\0"), "name"),
        (Invitation("Budi", login="Budi Besar"), "login"),
        (Invitation("Budi", login="ani"), "login"),
        (Invitation("Budi", employee="E999"), "employee"),
        (Invitation("Budi", employee="\0"), "employee"),
    ],
)
@pytest.mark.once
def test_a_faulty_invitation_leaves_nobody_behind(door: Door, invitation: Invitation, field: str) -> None:
    door.invite("Ani", Role.viewer)
    with pytest.raises(PeopleFault) as caught, door.database.writing() as session:
        invite(session, "kota", invitation, Asked(Role.viewer), OPERATOR, door.clock())
    assert caught.value.field == field
    with door.database.reading() as session:
        assert [each.login for each in store.persons_of(session, "kota")] == ["ani"]


@pytest.mark.sqlite_daily
def test_a_refused_role_takes_its_invitation_with_it(door: Door) -> None:
    with pytest.raises(PeopleFault):
        door.invite("Budi", Role.supervisor, "tiada")
    with door.database.reading() as session:
        assert list(store.persons_of(session, "kota")) == []


def test_the_other_agency_has_none_of_them_and_may_use_the_same_names(door: Door) -> None:
    door.invite("Ani", Role.supervisor)
    door.invite("Ani", Role.auditor, agency="desa")
    ani = person_called(door, "ani")
    with door.database.writing() as session:
        assert store.find_person(session, "desa", ani.person_id) is None
        assert [row.role for row in store.grants_of(session, "desa")] == ["auditor"]
        [row] = store.grants_of(session, "kota")
        with pytest.raises(PeopleFault, match="taken away already"):
            revoke(session, "desa", row.grant_id, OPERATOR, door.clock())


@pytest.mark.sqlite_daily
def test_a_page_cannot_invite_somebody_anew_who_has_a_passphrase(door: Door) -> None:
    door.join("Ani", Role.viewer)
    with door.database.writing() as session:
        ani = person_called(door, "ani")
        with pytest.raises(PeopleFault, match="passphrase already"):
            invite_again(session, ani, OPERATOR, door.clock(), reset=False)


@pytest.mark.sqlite_daily
def test_nobody_gets_a_link_to_more_than_they_reach_themselves(door: Door) -> None:
    door.invite("Ani", Role.administrator, "upt-makassar")
    door.invite("Kepala", Role.administrator)
    door.invite("Budi", Role.viewer, "upt-jayapura")
    ani = as_granter(door, "ani", "upt-makassar")
    with door.database.writing() as session:
        for login, sentence in (("kepala", "further than yours"), ("ani", "about oneself")):
            with pytest.raises(PeopleFault, match=sentence):
                invite_again(session, person_called(door, login), ani, door.clock(), reset=False)
        assert invite_again(session, person_called(door, "budi"), ani, door.clock(), reset=False).code


@pytest.mark.sqlite_daily
def test_every_step_is_in_the_audit_trail_with_codes_alone(door: Door) -> None:
    door.invite("Ani", Role.viewer, "dukcapil", employee="E003")
    give(door, "ani", Role.supervisor, "dukcapil")
    with door.database.writing() as session:
        ani = person_called(door, "ani")
        row = store.grants_of(session, "kota", [ani.person_id])[0]
        revoke(session, "kota", row.grant_id, OPERATOR, door.clock())
    with door.database.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()  # type: ignore[arg-type]  # a column
    assert [event.action for event in events][-4:] == ["person.invited", "grant.given", "grant.given", "grant.revoked"]
    assert {event.subject for event in events[-4:]} == {str(ani.person_id)}
    assert {event.actor for event in events[-4:]} == {"cli:test"}
    assert "Ani" not in str([event.detail for event in events])
