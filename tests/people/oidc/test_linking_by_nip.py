"""A NIP that the provider vouches for links employees and appraisers where that is on, and never roles over others."""

import pytest

from app.access.principals import Role
from app.directory.tables import Employee
from app.people import store
from app.people.granting import Asked, grant
from app.people.rules.linking import LinkedBy
from app.people.signed_in import SignedIn
from tests.audit_trail import recorded
from tests.people.oidc.through import Through, refused
from tests.people.persons import OPERATOR, Door

# What is stored has its tests on both stores in test_logging_out.py.
pytestmark = pytest.mark.sqlite_daily
NIP = "197001011990032009"


def nip_of(door: Door, employee: str, nip: str) -> None:
    """Write a NIP into the directory."""
    with door.database.writing() as session:
        found = session.get(Employee, ("kota", employee))
        assert found is not None
        found.nip = nip
        session.add(found)


def roles(found: SignedIn) -> list[Role]:
    """The roles that somebody can act in."""
    return [each.role for each in found.roles]


def test_a_nip_links_employees_and_appraisers_where_that_is_switched_on(through: Through, door: Door) -> None:
    nip_of(door, "E003", NIP)
    door.invite("Budi", Role.employee, employee="E003")
    through.provider.claims = {"attributes": {"nip": [NIP]}}
    refused(through, "nobody here has that account")
    through.set(nip_claim="attributes.nip")
    found = door.who(through.sign_in())
    assert found.provided is not None
    assert (found.login, found.provided.linked_by) == ("budi", LinkedBy.nip)
    rows = recorded(door.database, "person.linked", never=(NIP, through.provider.sub))
    assert rows == [("person.linked", "person", str(found.person_id))]
    # Whoever writes the same number into another account finds it taken.
    through.provider.sub = "u-2"
    refused(through, "nobody here has that account")


@pytest.mark.parametrize("role", [Role.administrator, Role.auditor, Role.supervisor, Role.viewer])
def test_a_nip_never_links_roles_over_others(through: Through, door: Door, role: Role) -> None:
    nip_of(door, "E003", NIP)
    door.invite("Budi", role, "upt-jayapura", employee=None if role is Role.auditor else "E003")
    through.set(nip_claim="nip")
    through.provider.claims = {"nip": NIP}
    refused(through, "nobody here has that account")


def test_roles_over_others_that_come_later_do_not_open_by_a_nip(through: Through, door: Door) -> None:
    nip_of(door, "E003", NIP)
    door.invite("Budi", Role.employee, employee="E003")
    through.set(nip_claim="nip", second_factor=frozenset({"mfa"}))
    through.provider.claims = {"nip": NIP, "amr": ["mfa"]}
    before = through.sign_in()
    with door.database.writing() as session:
        budi = store.person_called(session, "kota", "budi")
        assert budi is not None
        for role in (Role.administrator, Role.supervisor):
            grant(session, budi, Asked(role), OPERATOR, door.clock())
    for browser in (before, through.sign_in()):
        found = door.who(browser)
        assert roles(found) == [Role.employee]
        assert found.principal is not None
        assert found.principal.kind is Role.employee


def test_a_nip_links_nobody_who_has_a_way_in_and_nobody_of_two(through: Through, door: Door) -> None:
    nip_of(door, "E003", NIP)
    through.set(nip_claim="nip")
    through.provider.claims = {"nip": NIP}
    door.join("Budi", Role.employee, employee="E003")
    refused(through, "nobody here has that account")
    nip_of(door, "E001", "197001011990032011")
    door.invite("Ani", Role.employee, employee="E001")
    door.invite("Ani Lain", Role.employee, employee="E001")
    through.provider.claims = {"nip": "197001011990032011"}
    refused(through, "nobody here has that account")
    # Two places that contradict each other name nobody.
    through.provider.claims, through.provider.userinfo = {"nip": NIP}, {"nip": "197001011990032011"}
    refused(through, "nobody here has that account")
