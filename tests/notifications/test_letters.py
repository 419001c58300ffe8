"""What a letter says: what happened, where to read it and how to leave; and what a digest holds."""

from datetime import UTC, datetime, timedelta

from app.notifications.letters import MOST_LINES
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind
from tests.house import CANARY_NAME, CANARY_NIP
from tests.notifications.mail_server import link_in, text_of
from tests.notifications.messages import happened, send
from tests.notifications.posting import ADDRESS, PUBLIC, Post, post
from tests.screening.office import rows

__all__ = ["post"]


def test_a_letter_tells_what_happened_where_to_read_it_and_how_to_leave(post: Post) -> None:
    post.confirmed().subscribe()
    event = happened(post.house)
    send(post.house)
    [letter] = post.server.letters
    words = text_of(letter)
    assert words.startswith("Temuan penyaringan: 1.\n")
    assert f"{PUBLIC}/desk/finding?id=" in words
    assert "Dukcapil, 18 November 2026" in words
    leave = link_in(letter, "/unsubscribe")
    assert letter["List-Unsubscribe"] == f"<{PUBLIC}/unsubscribe?t={leave}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (letter["Auto-Submitted"], letter["Content-Language"]) == ("auto-generated", "id")
    assert letter["Message-ID"].endswith("@cermin.example.go.id>")
    assert str(event) not in words
    for canary in (CANARY_NAME, CANARY_NIP, ADDRESS):
        assert canary not in words
    kept = str([rows(post.house, f"SELECT * FROM {table}") for table in ("mailbox", "audit_event", "delivery")])
    assert ADDRESS not in kept


def test_mail_comes_in_the_language_in_which_it_was_asked_for(post: Post) -> None:
    post.confirmed("en").subscribe()
    happened(post.house)
    send(post.house)
    assert text_of(post.server.letters[0]).startswith("Findings of screening: 1.\n")


def test_a_digest_holds_a_day_and_begins_with_the_worst(post: Post) -> None:
    post.confirmed().subscribe(rhythm="daily").subscribe("period.final", rhythm="daily").subscribe(
        "alarm.drop", rhythm="daily"
    )
    about = {"period": "2026-10", "instrument": "ikl-1", "revision": "1"}
    with post.house.database.writing() as session:
        at = post.house.clock.now
        tell(session, EventKind.final, agency_id="kota", office=None, about=about, at=at)
    for _ in range(2):
        happened(post.house)
    with post.house.database.writing() as session:
        told = {"period": "2026-Q3", "instrument": "ikl-1"}
        tell(session, EventKind.drop, agency_id="kota", office="dukcapil", about=told, at=at)
    assert send(post.house) == 0
    post.house.clock.now = datetime(2026, 11, 18, 23, tzinfo=UTC)
    assert send(post.house) == 1
    [letter] = post.server.letters
    words = text_of(letter)
    assert words.splitlines()[0] == "Angka yang turun: 1; Temuan penyaringan: 2; Laporan yang ditandatangani: 1."
    assert words.index("/desk/office?") < words.index("/desk/finding?") < words.index("/desk/reports?")
    assert "seluruh instansi, 18 November 2026" in words
    assert send(post.house) == 0
    assert {state for state, _, _ in post.states()} == {"delivered"}


def test_a_long_digest_says_how_many_more_there_are(post: Post) -> None:
    post.confirmed().subscribe(rhythm="weekly")
    for _ in range(MOST_LINES + 3):
        happened(post.house)
    send(post.house)
    post.house.clock.now += timedelta(days=7)
    send(post.house)
    words = text_of(post.server.letters[0])
    assert words.count("/desk/finding") == MOST_LINES
    assert "dan 3 lagi" in words
