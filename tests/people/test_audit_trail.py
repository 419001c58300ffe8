"""The audit trail as auditors read it, on both stores."""

from datetime import UTC, date, datetime

from app.access.audit import record
from app.access.principals import Reach, Role
from app.people.schemas import TrailQuery
from app.people.trail import read_trail, whole_trail
from tests.people.persons import Door

DAY = date(2026, 9, 1)


def test_rows_are_found_by_kind_day_and_office_with_the_names_behind_them(door: Door) -> None:
    door.join("Ani", Role.supervisor)
    with door.database.writing() as session:
        for n, office in enumerate(("dukcapil", "upt-jayapura", None) * 3):
            at = datetime(2026, 9, 1, n, tzinfo=UTC)
            record(session, agency_id="kota", actor="cli:root", action="opening.changed", subject=f"s{n}", at=at,
                   office=office)  # fmt: skip
    september = TrailQuery.model_validate({"action": "opening", "from": DAY, "to": DAY, "limit": 4})
    below = Reach("kota", "upt-makassar", "test")
    with door.database.reading() as session:
        first = read_trail(session, Reach("kota", None, "test"), september)
        rest = read_trail(session, Reach("kota", None, "test"), september.model_copy(update={"after": first.next}))
        seen = list(whole_trail(session, below, september))
        other = read_trail(session, Reach("desa", None, "test"), TrailQuery())
        persons = read_trail(session, Reach("kota", None, "test"), TrailQuery(action="person"))
    assert [each.subject for each in first.items] == ["s8", "s7", "s6", "s5"]
    assert [each.subject for each in rest.items] == ["s4", "s3", "s2", "s1"]
    assert [each.subject for each in seen] == ["s7", "s4", "s1"]
    assert {each.action for each in other.items} == {"key.issued"}
    assert {each.name for each in persons.items if each.actor.startswith("person:")} == {"Ani"}
