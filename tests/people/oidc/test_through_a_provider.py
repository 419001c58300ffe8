"""People who come through their agency's provider: linked by invitation, by a NIP where that is on, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.directory.tables import Employee
from app.foundation.problems import Problem
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, grant
from app.people.inviting import invite_again
from app.people.rules.attempt_cookies import MOST
from app.people.rules.linking import LinkedBy
from app.people.sessions import SignedIn
from app.people.steps import Stage
from tests.audit_trail import recorded
from tests.house import CANARY_NIP
from tests.people.oidc.fake_provider import Answer
from tests.people.oidc.through import Through
from tests.people.persons import OPERATOR, PASSPHRASE, Door, visit

# What is stored has its tests on both stores in test_logging_out.py.
pytestmark = pytest.mark.sqlite_daily

KEYCLOAK: dict[str, Any] = {
    "claims": {"sid": "s-1", "preferred_username": "siti", "azp": "cermin", "acr": "1"},
    "access": {"sub": "u-1", "resource_access": {"cermin": {"roles": ["user"]}}, "typ": "Bearer"},
    "userinfo": {"preferred_username": "siti"},
}
OKTA: dict[str, Any] = {
    "claims": {"groups": ["Everyone", "user"], "amr": ["pwd", "mfa"], "idp": "00o1"},
    "access": {"sub": "siti@kota.example", "uid": "u-1", "cid": "cermin", "azp": None, "aud": "api://default"},
    "userinfo": {},
}


def shape(through: Through, like: dict[str, Any]) -> None:
    """Let the provider speak like this one."""
    for name, value in like.items():
        setattr(through.provider, name, value)


def refused(through: Through, match: str) -> None:
    """Somebody who comes from the provider and is told why that opens nothing."""
    with pytest.raises(PeopleFault, match=match):
        through.sign_in()


def roles(found: SignedIn) -> list[Role]:
    """The roles that somebody can act in."""
    return [each.role for each in found.roles]


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


@pytest.mark.parametrize(
    ("like", "path"), [(KEYCLOAK, "resource_access.cermin.roles"), (OKTA, "groups"), (KEYCLOAK, "realm_access.roles")]
)
def test_the_role_is_found_wherever_a_provider_puts_it(
    through: Through, door: Door, like: dict[str, Any], path: str
) -> None:
    shape(through, like)
    code = door.invite("Siti", Role.supervisor)
    through.set(role_claim=path, role="user")
    if path == "realm_access.roles":
        through.provider.userinfo = {"realm_access": {"roles": ["user"]}}
    assert door.who(through.link(code)).login == "siti"
    through.set(role="admin")
    refused(through, "may not use Cermin; ask an administrator of your agency")
    through.set(role="use")
    refused(through, "may not use Cermin")


@pytest.mark.parametrize(
    "access",
    [
        {"azp": "other", "aud": "other"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        "opaque",
        "eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJ1c2VyIl19.",
    ],
)
def test_roles_of_an_access_token_that_is_not_ours_count_for_nothing(
    through: Through, door: Door, access: dict[str, Any] | str
) -> None:
    through.join("Siti", Role.supervisor)
    through.set(role_claim="roles", role="user")
    through.provider.access = {"roles": ["user"]}
    through.sign_in()
    through.provider.access = {"roles": ["user"], **access} if isinstance(access, dict) else access
    refused(through, "may not use Cermin")


def nip_of(door: Door, employee: str, nip: str) -> None:
    """Write a NIP into the directory."""
    with door.database.writing() as session:
        found = session.get(Employee, ("kota", employee))
        assert found is not None
        found.nip = nip
        session.add(found)


NIP = "197001011990032009"


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


def test_an_administrator_gives_a_second_factor_here_unless_the_provider_vouches_for_one(
    through: Through, door: Door
) -> None:
    half = through.join("Siti", Role.administrator)
    assert not door.who(half).complete
    browser = door.enrolled(half)
    found = door.who(browser)
    assert found.principal is not None
    assert found.provided is not None
    # The next time it is a code that is owed.
    arrival = through.back(*through.begin())
    assert arrival.entered is not None
    assert arrival.entered.stage is Stage.code
    # `mfa` means something where the operator says so.
    shape(through, OKTA)
    arrival = through.back(*through.begin())
    assert arrival.entered is not None
    assert arrival.entered.stage is Stage.code
    through.set(second_factor=frozenset({"mfa"}))
    strong = door.who(through.sign_in())
    assert (strong.complete, strong.strong) == (True, True)
    assert strong.principal is not None


def test_a_second_factor_is_set_up_by_who_signed_in_just_now_alone(through: Through, door: Door) -> None:
    # At a browser that was left open the provider would lead anybody back without asking.
    through.join("Siti", Role.administrator)
    morning = int((door.clock() - timedelta(hours=5)).timestamp())
    for claims in ({}, {"auth_time": morning}, {"auth_time": True}):
        through.provider.claims = claims
        browser, departure = through.begin()
        arrival = through.back(browser, departure)
        assert arrival.entered is None
        assert arrival.departure is not None
        assert "max_age=0" in arrival.departure.address
        with pytest.raises(PeopleFault, match="does not say that you signed in there just now"):
            through.back(*through.kept(browser, arrival.departure))
    through.provider.claims = {"auth_time": int(door.clock().timestamp())}
    assert not door.who(through.sign_in()).complete


def test_a_second_tab_does_not_disturb_the_first(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    browser, one = through.begin()
    browser, other = through.begin(browser)
    assert one.cookie.name != other.cookie.name
    assert door.who(through.arrived(through.back(browser, one))).login == "siti"
    assert door.who(through.arrived(through.back(browser, other))).login == "siti"
    # Many that were given up do not fill up what a browser may send.
    for _ in range(3 * MOST):
        browser, _ = through.begin(browser)
    assert len(browser.cookies) <= MOST + 1


def test_an_attempt_ends_in_the_browser_in_which_it_began(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    browser, departure = through.begin()
    for other in (visit(), through.begin()[0], visit(cookies={departure.cookie.name: "x" * 300})):
        with pytest.raises(PeopleFault, match="began in another browser"):
            through.back(other, departure)
    with pytest.raises(PeopleFault, match="began in another browser"):
        through.back(browser, departure, state="x")
    door.clock.now += timedelta(minutes=11)
    with pytest.raises(PeopleFault, match="is over"):
        through.back(browser, departure)


def test_the_provider_refuses_or_another_one_answers(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    browser, departure = through.begin()
    for query in ({"code": "c", "iss": "https://evil.example"}, {"error": "access_denied", "iss": "x"}):
        with pytest.raises(PeopleFault, match="does not answer as it should"):
            through.back(browser, departure, **query)
    through.provider.metadata = {"authorization_response_iss_parameter_supported": True}
    through.set()
    with pytest.raises(PeopleFault, match="does not answer as it should"):
        through.sign_in()
    assert door.who(through.sign_in(iss=through.provider.issuer)).login == "siti"


def test_nobody_comes_in_where_others_can_read_or_from_another_address(through: Through, door: Door) -> None:
    with pytest.raises(PeopleFault, match="Open http://localhost:8000/sign-in to sign in with Keycloak"):
        through.begin(visit(host="10.0.0.1:8000"))
    through.set(public_url="http://10.0.0.1:8000")
    with pytest.raises(PeopleFault, match="not encrypted"):
        through.begin(visit(host="10.0.0.1:8000", address="10.0.0.9"))


@pytest.mark.long
def test_codes_that_are_made_up_are_slowed(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    through.provider.instead["/token"] = Answer(400, b'{"error": "invalid_grant"}')
    browser, departure = through.begin()
    for _ in range(40):
        with pytest.raises(PeopleFault, match="does not answer as it should"):
            through.back(browser, departure)
    with pytest.raises(Problem, match="too-many-sign-ins"):
        through.back(browser, departure)
