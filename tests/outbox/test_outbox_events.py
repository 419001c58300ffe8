"""What happens is told in its own transaction: it is there with its event, or neither is."""

from pathlib import Path
from typing import Any

import pytest

from app.foundation.storage.database import Session
from app.outbox import store
from app.outbox.events import tell
from app.outbox.rules.kinds import ABOUT, EventKind, is_about
from app.outbox.tables import OutboxEvent
from tests.closing.fixtures import key_file, office
from tests.closing.steps import close, finalise
from tests.house import CANARY_NAME, NOW, House
from tests.screening.office import lunch, ordinary, rows, screen

__all__ = ["key_file", "office"]


def told(house: House, agency_id: str = "kota") -> list[OutboxEvent]:
    """The events of an agency, oldest first."""
    with house.database.reading() as session:
        return list(store.newest_events(session, agency_id))[::-1]


@pytest.mark.long
def test_a_finding_is_told_with_its_id_and_nothing_that_was_found(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    [found] = house.get("/v1/findings", "auditor").json()["items"]
    [event] = told(house)
    assert (event.kind, event.office, event.about) == ("finding.raised", "dukcapil", {"finding": found["id"]})
    assert (event.happened_at, event.spread_at) == (NOW, None)
    assert told(house, "desa") == []
    screen(house)
    assert len(told(house)) == 1


def test_draft_and_final_are_told_by_codes(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    about = {"period": "2026-10", "instrument": "ikl-1", "revision": "1"}
    assert [(each.kind, each.office, each.about) for each in told(office)] == [
        ("period.drafted", None, about),
        ("period.final", None, about),
    ]
    stored = str(rows(office, "SELECT * FROM outbox_event"))
    assert CANARY_NAME not in stored


def test_what_cannot_be_told_does_not_happen(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the outbox is away")

    office.release()
    monkeypatch.setattr(store, "add", fail)
    assert office.post("/v1/periods/2026-10/close", {}, "supervisor").status_code == 500
    assert rows(office, "SELECT count(*) FROM period") == [(0,)]


def test_an_event_names_what_it_is_about_and_nothing_else(house: House) -> None:
    for kind in EventKind:
        names = dict.fromkeys(ABOUT[kind], "x")
        assert is_about(kind, names)
        assert not is_about(kind, names | {"name": CANARY_NAME})
        assert not is_about(kind, {})
    with house.database.writing() as session, pytest.raises(AssertionError):
        tell(session, EventKind.finding, agency_id="kota", office=None, about={"comment": "x"}, at=NOW)


def test_events_are_found_by_agency(house: House) -> None:
    def one(session: Session, agency_id: str) -> OutboxEvent:
        about = {"device": "1"}
        event_id = tell(session, EventKind.silent, agency_id=agency_id, office="dukcapil", about=about, at=NOW)
        found = store.find(session, agency_id, event_id)
        assert found is not None
        return found

    with house.database.writing() as session:
        ours, theirs = one(session, "kota"), one(session, "desa")
        assert store.find(session, "desa", ours.event_id) is None
        ours.spread_at = NOW
        session.add(ours)
    with house.database.writing() as session:
        assert store.agencies_with_unspread(session) == ["desa"]
        assert [each.event_id for each in store.unspread(session, "desa", 5)] == [theirs.event_id]
