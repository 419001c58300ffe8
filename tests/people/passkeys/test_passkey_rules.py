"""The rules of passkeys."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.passkeys.rules.attempts import (
    Purpose,
    is_for,
    name_of,
    new_attempt,
    read,
    written,
)
from app.people.passkeys.rules.counters import may_be_copied
from app.people.passkeys.rules.handles import handle_of, read_handle
from app.people.passkeys.rules.parties import relying_party


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://cermin.example.go.id", ("cermin.example.go.id", "https://cermin.example.go.id")),
        ("https://Cermin.Example.go.id:443/cermin", ("cermin.example.go.id", "https://cermin.example.go.id")),
        ("https://cermin.lan:8443", ("cermin.lan", "https://cermin.lan:8443")),
        ("https://cermin", ("cermin", "https://cermin")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://localhost:80", ("localhost", "http://localhost")),
        ("http://kota.localhost:8000/x", ("kota.localhost", "http://kota.localhost:8000")),
        (None, None),
        ("http://cermin.example.go.id", None),
        ("https://10.0.0.1", None),
        ("https://10.1", None),
        ("https://0x7f.1", None),
        ("https://127.0.0.1:8443", None),
        ("https://[::1]:8443", None),
        ("https://cermin.example.", None),
        ("https://-cermin.example", None),
        ("https://cermin_1.example", None),
        ("https://xn--n28h.example", ("xn--n28h.example", "https://xn--n28h.example")),
        ("https://☃.example", None),
        ("https://" + "a." * 127 + "id", None),
        ("http://evil-localhost", None),
    ],
)
def test_passkeys_need_a_name_and_encryption(address: str | None, party: tuple[str, str] | None) -> None:
    assert relying_party(address) == party


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", fullmatch=True), st.uuids())
def test_a_handle_names_its_agency_and_person(agency: str, person: UUID) -> None:
    handle = handle_of(agency, person)
    assert len(handle) <= 64
    assert read_handle(handle) == (agency, person)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_handle_or_none(handle: bytes) -> None:
    found = read_handle(handle)
    assert found is None or handle_of(*found) == handle


def test_nothing_is_no_handle() -> None:
    assert [read_handle(each) for each in (None, b"", b"x" * 16, b"x" * 16 + b"\xff", b"x" * 16 + b"a b")] == [None] * 5


@pytest.mark.parametrize(
    ("kept", "shown", "copied"), [(0, 0, False), (0, 1, False), (1, 2, False), (1, 1, True), (2, 1, True), (1, 0, True)]
)
def test_a_counter_goes_on(kept: int, shown: int, copied: bool) -> None:
    assert may_be_copied(kept, shown) is copied


def test_an_attempt_is_for_one_thing_and_five_minutes() -> None:
    attempt = new_attempt(Purpose.proof, 1_000.0, "s")
    assert read(written(attempt)) == attempt
    assert is_for(attempt, Purpose.proof, "s", 1_299.9)
    assert not is_for(attempt, Purpose.proof, "s", 1_300.0)
    assert not is_for(attempt, Purpose.proof, "t", 1_000.0)
    assert not is_for(attempt, Purpose.adding, "s", 1_000.0)


def test_two_attempts_have_two_names_that_tell_nothing() -> None:
    one, other = (new_attempt(Purpose.sign_in, 0.0) for _ in range(2))
    assert one.challenge != other.challenge
    assert name_of(one) != name_of(other)
    assert name_of(one) not in one.challenge
