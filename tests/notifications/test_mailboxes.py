"""Mail goes to addresses that their owners have confirmed, and ends when somebody leaves."""

from datetime import timedelta

import pytest

from app.notifications.mailboxes import CONFIRMED_WITHIN, Mailboxes
from app.people.faults import PeopleFault
from tests.notifications.mail_server import link_in
from tests.notifications.messages import happened, send
from tests.notifications.posting import ADDRESS, Post, post
from tests.screening.office import rows

__all__ = ["post"]


def test_an_address_is_used_once_its_owner_has_said_that_it_is_right(post: Post) -> None:
    post.enter()
    post.subscribe()
    happened(post.house)
    assert send(post.house) == 1
    [asking] = post.server.letters
    assert (asking["To"], asking["From"]) == (ADDRESS, "Cermin <cermin@kota.go.id>")
    assert post.server.greeted == ["cermin.example.go.id"]
    assert "List-Unsubscribe" not in asking
    mailboxes, now = post.house.services.of(Mailboxes), post.house.clock.now
    code = link_in(asking, "/mail/confirm")
    for wrong in ("", code[:-1], code.replace("kota", "desa"), code + "x"):
        assert not mailboxes.confirm(post.house.database, wrong, now)
    assert not mailboxes.confirm(post.house.database, code, now + CONFIRMED_WITHIN + timedelta(seconds=1))
    # The other link of the same mailbox confirms nothing.
    assert not mailboxes.unsubscribe(post.house.database, code, now)
    assert mailboxes.confirm(post.house.database, code, now)
    assert mailboxes.confirm(post.house.database, code, now)
    happened(post.house)
    assert send(post.house) == 1
    assert post.server.letters[1]["Subject"] == "Cermin: Temuan penyaringan: 1"
    # What happened before is not told afterwards.
    assert len(post.states()) == 1


def test_another_address_takes_the_place_of_the_one_before_and_its_links(post: Post) -> None:
    post.confirmed().subscribe()
    mailboxes, now = post.house.services.of(Mailboxes), post.house.clock.now
    happened(post.house)
    send(post.house)
    former = link_in(post.server.letters.pop(), "/unsubscribe")
    post.enter("lain@kota.go.id")
    happened(post.house)
    send(post.house)
    [asking] = post.server.letters
    assert asking["To"] == "lain@kota.go.id"
    assert not mailboxes.unsubscribe(post.house.database, former, now)


@pytest.mark.parametrize("address", ["", "siti", "siti@kota.go.id\nBcc: x@y.id", "x" * 300 + "@kota.go.id"])
def test_what_is_no_address_is_refused(post: Post, address: str) -> None:
    with pytest.raises(PeopleFault, match="no mail address"):
        post.enter(address)
    assert rows(post.house, "SELECT count(*) FROM mailbox") == [(0,)]


@pytest.mark.parametrize(("reply", "left"), [("550 no such mailbox", 0), ("450 later", 1)])
def test_whoever_cannot_be_asked_is_not_asked_for_ever(post: Post, reply: str, left: int) -> None:
    post.server.recipients = [reply]
    post.enter()
    assert send(post.house) == 1
    assert rows(post.house, "SELECT count(*) FROM mailbox WHERE ask_due_at IS NOT NULL") == [(left,)]


def test_leaving_ends_all_mail_and_drops_what_waits(post: Post) -> None:
    post.confirmed().subscribe().subscribe("alarm.drop", rhythm="weekly")
    happened(post.house)
    send(post.house)
    mailboxes, now = post.house.services.of(Mailboxes), post.house.clock.now
    code = link_in(post.server.letters[0], "/unsubscribe")
    for wrong in ("", code[:-1] + "!", code.replace("kota", "desa")):
        assert not mailboxes.unsubscribe(post.house.database, wrong, now)
    assert mailboxes.unsubscribe(post.house.database, code, now)
    assert mailboxes.unsubscribe(post.house.database, code, now)
    assert rows(post.house, "SELECT count(*) FROM subscription") == [(0,)]
    happened(post.house)
    assert send(post.house) == 0
