"""What may have come since an inventory, and what the log says of rows."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from app.transparency.rules.arrivals import Arrival, Since, day_of, is_back_dated, strange_arrivals
from app.transparency.rules.entries import inventory_entry, report_entry
from app.transparency.rules.inventories import KINDS, Marker, Part, gathered, parts_of, unpacked

TAKEN = datetime(2026, 11, 29, 19, tzinfo=UTC)
TODAY = date(2026, 11, 30)
SINCE = Since(TAKEN, timedelta(days=35), TODAY - timedelta(days=40))
SECRET = b"a secret of the tests, long enough to be one"


def arrival(day: date, *, traced: bool = True, number: int = 0) -> Arrival:
    return Arrival(UUID(int=number), day, "dukcapil", traced)


def test_late_ratings_and_those_of_files_are_not_strange() -> None:
    late = arrival(TODAY - timedelta(days=36))
    brought = arrival(date(2020, 1, 2), traced=False)
    assert strange_arrivals([arrival(TODAY), late, brought], SINCE, 1) == []
    # Of a day whose traces are being forgotten nobody can say that it left none.
    wide = SINCE._replace(traced_from=TODAY - timedelta(days=20))
    assert strange_arrivals([arrival(TODAY - timedelta(days=25), traced=False)], wide, 0) == []


def test_what_cannot_have_come_through_the_service_is_strange() -> None:
    today, old = arrival(TODAY, traced=False), arrival(date(2020, 1, 2), traced=False, number=1)
    assert [each for each, _ in strange_arrivals([today], SINCE, 0)] == [today]
    assert [each for each, _ in strange_arrivals([today, old], SINCE, 1)] == [today, old]
    too_late = arrival(TODAY - timedelta(days=39))
    [(found, reason)] = strange_arrivals([too_late], SINCE, 5)
    assert (found, reason) == (too_late, "it is of a day for which it came too late")


def test_lines_older_than_the_inventory_before_are_back_dated() -> None:
    assert is_back_dated(TAKEN - timedelta(hours=3), TAKEN)
    assert not is_back_dated(TAKEN - timedelta(hours=1), TAKEN)


def test_marks_and_roots_say_nothing_without_the_secret() -> None:
    ours, theirs = Marker(SECRET, "kota"), Marker(SECRET, "desa")
    row = ours.mark("rating", bytes(16), ["a", None, 3])
    assert row != theirs.mark("rating", bytes(16), ["a", None, 3])
    assert row != Marker(SECRET + b"!", "kota").mark("rating", bytes(16), ["a", None, 3])
    others = ([["a", None, 4]], [["a", "", 3]], [["a", "None", 3]])
    assert all(row != ours.mark("rating", bytes(16), values) for [values] in others)
    assert row.mark != ours.mark("block", bytes(16), ["a", None, 3]).mark
    # An empty night looks like any other.
    empty = [ours.roots(number, [], {})["ratings"] for number in (1, 2)]
    assert empty[0] != empty[1]
    assert ours.roots(1, [], {}) != theirs.roots(1, [], {})


def test_roots_change_with_every_part_and_what_is_kept_beside_them() -> None:
    marker = Marker(SECRET, "kota")
    rows = [marker.mark("rating", bytes([n]) * 16, [n]) for n in range(3)]
    [part] = parts_of("rating", gathered(("2026-11-03/dukcapil", row) for row in rows))
    assert [*unpacked(part.rows)] == rows
    roots = marker.roots(1, [part], {"release": 1})
    assert set(roots) == set(KINDS.values())
    changed = [
        marker.roots(2, [part], {"release": 1}),
        marker.roots(1, [part], {"release": 2}),
        marker.roots(1, [part._replace(name="2026-11-04/dukcapil")], {"release": 1}),
        marker.roots(1, [part._replace(rows=part.rows[32:])], {"release": 1}),
        marker.roots(1, [part, Part("rating", "2026-11-05/dukcapil", b"")], {"release": 1}),
    ]
    assert all(each["ratings"] != roots["ratings"] for each in changed)
    # The order in which parts are read is none of theirs.
    other = part._replace(name="2026-11-02/dukcapil")
    assert marker.roots(1, [part, other], {}) == marker.roots(1, [other, part], {})


def test_entries_are_these_bytes_for_ever() -> None:
    """Whoever has verified a proof once must be able to do so in years."""
    assert report_entry("ab", "cd") == (
        b'{"kind":"report","sealed":"5141648ccbe924f6462cfc7085ccd21779b89d8cee1438281bf1b4cd8d63ac2a"}'
    )
    assert inventory_entry(3, TAKEN, {"ratings": "aa", "audit": "bb", "released": "cc"}) == (
        b'{"kind":"inventory","number":3,"roots":{"audit":"bb","ratings":"aa","released":"cc"},'
        b'"taken_at":"2026-11-29T19:00:00+00:00"}'
    )


def test_a_key_that_begins_with_no_day_is_of_the_last() -> None:
    assert day_of(UUID(int=0)) == date(1970, 1, 1)
    assert day_of(UUID(int=2**128 - 1)) == date(9999, 12, 31)
