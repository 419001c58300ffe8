"""Days, lengths, keys and the file of integrity reports: tables of what goes in and what comes out."""

import json
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.integrity.rules.days import (
    ReportPlace,
    erasable_from,
    forward_by,
    place_of,
    untold_days,
    working_day_after,
)
from app.integrity.rules.kinds import NAMES, PLAIN_WORDS, STATES, ReportKind, ReportRecipient, ReportState
from app.integrity.rules.open311 import STATUS, request_file, sealed_in
from app.integrity.rules.plaintext import (
    LENGTHS,
    LONGEST_CONTACT,
    LONGEST_TEXT,
    About,
    Written,
    plaintext,
    read_plaintext,
    readable,
)
from app.integrity.rules.public_keys import MOST, PublicKey, is_key_id, may_open, read_public_key
from tests.integrity.reporting import PUBLIC_KEY

ABOUT = About("kota", "dukcapil", ReportKind.favours, ReportRecipient.agency, date(2026, 11, 18))
ID = UUID("0f0e0d0c-0b0a-4908-8706-050403020100")


@pytest.mark.parametrize(
    ("received", "by"),
    [
        # Monday to Sunday: the third working day after the day itself.
        ("2026-11-16", "2026-11-19"),
        ("2026-11-17", "2026-11-20"),
        ("2026-11-18", "2026-11-23"),
        ("2026-11-19", "2026-11-24"),
        ("2026-11-20", "2026-11-25"),
        ("2026-11-21", "2026-11-25"),
        ("2026-11-22", "2026-11-25"),
        ("2026-12-30", "2027-01-04"),
    ],
)
def test_a_report_is_handed_over_by_the_third_working_day(received: str, by: str) -> None:
    assert forward_by(date.fromisoformat(received)) == date.fromisoformat(by)


def test_holidays_are_no_working_days() -> None:
    wednesday, friday = date(2026, 11, 18), date(2026, 11, 20)
    assert working_day_after(wednesday, 1, {date(2026, 11, 19)}) == friday
    assert working_day_after(wednesday, 2, {date(2026, 11, 21)}) == friday
    assert working_day_after(wednesday, 0) == wednesday


def test_what_was_confirmed_is_kept_for_so_many_days() -> None:
    assert erasable_from(date(2026, 12, 1), 1) == date(2026, 12, 2)
    assert erasable_from(date(2026, 12, 1), 31) == date(2027, 1, 1)


def test_days_are_told_once_and_when_they_are_over() -> None:
    first, second, today = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)
    assert untold_days([second, first, second, today], None, today) == (first, second)
    assert untold_days([first, second, today], first, today) == (second,)
    assert untold_days([first, second], second, today) == ()
    assert untold_days([], None, today) == ()


def test_a_place_in_a_list_is_written_in_one_way() -> None:
    assert place_of(f"2026-11-18/{ID}") == ReportPlace(date(2026, 11, 18), ID)
    for text in ("", "/", "2026-11-18", f"2026-11-31/{ID}", "2026-11-18/x", f"20261118/{ID}", f"2026-11-18/{ID.hex}"):
        with pytest.raises(ValueError):
            place_of(text)


def test_every_kind_and_state_has_words() -> None:
    assert set(NAMES) == set(PLAIN_WORDS) == set(ReportKind)
    assert set(STATES) == set(STATUS) == set(ReportState)


# The longest of everything, and what JSON writes longest.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(texts, st.none() | texts)
def test_what_was_written_is_read_again_and_its_length_is_one_of_three(text: str, contact: str | None) -> None:
    whole = plaintext(Written(text, contact), ABOUT)
    assert len(whole) in LENGTHS
    told = read_plaintext(whole)
    assert (told["text"], told["contact"]) == (text, contact)
    assert told["about"] == {
        "agency": "kota",
        "office": "dukcapil",
        "kind": "demand-for-favours",
        "recipient": "agency",
        "received_on": "2026-11-18",
    }


