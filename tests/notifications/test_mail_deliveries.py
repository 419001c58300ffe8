"""Letters that are not taken come again by the same id, or are given up; without a server there are none."""

from typing import Any

import pytest

from app.notifications import mail_posting
from app.notifications.mail_sending import AWAY
from app.notifications.mailboxes import Mailboxes
from app.notifications.rules.retries import DELAYS
from tests.house import House
from tests.notifications.mail_server import text_of
from tests.notifications.messages import happened, send
from tests.notifications.posting import Post, post
from tests.screening.office import rows

__all__ = ["post"]


def test_a_letter_that_was_not_taken_comes_again_by_the_same_id_and_says_the_same(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.confirmed().subscribe()
    happened(post.house)
    sent = mail_posting.MailPost._sent

    async def taken_and_then_gone(self: Any, letter: Any) -> str:
        await sent(self, letter)
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(mail_posting.MailPost, "_sent", taken_and_then_gone)
        assert send(post.house) == 1
    # More has happened since: that is another letter.
    happened(post.house)
    post.house.clock.now += max(AWAY, DELAYS[0])
    assert send(post.house) == 2
    first, again, other = post.server.letters
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert text_of(first) == text_of(again)
    assert post.states() == [("delivered", 2, "delivered"), ("delivered", 1, "delivered")]


def test_a_server_that_is_away_is_left_alone_for_a_minute_and_costs_no_letter(post: Post) -> None:
    post.confirmed().subscribe()
    post.server.replies = ["451 later", "451 later"]
    happened(post.house)
    assert [send(post.house), send(post.house)] == [1, 0]
    assert post.states() == [("waiting", 1, "smtp-451")]
    post.house.clock.now += AWAY
    assert [send(post.house), send(post.house)] == [1, 0]
    post.house.clock.now += AWAY
    assert send(post.house) == 1
    assert post.states() == [("delivered", 3, "delivered")]


@pytest.mark.parametrize(
    ("reply", "state"),
    [("550 no such mailbox", ("failed", 1, "refused-550")), ("450 later", ("waiting", 1, "refused-450"))],
)
def test_a_mailbox_that_there_is_not_is_given_up(post: Post, reply: str, state: tuple[Any, ...]) -> None:
    post.confirmed().subscribe()
    post.server.recipients = [reply]
    happened(post.house)
    send(post.house)
    assert post.states() == [state]


@pytest.mark.sqlite_daily
def test_without_a_server_nobody_is_told_and_webhooks_are(house: House) -> None:
    assert not house.services.of(Mailboxes).is_on
    happened(house)
    assert send(house) == 0
    assert rows(house, "SELECT count(*) FROM delivery") == [(0,)]
