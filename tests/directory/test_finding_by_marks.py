"""What carries a mark is looked for where the mark says, also in an agency that this process did not know."""

from collections.abc import Collection
from re import findall

import pytest
from sqlalchemy import event
from sqlmodel import select

import app.access.rules.agency_marks as marking
from app.access.rules.agency_marks import mark_of
from app.devices.rules import pairing_codes
from app.directory import agency_marks
from app.directory.agency_marks import AgencyMarks
from app.directory.tables import Agency
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.tickets import issuing
from app.tickets.rules import codes
from app.tickets.tables import Ticket
from tests.house import NOW, House, furnish, problem

SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}


def add_agency(database: Database, code: str) -> None:
    """One more agency."""
    with database.writing() as session:
        session.add(Agency(agency_id=code, name=code, directory_version=new_id(), created_at=NOW))


class Asked(list[list[str] | None]):
    """A look-up that finds what lies in one agency, and remembers where it was sent."""

    def __init__(self, within: str) -> None:
        super().__init__()
        self.within = within

    def __call__(self, agencies: Collection[str] | None) -> str | None:
        """Look there."""
        self.append(None if agencies is None else sorted(agencies))
        return self.within if agencies is None or self.within in agencies else None


@pytest.mark.sqlite_daily
def test_only_agencies_with_the_mark_are_asked_and_new_ones_are_noticed(database: Database) -> None:
    marks = AgencyMarks()
    for code in ("kota", "desa"):
        add_agency(database, code)
    with database.reading() as session:
        first, again, nobody, unmarked = Asked("kota"), Asked("kota"), Asked("kota"), Asked("desa")
        assert marks.find(session, mark_of("kota"), first) == "kota"
        assert marks.find(session, mark_of("kota"), again) == "kota"
        assert marks.find(session, mark_of("tiada"), nobody) is None
        assert marks.find(session, None, unmarked) == "desa"
        # The list is read once; what nobody has is looked for once; without a mark everywhere.
        assert (first, again, nobody, unmarked) == ([[], ["kota"]], [["kota"]], [[]], [None])
    add_agency(database, "baru")
    with database.reading() as session:
        new = Asked("baru")
        assert marks.find(session, mark_of("baru"), new) == "baru"
        assert new == [[], ["baru"]]
        assert marks.agencies(session, None) == {"kota", "desa", "baru"}
        assert marks.agencies(session, mark_of("desa")) == {"desa"}
        assert marks.agencies(session, mark_of("tiada")) == set()


@pytest.mark.long
def test_agencies_that_share_a_mark_are_all_asked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for where in (marking, agency_marks):
        monkeypatch.setattr(where, "mark_of", lambda _: 5)
    for agency, queue, admin in (("kota", "queue", "admin"), ("desa", "desa queue", "desa admin")):
        [ticket] = house.post("/v1/tickets", {"office": "dukcapil", "service": "ktp-el"}, queue).json()["tickets"]
        code = ticket["code"]
        house.post("/v1/tickets/arm", {"tickets": [{"ticket": code}]}, queue)
        assert house.post("/v1/tickets/look", {"ticket": code}, None).status_code == 200
        sheet = {"id": house.new_id(), "ticket": code, "scores": SCORES}
        assert [house.post("/v1/ratings", sheet, None).status_code for _ in range(2)] == [201, 200]
        added = house.post("/v1/devices", {"office": "dukcapil", "counter": "loket-1", "label": "x"}, admin).json()
        assert house.post("/v1/devices/pair", {"code": added["code"]}, None).json()["agency"] == agency


def test_the_code_of_an_agency_that_is_new_is_known_at_once(house: House) -> None:
    # So that the list of agencies was read before.
    problem(house.post("/v1/tickets/look", {"ticket": "X" * 12}, None), 410, "ticket-refused")
    keys = furnish(house.database, "baru", house.clock.now)
    [ticket] = house.post("/v1/tickets", {"office": "dukcapil", "service": "kk"}, keys["queue"]).json()["tickets"]
    house.post("/v1/tickets/arm", {"tickets": [{"ticket": ticket["code"]}]}, keys["queue"])
    assert house.post("/v1/tickets/look", {"ticket": ticket["code"]}, None).status_code == 200


def statements(house: House, ticket: str) -> list[str]:
    """Of which tables the database is asked while a rating with this ticket is refused."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.extend(findall(r"\bFROM (\w+)", statement)[:1])

    engine = house.services.database.reader
    event.listen(engine, "before_cursor_execute", note)
    sheet = {"id": house.new_id(), "ticket": ticket, "scores": SCORES}
    problem(house.post("/v1/ratings", sheet, None), 410, "ticket-refused")
    event.remove(engine, "before_cursor_execute", note)
    return asked


def test_a_ticket_that_was_made_up_costs_as_many_statements_as_one_that_is_not_armed(house: House) -> None:
    [unarmed] = house.post("/v1/tickets", {"office": "dukcapil", "service": "kk"}, "queue").json()["tickets"]
    made_up = codes.new_code(b"another pepper", "kota")
    statements(house, made_up)
    for each in (made_up, unarmed["code"], "", "halo"):
        assert statements(house, each) == ["ticket", "agency", "agency", "rating"], each
    # Codes from before carried no agency, whether they were ever given or not.
    assert statements(house, "0" * 11 + codes.check_character("0" * 11, codes.UNMARKED)) == [
        "ticket",
        "agency",
        "rating",
    ]


@pytest.mark.parametrize("times", [1, issuing.DRAWS])
def test_a_ticket_code_that_is_taken_is_drawn_anew(house: House, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    body = {"office": "dukcapil", "service": "ktp-el"}
    [taken] = house.post("/v1/tickets", body, "queue").json()["tickets"]
    draws = [taken["code"]] * times
    fresh = codes.new_code
    monkeypatch.setattr(issuing, "new_code", lambda *given: draws.pop() if draws else fresh(*given))
    answer = house.post("/v1/tickets", body, "queue")
    assert answer.status_code == (201 if times == 1 else 503)
    assert house.get("/v1/tickets/counts", "queue").json()["items"][0]["issued"] == (2 if times == 1 else 1)
    with house.database.reading() as session:
        assert len(session.exec(select(Ticket)).all()) == (2 if times == 1 else 1)


def test_a_pairing_code_that_waits_is_not_given_to_another_kiosk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"office": "dukcapil", "counter": "loket-1", "label": "x"}
    first = house.post("/v1/devices", asked, "admin").json()
    draws = [first["code"]]
    fresh = pairing_codes.new_code
    monkeypatch.setattr(pairing_codes, "new_code", lambda *given: draws.pop() if draws else fresh(*given))
    second = house.post("/v1/devices", asked, "admin").json()
    assert draws == []
    assert second["code"] != first["code"]
