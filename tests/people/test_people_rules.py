"""Passphrases, codes, channels, lifetimes, budgets: the rules of signing in, each by a table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.principals import Role
from app.access.rules.random_codes import ALPHABET
from app.people.rules import codes, lifetimes
from app.people.rules.browsers import browser_name
from app.people.rules.budgets import CODES, PASSPHRASES, Pace, Paces, SignInBudget
from app.people.rules.channels import (
    Channel,
    channel_of,
    comes_from_us,
    is_good_enough,
    is_guarded,
    origin_of,
)
from app.people.rules.codes import Named
from app.people.rules.passphrases import is_common, weakness
from app.people.rules.totp import read_code, steps_at

NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
ABOUT = ("Siti Rahma", "siti.rahma", "kota")


@pytest.mark.parametrize(
    "passphrase",
    [
        "password1234",
        "Password!2024",
        "P@ssw0rd1234",
        "!@#$%^&*()_+",
        "passwordpassword",
        "qwertyuiop123",
        "1qaz2wsx3edc",
        "asdfghjkl;'1",
        "123456789012",
        "198503122010012004",
        "081234567890",
        "aaaaaaaaaaaa",
        "abababababab",
        "indonesia2026",
        "Bismillah 123",
        "sayangku1234!",
        "adminadmin12",
        "rahasia-rahasia",
        "sitirahma1990",
        "Siti Rahma kota",
        "jakartajakarta",
        "!!!!????....",
        "iloveyouforever",
        "administrator1",
        "pelayanan publik",
    ],
)
def test_what_everybody_tries_first_is_refused(passphrase: str) -> None:
    assert "anybody would try" in (weakness(passphrase, ABOUT) or "")


@pytest.mark.parametrize(
    "passphrase",
    [
        "kopi tubruk di teras",
        "hujan turun lagi di pasar",
        "correct horse battery staple",
        "Xk7#pQ9!mZ2$",
        "мой очень длинный пароль",
        # Three different words are a hundred million choices of such a list.
        "jakarta bandung surabaya",
    ],
)
def test_words_of_ones_own_are_taken(passphrase: str) -> None:
    assert weakness(passphrase, ABOUT) is None


def test_a_passphrase_has_twelve_to_two_hundred_characters_however_they_are_composed() -> None:
    assert "at least 12" in (weakness("kopi tubruk", ABOUT) or "")
    assert "at most 200" in (weakness("kopi tubruk " * 17, ABOUT) or "")
    assert weakness("kopi tubruk panas", ABOUT) is None
    # Twelve signs before, eleven after they are put together.
    assert "at least 12" in (weakness("kopi tubrue\u0301", ABOUT) or "")


@given(st.text(max_size=250))
def test_every_text_is_judged(text: str) -> None:
    assert is_common(text) in (True, False)
    weakness(text, ABOUT)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("siti@kota", Named("kota", "siti")),
        (" Siti.Rahma@kab-x ", Named("kab-x", "siti.rahma")),
        ("a@kota", Named("kota", "a")),
        ("siti", None),
        ("@kota", None),
        ("siti@", None),
        ("siti@ko ta", None),
        (".siti@kota", None),
        ("siti\0@kota", None),
        ("siti@kota\0", None),
        ("s" * 41 + "@kota", None),
        ("sitï@kota", None),
    ],
)
def test_a_sign_in_name_carries_its_agency(text: str, named: Named | None) -> None:
    assert codes.sign_in_name(text) == named


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("Siti Rahma, S.Sos.", "siti.rahma"),
        ("Dr. I Gusti Ngurah", "dr.i.gusti.ngurah"),
        ("Zoë", "zoe"),
        ("王", "person"),
        ("x" * 50, "x" * 40),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_name_proposes_a_sign_in_name(name: str, login: str) -> None:
    assert codes.proposed_login(name) == login
    assert codes.is_login(login)


def test_a_link_is_read_however_it_was_pasted() -> None:
    link = codes.new_link("kab-x")
    text = codes.link_text(link)
    assert len(link.value) == 32
    for pasted in (text, f" {text}\n", f"https://x.test/sign-in/link#{text}", text[:-8].upper() + " " + text[-8:]):
        agency, value = codes.read_link(pasted.replace("KAB-X", "kab-x")) or ("", "")
        assert (agency, value) == link
    for wrong in ("", "kota", "kota.", f"kota.{'u' * 32}", text[:-1], f"{text}0", text.replace("kab-x", "kab x"), "\0"):
        assert codes.read_link(wrong) is None


def test_recovery_codes_are_ten_and_read_as_people_write_them() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == 10
    for code in made:
        plain = codes.read_recovery_code(code)
        assert plain is not None
        assert len(plain) == 16
        assert set(plain) <= set(ALPHABET)
        assert codes.read_recovery_code(code.upper().replace("-", " ").replace("0", "O").replace("1", "l")) == plain
    assert codes.read_recovery_code("123456") is None
    assert codes.read_recovery_code("u" * 16) is None


def test_a_session_has_256_random_bits_and_its_agency() -> None:
    session = codes.new_session("kota")
    assert len(session.value) == 43
    assert codes.read_session(codes.session_text(session)) == session
    for wrong in ("", "kota", f"kota.{'a' * 42}", f"ko ta.{'a' * 43}", f"kota.{'ä' * 43}", f"kota.{'a' * 42}\0"):
        assert codes.read_session(wrong) is None


@pytest.mark.parametrize(
    ("scheme", "host", "address", "allowed", "channel"),
    [
        ("https", "cermin.example", "10.0.0.9", False, Channel.private),
        ("http", "127.0.0.1:8000", "127.0.0.1", False, Channel.private),
        ("http", "localhost", "::1", False, Channel.private),
        ("http", "[::1]:8000", "::1", False, Channel.private),
        ("http", "cermin.localhost:8000", "127.0.0.1", False, Channel.private),
        # A proxy on this machine serves browsers elsewhere.
        ("http", "cermin.example", "127.0.0.1", False, Channel.refused),
        # Whoever is elsewhere may write any Host.
        ("http", "localhost", "10.0.0.9", False, Channel.refused),
        ("http", "10.0.0.1:8000", "10.0.0.9", False, Channel.refused),
        ("http", "10.0.0.1:8000", "10.0.0.9", True, Channel.readable),
        ("http", "", "", False, Channel.refused),
        ("http", "localhost.example", "127.0.0.1", False, Channel.refused),
        ("http", "[", "127.0.0.1", False, Channel.refused),
    ],
)
def test_a_passphrase_travels_encrypted_or_stays_on_the_machine(
    scheme: str, host: str, address: str, allowed: bool, channel: Channel
) -> None:
    assert channel_of(scheme, host, address, readable_allowed=allowed) is channel


def test_administrators_and_auditors_need_a_private_channel_and_a_second_factor() -> None:
    for role in Role:
        assert is_guarded(role) == (role in (Role.administrator, Role.auditor))
        for channel in Channel:
            for strong in (False, True):
                expected = not is_guarded(role) or (strong and channel is Channel.private)
                assert is_good_enough(role, channel, strong=strong) is expected


OWN = {"https://cermin.example"}


@pytest.mark.parametrize(
    ("method", "site", "origin", "ours"),
    [
        ("GET", "cross-site", "https://evil.example", True),
        ("HEAD", None, None, True),
        ("POST", "same-origin", "https://cermin.example", True),
        ("POST", "same-origin", None, True),
        ("POST", "same-site", "https://x.cermin.example", False),
        ("POST", "cross-site", "https://cermin.example", False),
        ("POST", "none", None, False),
        ("POST", None, "https://cermin.example", True),
        ("POST", None, "http://cermin.example", False),
        ("POST", None, "https://evil.example", False),
        ("POST", None, "null", False),
        ("POST", None, None, False),
        ("DELETE", None, "null", False),
        ("PUT", "", "https://cermin.example", False),
    ],
)
def test_only_our_own_pages_change_something(method: str, site: str | None, origin: str | None, ours: bool) -> None:
    assert comes_from_us(method, site, origin, OWN) is ours


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("https://Cermin.example:8443/satu/dua") == "https://cermin.example:8443"


def live(**changed: object) -> bool:
    """Whether a session of five minutes is live."""
    values = {"complete": True, "ended_at": None, "started_at": NOW - timedelta(minutes=5), "seen_at": NOW, "now": NOW}
    return lifetimes.is_live(**values | changed)  # type: ignore[arg-type]


def test_a_session_lasts_half_an_hour_unused_and_twelve_hours_at_most() -> None:
    assert live()
    assert not live(ended_at=NOW)
    assert live(seen_at=NOW - timedelta(minutes=29, seconds=59))
    assert not live(seen_at=NOW - timedelta(minutes=30))
    assert live(started_at=NOW - timedelta(hours=11, minutes=59))
    assert not live(started_at=NOW - timedelta(hours=12))
    assert live(complete=False, started_at=NOW - timedelta(minutes=14))
    assert not live(complete=False, started_at=NOW - timedelta(minutes=15))


def test_a_proof_of_being_there_lasts_ten_minutes() -> None:
    assert lifetimes.is_proven(NOW - timedelta(minutes=9, seconds=59), NOW)
    assert not lifetimes.is_proven(NOW - timedelta(minutes=10), NOW)
    assert timedelta(hours=72) == lifetimes.LINK


def test_guesses_from_elsewhere_slow_an_account_down_and_leave_its_own_browser_alone() -> None:
    budget = SignInBudget(Paces(Pace(3, 60), Pace(5, 10), Pace(2, 20)))
    assert [budget.take("siti@kota", "10.0.0.1", None, 0) for _ in range(4)] == [0, 0, 0, 60]
    # Also from another address, and not for another account.
    assert budget.take("siti@kota", "10.0.0.2", None, 0) == 60
    assert budget.take("ani@kota", "10.0.0.2", None, 0) == 0
    assert [budget.take("siti@kota", "10.0.0.1", "known", 0) for _ in range(3)] == [0, 0, 20]
    assert budget.take("siti@kota", "10.0.0.3", None, 60) == 0


def test_one_address_has_tries_for_all_accounts_together() -> None:
    budget = SignInBudget(Paces(Pace(3, 60), Pace(5, 10), Pace(2, 20)))
    assert [budget.take(f"{n}@kota", "10.0.0.1", None, 0) for n in range(6)] == [0, 0, 0, 0, 0, 10]
    # Nothing was taken from the account by a try that was none.
    assert [budget.take("5@kota", "10.0.0.9", None, 0) for _ in range(4)] == [0, 0, 0, 60]


def test_a_right_try_costs_nothing() -> None:
    budget = SignInBudget(Paces(Pace(1, 60), Pace(1, 10), Pace(1, 20)))
    for browser in (None, "known"):
        for _ in range(5):
            assert budget.take("siti@kota", "10.0.0.1", browser, 0) == 0
            budget.give_back("siti@kota", "10.0.0.1", browser, 0)


def test_the_budget_of_codes_keeps_a_year_of_guessing_hopeless() -> None:
    year = 365 * 86_400 / CODES.account.seconds + CODES.account.tries
    assert 1 - (1 - 3e-6) ** year < 0.11
    assert PASSPHRASES.account.seconds == 60


def test_codes_of_the_present_step_and_its_neighbours_are_taken_as_they_are_pasted() -> None:
    assert steps_at(59.9) == (0, 1, 2)
    assert steps_at(60) == (1, 2, 3)
    assert [read_code(text) for text in ("123456", " 123 456\n", "123-456")] == ["123456"] * 3
    assert [read_code(text) for text in ("12345", "1234567", "12345a", "１２３４５６", "")] == [None] * 5


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari, iOS"),
        ("curl/8.5", "?"),
        ("", "?"),
        ("Firefox/1", "Firefox"),
    ],
)  # fmt: skip
def test_a_browser_is_called_by_its_kind_alone(agent: str, name: str) -> None:
    assert browser_name(agent) == name
