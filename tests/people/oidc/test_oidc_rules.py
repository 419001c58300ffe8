"""Addresses, claims, attempts and logout tokens, as tables."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.principals import Role
from app.people.oidc.rules.addresses import host_of, is_usable
from app.people.oidc.rules.attempts import (
    LEEWAY,
    SECONDS,
    Purpose,
    is_fresh,
    is_over,
    new_attempt,
    read,
    written,
)
from app.people.oidc.rules.claims import (
    LAST,
    claim_at,
    gave_second_factor,
    has_role,
    is_subject,
    listed,
    moment,
    nip_in,
    texts,
)
from app.people.oidc.rules.logout import EVENT, Logout, logout_in
from app.people.rules.linking import LinkedBy, may_act
from tests.house import NOW

HOSTS = frozenset({"sso.kota.example", "sso.kota.example:8443", "localhost:8080", "127.0.0.1:9000", "[::1]:80"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = ["sid", "sub", "jti", "exp", "events", "nonce", "acr", "amr", "nip", "a", "a.b"]
CLAIMS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=6), JSON | st.just({EVENT: {}}), max_size=7
)


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("https://sso.kota.example/token", True),
        ("https://SSO.kota.example/token", True),
        ("https://sso.kota.example:8443/x?y=1", True),
        ("http://localhost:8080/x", True),
        ("http://127.0.0.1:9000/x", True),
        ("http://[::1]:80/x", True),
        ("http://sso.kota.example/token", False),
        ("https://evil.example/", False),
        ("https://sso.kota.example:9/", False),
        ("https://x@sso.kota.example/", False),
        ("https://sso.kota.example/#x", False),
        ("https://sso.kota.example/ x", False),
        ("https://sso.kota.example/\n", False),
        ("https://sso.kota.example/é", False),
        ("https://sso.kota.example:99999/", False),
        ("https://[::1/", False),
        ("ftp://sso.kota.example/", False),
        ("//sso.kota.example/", False),
        ("javascript:alert(1)", False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
def test_a_provider_is_asked_at_the_configured_hosts_alone(address: object, usable: bool) -> None:
    assert is_usable(address, HOSTS) is usable


def test_an_address_without_a_host_has_none() -> None:
    for address in ("x", "https://[::1/", "https://h:0/", "https://h:x/"):
        assert host_of(address) == ""


KEYCLOAK = {"realm_access": {"roles": ["offline"]}, "resource_access": {"cermin": {"roles": ["user"]}}}


@pytest.mark.parametrize(
    ("claims", "path", "found"),
    [
        (KEYCLOAK, "resource_access.cermin.roles", ["user"]),
        (KEYCLOAK, "resource_access.cermin", {"roles": ["user"]}),
        (KEYCLOAK, "resource_access.other.roles", None),
        (KEYCLOAK, "resource_access.cermin.roles.0", None),
        ({"https://kota.example/roles": "user"}, "https://kota.example/roles", "user"),
        ({"a.b": {"c": 1}, "a": {"b": {"c": 2}}}, "a.b.c", 1),
        ({"a.b": {"x": 1}, "a": {"b": {"c": 2}}}, "a.b.c", 2),
        ({"a": None}, "a", None),
        ({"": 1}, "", 1),
        ({}, "a", None),
    ],
)
def test_a_claim_is_found_by_its_path(claims: dict[str, object], path: str, found: object) -> None:
    assert claim_at(claims, path) == found


def test_a_role_is_one_of_the_texts_that_stand_there_and_no_part_of_one() -> None:
    right: list[object] = ["user", ["user"], ["x", "user", 7]]
    for there in right:
        assert has_role([{}, {"roles": there}], "roles", "user")
    wrong: list[object] = ["users", "user admin", ["users"], [["user"]], {"user": True}, 7, None, []]
    for there in wrong:
        assert not has_role([{"roles": there}, {}], "roles", "user")
    assert texts(("user",)) == ()


def test_a_nip_is_eighteen_digits_and_the_only_one() -> None:
    nip, other = "198503122010012004", "198503122010012005"
    right: list[object] = [nip, int(nip), [nip], [nip, nip], "19850312 201001 2 004", [nip, "x"]]
    for there in right:
        assert nip_in([{"nip": there}], "nip") == nip
    wrong: list[object] = [nip[1:], f"{nip}0", "x", None, True, [nip, other], {"nip": nip}, "١٩٨٥٠٣١٢٢٠١٠٠١٢٠٠٤"]
    for there in wrong:
        assert nip_in([{"nip": there}], "nip") is None
    assert nip_in([{"nip": nip}, {}, {"nip": [nip]}], "nip") == nip
    assert nip_in([{"nip": nip}, {"nip": other}], "nip") is None


def test_a_second_factor_is_what_the_operator_believes() -> None:
    vouching: list[dict[str, object]] = [{"acr": "gold"}, {"amr": ["pwd", "gold"]}, {"amr": "gold"}]
    for claims in vouching:
        assert gave_second_factor(claims, {"gold"})
        assert not gave_second_factor(claims, ())
    assert not gave_second_factor({"acr": ["x"], "amr": [7], "level": "gold"}, {"gold"})


@pytest.mark.parametrize(
    ("value", "found"),
    [(0, 0.0), (1.5, 1.5), (LAST, float(LAST)), (LAST + 1, None), (-1, None), (True, None), ("1", None), (None, None),
     (float("nan"), None), (float("inf"), None), (10**400, None)],
)  # fmt: skip
def test_a_moment_is_a_number_of_seconds_within_our_years(value: object, found: float | None) -> None:
    assert moment(value) == found


def test_a_subject_is_short_printable_text() -> None:
    assert [is_subject(each) for each in ("u", "x" * 255, "a b")] == [True] * 3
    assert [is_subject(each) for each in ("", "x" * 256, "é", "x\n", 7, None, ["u"])] == [False] * 7


def test_claims_are_listed_by_their_paths() -> None:
    assert list(listed({"a": {"b": ["x"]}, "c": "d"})) == [("a.b", "['x']"), ("c", "d")]
    deep: dict[str, object] = {}
    for _ in range(50):
        deep = {"a": deep}
    assert [path for path, _ in listed(deep)] == ["a.a.a.a.a.a"]


RIGHT: dict[str, object] = {"events": {EVENT: {}}, "jti": "j", "exp": 5, "sid": "s", "sub": "u"}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, Logout("j", 5.0, "s", "u")),
        ({"sid": None}, Logout("j", 5.0, None, "u")),
        ({"sub": None}, Logout("j", 5.0, "s", None)),
        ({"sub": None, "sid": None}, None),
        ({"sub": 7}, None),
        ({"sid": ""}, None),
        ({"nonce": None}, None),
        ({"jti": ""}, None),
        ({"jti": None}, None),
        ({"exp": "5"}, None),
        ({"events": {}}, None),
        ({"events": [EVENT]}, None),
        ({"events": {EVENT: None}}, None),
    ],
)
def test_a_logout_token_says_what_it_is_and_whom_it_means(changed: dict[str, object], found: Logout | None) -> None:
    assert logout_in(RIGHT | changed) == found


@given(CLAIMS)
def test_whatever_stands_in_claims_is_read_without_a_fault(claims: dict[str, object]) -> None:
    for path in ("a", "a.b", "nip", "acr.x", ""):
        claim_at(claims, path)
    nip_in([claims], "nip")
    gave_second_factor(claims, {"x"})
    dict(listed(claims))
    logout = logout_in(claims)
    assert logout is None or ((logout.sid or logout.subject) and "nonce" not in claims)


def test_an_attempt_is_kept_as_text_and_known_by_its_state() -> None:
    attempt = new_attempt(Purpose.proof, 5.0, fresh=True, code="c", session="s", target="keys")
    assert read(written(attempt)) == attempt
    other = new_attempt(Purpose.sign_in, 5.0)
    assert len({attempt.state, attempt.nonce, attempt.verifier, other.state, other.nonce, other.verifier}) == 6


def test_an_attempt_lasts_ten_minutes_and_a_proof_comes_after_its_beginning() -> None:
    begun = NOW.timestamp()
    attempt = new_attempt(Purpose.sign_in, begun)
    over = {-LEEWAY - 1: True, -LEEWAY: False, 0: False, SECONDS - 1: False, SECONDS: True}
    assert {after: is_over(attempt, begun + after) for after in over} == over
    fresh = {-LEEWAY - 1: False, -LEEWAY: True, 1: True}
    assert {after: is_fresh(begun + after, begun) for after in fresh} == fresh
    assert not is_fresh(None, begun)
    assert timedelta(seconds=SECONDS) == timedelta(minutes=10)


def test_a_nip_opens_nothing_but_what_is_ones_own() -> None:
    assert {role for role in Role if may_act(LinkedBy.nip, role)} == {Role.employee, Role.appraiser}
    for linked_by in (None, LinkedBy.invitation):
        assert all(may_act(linked_by, role) for role in Role)