@pytest.mark.parametrize("character", ["a", '"', "\x01", "\U0001f600", "ꦲ"])
def test_the_longest_report_of_any_characters_has_a_length(character: str) -> None:
    about = About("a" * 40, "o" * 40, ReportKind.neglect, ReportRecipient.inspectorate, date(2026, 11, 18))
    assert len(plaintext(Written(character * LONGEST_TEXT, character * LONGEST_CONTACT), about)) in LENGTHS


def test_short_reports_look_alike() -> None:
    lengths = {len(plaintext(Written("a" * n, None), ABOUT)) for n in range(0, 1_500, 50)}
    assert lengths == {LENGTHS[0]}


@pytest.mark.parametrize("opened", [b"", b"x", b"[]", b"1", b'"x"', b"\xff"])
def test_something_else_is_no_report(opened: bytes) -> None:
    with pytest.raises(ValueError):
        read_plaintext(opened)


def test_what_a_stranger_wrote_commands_no_terminal() -> None:
    assert readable("a\x1b[2Jb\tc\u202ed\x07\ne é") == "a[2Jbcd\ne é"


def test_a_public_key_is_named_by_its_thumbprint() -> None:
    found = read_public_key(PUBLIC_KEY | {"kid": "whatever", "use": "enc"})
    # By hand: base64url(SHA-256('{"crv":"P-256","kty":"EC","x":…,"y":…}')).
    assert found == PublicKey("cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", PUBLIC_KEY["x"], PUBLIC_KEY["y"])
    assert found is not None
    assert found.jwk == PUBLIC_KEY


@pytest.mark.parametrize(
    "changed",
    [
        {"kty": "RSA"},
        {"kty": None},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"},
        {"x": PUBLIC_KEY["y"]},
        {"y": PUBLIC_KEY["x"]},
        {"x": "A" * 43},
        {"x": PUBLIC_KEY["x"][:-1]},
        {"x": PUBLIC_KEY["x"] + "A"},
        {"x": PUBLIC_KEY["x"][:-1] + "="},
        {"x": 7},
        {"y": None},
        {"y": "é" * 43},
    ],
)
def test_anything_but_the_public_half_of_such_a_key_is_none(changed: dict[str, object]) -> None:
    assert read_public_key(PUBLIC_KEY | changed) is None
    assert read_public_key({}) is None


def test_two_keys_open_a_door() -> None:
    assert [may_open(n) for n in range(MOST)] == [False, False, True, True, True]


def test_the_file_is_a_request_as_open311_has_it_and_says_nothing_but_codes_and_the_day() -> None:
    sealed = {"ciphertext": "x", "recipients": []}
    whole = request_file(ID, ABOUT, ReportState.received, sealed)
    [request] = json.loads(json.dumps(whole))
    assert request == {
        "service_request_id": str(ID),
        "status": "open",
        "service_code": "demand-for-favours",
        "service_name": "Demand for favours",
        "description": "Sealed (JWE, RFC 7516): open it with one of the keys named in cermin_sealed.recipients.",
        "agency_responsible": "agency",
        "requested_datetime": "2026-11-18T00:00:00Z",
        "jurisdiction_id": "kota",
        "address_id": "dukcapil",
        "cermin_day": "2026-11-18",
        "cermin_kinds": "ombudsman-2025",
        "cermin_sealed": sealed,
    }
    assert request_file(ID, ABOUT, ReportState.confirmed, sealed)[0]["status"] == "closed"
    assert sealed_in(whole) == sealed_in(whole[0]) == sealed_in(sealed) == sealed
    others: tuple[object, ...] = (
        None,
        1,
        [],
        [1],
        whole * 2,
        {},
        {"cermin_sealed": 1},
        {"cermin_sealed": {}},
        "ciphertext",
    )
    assert [sealed_in(other) for other in others] == [None] * len(others)


def test_only_thirty_two_bytes_in_base64url_can_be_the_id_of_a_key() -> None:
    assert is_key_id("1KmRky5gIi9eEsXO35lNO96ArINnbQg-TCwcSJAbNwc")
    for other in ("", "x" * 42, "x" * 44, "\x00" * 43, "ä" * 43, "x" * 43 + "\n"):
        assert not is_key_id(other)
