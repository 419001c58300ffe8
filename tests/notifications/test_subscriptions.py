"""Who is told of what: by subscription, within the offices of a role in force."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.access.principals import Role
from app.notifications import subscriptions
from app.people.faults import PeopleFault
from tests.notifications.mail_server import text_of
from tests.notifications.messages import happened, send
from tests.notifications.posting import Post, post
from tests.people.persons import Door

__all__ = ["post"]


def test_whoever_ended_it_or_lost_the_role_is_told_nothing_of_what_waited(post: Post) -> None:
    post.confirmed().subscribe(rhythm="daily")
    happened(post.house)
    send(post.house)
    with post.house.database.writing() as session:
        subscriptions.end(session, "kota", post.person.person_id, "finding.raised", "", post.house.clock.now)
    post.house.clock.now += timedelta(days=1)
    assert send(post.house) == 0
    assert post.states() == [("dropped", 0, "unsubscribed")]
    post.subscribe(rhythm="daily")
    happened(post.house)
    send(post.house)
    with post.house.database.writing() as session:
        session.execute(text("UPDATE role_grant SET revoked_at = granted_at"))
    post.house.clock.now += timedelta(days=1)
    assert send(post.house) == 0
    assert [state for state, _, _ in post.states()] == ["dropped", "dropped"]
    # Nor of what happens from now on.
    happened(post.house)
    send(post.house)
    assert len(post.states()) == 2


def test_somebody_of_some_offices_is_told_of_these(furnished: tuple[str, dict[str, str]], post: Post) -> None:
    with Door.open(furnished[0]) as door:
        post.person = door.who(door.join("Dua", Role.auditor, "upt-makassar"))
    post.confirmed().subscribe()
    happened(post.house, "dukcapil")
    happened(post.house, "upt-jayapura")
    happened(post.house, None)
    happened(post.house, agency_id="desa")
    assert send(post.house) == 1
    assert "Upt-Jayapura" in text_of(post.server.letters[0])
    assert len(post.states()) == 1
    for asked, field in (
        ({"office": "dukcapil"}, "office"),
        ({"office": "tiada"}, "office"),
        ({"kind": "device.silent"}, "kind"),
        ({"kind": "x"}, "kind"),
        ({"rhythm": "hourly"}, "rhythm"),
    ):
        with pytest.raises(PeopleFault) as refused:
            post.subscribe(**asked)
        assert refused.value.field == field


def test_of_two_subscriptions_to_the_same_the_first_due_tells_once(post: Post) -> None:
    post.confirmed().subscribe(rhythm="monthly").subscribe(office="dukcapil")
    happened(post.house)
    assert send(post.house) == 1
    assert len(post.states()) == 1


def test_nobody_has_more_than_fifty_subscriptions(post: Post) -> None:
    with post.house.database.writing() as session:
        for n in range(50):
            values = {"a": "kota", "p": post.person.person_id.hex, "k": f"k{n}", "at": post.house.clock.now}
            person = "CAST(:p AS UUID)" if not post.house.database.is_sqlite else ":p"
            session.execute(text(f"INSERT INTO subscription VALUES (:a, {person}, :k, '', 'daily', :at)"), values)
    with pytest.raises(PeopleFault, match="fifty"):
        post.subscribe()
