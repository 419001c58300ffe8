"""Whoever counts a time by a promise keeps it from being changed at the same moment."""

import time

from app.directory.standards.counting import count_tickets
from app.standards.rules.counts import ServedTicket
from tests.house import House, problem
from tests.standards.told import promise, put, stored
from tests.threads import Threads


def test_a_promise_is_not_changed_under_a_time_that_is_being_counted(house: House) -> None:
    put(house, promise())
    served = ServedTicket("dukcapil", "ktp-el", "2026-11", 20, None)
    with Threads(1) as administrator:
        with house.database.writing() as session:
            count_tickets(session, "kota", [served])
            changing = administrator.submit(put, house, promise(amount=30))
            # Long enough for the request to come as far as it can.
            time.sleep(0.3)
            assert not changing.done()
        problem(changing.result(), 422, "promise-counted", "promises.0.valid_from")
    assert stored(house) == [("twice", 1)]


def test_tickets_of_one_service_are_counted_side_by_side(house: House) -> None:
    put(house, promise(), promise("kk"))
    places = [("ktp-el", "dukcapil"), ("kk", "setda"), ("ktp-el", "setda"), ("kk", "dukcapil")]

    def count(turn: int) -> None:
        # Each in another order: unsorted they would wait for each other for ever.
        order = places[turn % 4 :] + places[: turn % 4]
        with house.database.writing() as session:
            count_tickets(session, "kota", [ServedTicket(office, kind, "2026-11", 5, None) for kind, office in order])

    with Threads(4) as queues:
        list(queues.map(count, range(12)))
    assert [n for _, n in stored(house)] == [12] * 4
