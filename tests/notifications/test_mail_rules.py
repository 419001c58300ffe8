"""When digests are due, what a mail address is, and what a link in a mail proves."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.principals import Role
from app.notifications.rules.links import is_ours, link_code, read_link_code
from app.notifications.rules.mail_addresses import is_mail_address
from app.notifications.rules.readers import PAGES, WORST_FIRST, kinds_for, page_of
from app.notifications.rules.rhythms import Rhythm, due_at
from app.outbox.rules.kinds import ABOUT, EventKind
from app.people.signed_in import HeldRole
from tests.desk.pages import PAGES as DESK

KEY, MAILBOX = b"k" * 32, UUID("018f3f5e-7a4e-7c00-8000-000000000001")


@pytest.mark.parametrize(
    ("rhythm", "now", "expected"),
    [
        (Rhythm.at_once, (2026, 11, 18, 3), (2026, 11, 18, 3)),
        # Six in the morning in WIB is 23:00 in UTC.
        (Rhythm.daily, (2026, 11, 18, 3), (2026, 11, 18, 23)),
        (Rhythm.daily, (2026, 11, 18, 22), (2026, 11, 18, 23)),
        (Rhythm.daily, (2026, 11, 18, 23), (2026, 11, 19, 23)),
        # Monday, 23 November.
        (Rhythm.weekly, (2026, 11, 18, 3), (2026, 11, 22, 23)),
        (Rhythm.weekly, (2026, 11, 22, 23), (2026, 11, 29, 23)),
        (Rhythm.monthly, (2026, 11, 18, 3), (2026, 11, 30, 23)),
        (Rhythm.monthly, (2026, 12, 31, 3), (2026, 12, 31, 23)),
        (Rhythm.monthly, (2026, 11, 30, 23), (2026, 12, 31, 23)),
    ],
)
def test_a_digest_lies_there_in_the_morning(
    rhythm: Rhythm, now: tuple[int, int, int, int], expected: tuple[int, int, int, int]
) -> None:
    assert due_at(rhythm, datetime(*now, tzinfo=UTC)) == datetime(*expected, tzinfo=UTC)


@given(st.sampled_from(Rhythm), st.integers(1_500_000_000, 2_200_000_000))
def test_nothing_is_due_before_it_happened_and_nothing_later_than_a_month(rhythm: Rhythm, second: int) -> None:
    now = datetime.fromtimestamp(second, UTC)
    due = due_at(rhythm, now)
    assert due >= now
    assert (due - now).days <= 31
    assert due_at(rhythm, due) >= due


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("siti@kota.go.id", True),
        ("siti.rahma+cermin@mail.dukcapil.kota.go.id", True),
        ("o'brien@kota.go.id", True),
        ("a" * 64 + "@kota.go.id", True),
        ("", False),
        ("siti", False),
        ("siti@kota", False),
        ("@kota.go.id", False),
        ("siti@", False),
        ("siti @kota.go.id", False),
        ("siti@kota.go.id\n", False),
        ("siti@kota.go.id\r\nBcc: semua@kota.go.id", False),
        ("siti@kota.go.id,budi@kota.go.id", False),
        ("Siti <siti@kota.go.id>", False),
        ('"siti"@kota.go.id', False),
        ("siti@[127.0.0.1]", False),
        ("siti@127.0.0.1", False),
        ("siti..rahma@kota.go.id", False),
        (".siti@kota.go.id", False),
        ("síti@kota.go.id", False),
        ("a" * 65 + "@kota.go.id", False),
        ("siti@" + "a" * 60 + ".go.id" * 40, False),
    ],
)
def test_an_address_is_one_and_nothing_beside_it(text: str, taken: bool) -> None:
    assert is_mail_address(text) is taken


def test_a_link_proves_its_own_purpose_mailbox_and_agency_and_no_other() -> None:
    code = link_code(KEY, "unsubscribe", "kota", MAILBOX)
    link = read_link_code(code)
    assert link is not None
    assert (link.agency_id, link.mailbox_id) == ("kota", MAILBOX)
    assert is_ours(KEY, "unsubscribe", link)
    assert not is_ours(KEY, "confirm", link)
    assert not is_ours(b"x" * 32, "unsubscribe", link)
    assert not is_ours(KEY, "unsubscribe", link._replace(agency_id="desa"))
    assert not is_ours(KEY, "unsubscribe", link._replace(mailbox_id=UUID(int=7)))


@given(st.text(max_size=120))
def test_whatever_is_written_for_a_link_is_read_or_not(text: str) -> None:
    link = read_link_code(text)
    assert link is None or not is_ours(KEY, "confirm", link)


@pytest.mark.parametrize(
    "text", ["", "kota", "kota.x.y", f"kota.{'g' * 32}.x", f"k ota.{'0' * 32}.x", f"k.{'0' * 32}.é"]
)
def test_what_has_not_the_form_of_a_link_is_none(text: str) -> None:
    assert read_link_code(text) is None


def held(role: Role, office: str | None = None) -> HeldRole:
    """A role in force, at the agency or at an office."""
    return HeldRole(UUID(int=1), role, office, office)


def test_everybody_is_led_to_a_page_of_the_own_role() -> None:
    assert set(WORST_FIRST) == set(EventKind)
    for kind, pages in PAGES.items():
        for role in pages:
            path = page_of(kind, role, dict.fromkeys(ABOUT[kind], "x")).partition("?")[0]
            who = DESK["GET", path]
            assert who == "signed in" or role in who, (kind, role)
    assert kinds_for([]) == ()
    assert kinds_for([held(Role.viewer)]) == (EventKind.drop, EventKind.final)
    assert EventKind.integrity_received in kinds_for([held(Role.auditor)])
    assert EventKind.integrity_received not in kinds_for([held(Role.auditor, "dukcapil")])
    # That an integrity report was handed over is told to machines alone.
    assert kinds_for(map(held, Role)) == tuple(
        kind for kind in WORST_FIRST if kind is not EventKind.integrity_forwarded
    )
