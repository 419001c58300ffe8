"""Events to be told of, and the sending of a process, in the tests of this folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from app.foundation.ids import new_id
from app.notifications.sending import Sender
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind
from tests.house import House
from tests.notifications.receiver import Receiver, receiving

HOSTS: dict[str, Any] = {"webhook_hosts": "127.0.0.1"}


def happened(house: House, office: str | None = "dukcapil", agency_id: str = "kota") -> UUID:
    """A finding, as far as those are concerned who are told of it."""
    with house.database.writing() as session:
        return tell(
            session,
            EventKind.finding,
            agency_id=agency_id,
            office=office,
            about={"finding": str(new_id())},
            at=house.clock.now,
        )


def send(house: House) -> int:
    """One pass of the process's sending; how many messages were tried."""
    return house.services.of(Sender).run_if_due()


def added(house: House, address: str, key: str = "admin", **asked: Any) -> dict[str, Any]:
    """A new webhook with its secret."""
    response = house.post("/v1/webhooks", {"address": address, **asked}, key)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def deliveries(house: House, webhook: str, key: str = "admin", **asked: Any) -> list[dict[str, Any]]:
    """The deliveries of a webhook, the newest event first."""
    response = house.get(f"/v1/webhooks/{webhook}/deliveries", key, params=asked)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


@contextmanager
def told_of_all(house: House, **asked: Any) -> Iterator[tuple[Receiver, dict[str, Any]]]:
    """A receiver, and the webhook of `kota` that leads to it."""
    with receiving() as receiver:
        yield receiver, added(house, receiver.address, **asked)
