"""What a kiosk's minute takes of the processor: `python -m benchmarks.kiosk_costs`.

One of the inputs of docs/capacity.md. Beside it stands what a process looks at in a minute for all kiosks together.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import select

from app.access.authentication import Authenticator
from app.access.keys import issue
from app.access.principals import KeyKind
from app.access.tables import ApiKey
from app.devices.heartbeats import Heartbeats
from app.directory.versions import DirectoryVersions
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from app.foundation.storage.time_budget import patience
from app.jobs import OFTENER
from benchmarks.in_process import Meter, Request, Work, ask, empty_stores
from tests.house import NOW, House, furnish

# Kiosks whose heartbeats one process writes together: a twelfth of those that it meets in a minute.
KIOSKS, ROUNDS = 200, 5
# What each process looks at in a nation of so many agencies and keys, how often in a minute.
AGENCIES, KEYS, MINUTE = 500, 24_000, 60.0


def contacts(house: House, meter: Meter, kiosks: Sequence[str]) -> list[Work]:
    """What each kiosk asks every minute; the first time each is looked up, which later happens once a day."""
    status = {
        "app_version": "1",
        "queue_depth": 0,
        "parked": 0,
        "parked_codes": {},
        "clock_offset_ms": 0,
        "unsent_seconds": None,
        "storage": {"persisted": True, "free_bytes": 1_000_000},
    }
    body = json.dumps(status).encode()
    beats = [Request("POST", "/v1/devices/me/heartbeat", key, body) for key in kiosks]
    tags = {key: house.get("/v1/devices/me", key).headers["etag"] for key in kiosks}
    forms = [Request("GET", "/v1/devices/me", key, etag=tag) for key, tag in tags.items()]
    heartbeats = house.services.of(Heartbeats)
    house.services.of(DirectoryVersions).look()

    def beat() -> None:
        for _ in range(ROUNDS):
            ask(house, beats, 200)
            heartbeats.write()

    beat()
    n = ROUNDS * len(kiosks)
    return [
        meter.work(f"a heartbeat, written with {len(kiosks) - 1} others", n, beat),
        meter.work("what a kiosk shows, unchanged", n, lambda: ask(house, forms * ROUNDS, 304)),
    ]


def looks(house: House, meter: Meter) -> Work:
    """The looks of one process in a minute, whatever the number of requests."""
    with patience(), house.database.writing() as session:
        versions_of_more = text(
            "INSERT INTO agency (agency_id, name, directory_version, created_at) "
            "SELECT agency_id || :number, name, directory_version, created_at FROM agency WHERE agency_id = 'kota'"
        )
        session.execute(versions_of_more, [{"number": f"-{number}"} for number in range(AGENCIES)])
        some = session.exec(select(ApiKey).where(ApiKey.agency_id == "kota")).first()
        assert some is not None, "the kiosks have keys"
        values = some.model_dump()
        session.execute(insert(ApiKey), [{**values, "key_id": new_id()} for _ in range(KEYS)])
    settings, of = house.services.settings, house.services.of
    keys, versions = (
        round(MINUTE * OFTENER / each) for each in (settings.key_cache_seconds, settings.directory_cache_seconds)
    )

    def look() -> None:
        for _ in range(keys):
            of(Authenticator).confirm()
        for _ in range(versions):
            of(DirectoryVersions).look()

    return meter.work("the looks of a process in a minute", 1, look)


def measure(url: str, server: int | None) -> list[Work]:
    """The work of one store, which is empty."""
    upgrade(url)
    database = Database(url)
    keys = furnish(database, "kota", NOW)
    with database.writing() as session:
        place: dict[str, Any] = {"kind": KeyKind.device, "office": "dukcapil", "counter": "loket-1"}
        kiosks = [
            issue(session, agency_id="kota", label="kiosk", actor="benchmark", now=NOW, **place)[0]
            for _ in range(KIOSKS)
        ]
    database.dispose()
    meter = Meter(url, server)
    with House.open(url, keys, key_cache_seconds=30, directory_cache_seconds=5) as house:
        work = [*contacts(house, meter, kiosks), looks(house, meter)]
    meter.close()
    return work


def main() -> None:
    """Measure both stores and print."""
    with empty_stores() as stores:
        for store, url, pid, _ in stores:
            print("\n".join((f"{store}:", *map(str, measure(url, pid)))), flush=True)


if __name__ == "__main__":
    main()
