"""What one rating, block and report takes on disk, and one request of the processor: `python -m benchmarks.unit_costs`.

The inputs of docs/capacity.md (`benchmarks/capacity.py`), but for those of kiosks (`benchmarks/kiosk_costs.py`). The
application is called in its own process, so that a busy machine changes little: a town's ratings come in through the
intake and are released, their period is closed and signed.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from app.seals.signing import make_key
from benchmarks.in_process import Meter, Request, Work, ask, empty_stores
from benchmarks.roster import OFFICES, PERSONS, SERVICES, employee_code, furnish_town, office_code, service_code
from tests.house import NOW, House, furnish

# Of the roster's offices so many, that a person has as many ratings a month as at a counter: forty.
RATED_OFFICES, RATINGS_EACH, BATCH = 10, 40, 50
AFTER_THE_MONTH, AFTER_THE_WINDOW = timedelta(days=40), timedelta(days=60)
REQUESTS = 200


@dataclass(frozen=True)
class Sizes:
    """Bytes on disk for each: tables with their indexes, and of PostgreSQL the log that was written."""

    rating: float
    rating_log: float
    released: float
    released_log: float
    report: float


def measure(url: str, server: int | None, folder: Path) -> tuple[Sizes, list[Work]]:
    """The sizes and the work of one store, which is empty."""
    upgrade(url)
    database = Database(url)
    keys = furnish(database, "kota", NOW)
    furnish_town(database, "kota", keys["app"], NOW, seed=1)
    database.dispose()
    key_file = folder / "key.pem"
    make_key(key_file)
    meter, draw = Meter(url, server), Random(16)
    with House.open(url, keys, signing_key_file=key_file, key_cache_seconds=30, directory_cache_seconds=5) as house:
        sheets = _sheets(house, draw)
        _send(house, sheets[:BATCH])
        work = []
        bytes_before, log_before = meter.bytes(), meter.log()
        work.append(meter.work("a rating in a batch of 50", len(sheets), lambda: _send(house, sheets[BATCH:])))
        rating, rating_log = meter.bytes() - bytes_before, meter.log() - log_before
        rate = [_rating(house, draw) for _ in range(REQUESTS)]
        work.append(meter.work("a rating by itself, one after the other", REQUESTS, lambda: ask(house, rate, 201)))
        bytes_before, log_before = meter.bytes(), meter.log()
        work.append(meter.work("a rating in the night that tells it", len(sheets), house.release))
        released, released_log = meter.bytes() - bytes_before, meter.log() - log_before
        work += _requests_of_readers(house, meter)
        bytes_before = meter.bytes()
        reports = _close(house)
        report = meter.bytes() - bytes_before
    meter.close()
    n = len(sheets)
    return Sizes(rating / n, rating_log / n, released / n, released_log / n, report / reports), work


def _sheets(house: House, draw: Random) -> list[dict[str, Any]]:
    every = [(office, person) for office in range(RATED_OFFICES) for person in range(PERSONS)]
    chosen = every * RATINGS_EACH
    draw.shuffle(chosen)
    return [_sheet(house, draw, office, person) for office, person in chosen]


def _sheet(house: House, draw: Random, office: int, person: int) -> dict[str, Any]:
    answers = draw.choices("1234", (2, 5, 40, 53), k=3)
    return {
        "id": house.new_id(),
        "office": office_code(office),
        "service": service_code(draw.randrange(SERVICES)),
        "employee": employee_code(office, person),
        "channel": "mobile",
        "scores": dict(zip(("speed", "transparency", "friendliness"), map(int, answers), strict=True)),
        # One citizen in ten writes something.
        **({"comment": "Pelayanannya cepat dan petugasnya ramah."} if draw.random() < 0.1 else {}),
    }


def _send(house: House, sheets: list[dict[str, Any]]) -> None:
    parts = [sheets[start : start + BATCH] for start in range(0, len(sheets), BATCH)]
    bodies = [json.dumps({"ratings": part}).encode() for part in parts]
    ask(house, [Request("POST", "/v1/ratings/batch", house.keys["app"], body) for body in bodies], 200)


def _rating(house: House, draw: Random) -> Request:
    return Request("POST", "/v1/ratings", house.keys["app"], json.dumps(_sheet(house, draw, 0, 0)).encode())


def _requests_of_readers(house: House, meter: Meter) -> list[Work]:
    month = f"from=2026-11-01&to=2026-11-30&office={office_code(0)}"
    asked = {
        "an index of one office": ("/v1/indices", month),
        "indices of an office's persons": ("/v1/indices", f"{month}&by=employee"),
        "measures of all persons, asked again": ("/v1/measures/employees", "period=2026-11"),
    }
    found = []
    for name, (path, query) in asked.items():
        request = Request("GET", path, house.keys["reader"], query=query)
        ask(house, [request], 200)
        n = REQUESTS // 4
        found.append(meter.work(name, n, partial(ask, house, [request] * n, 200)))
    return found


def _close(house: House) -> int:
    """Close and sign the period; how many reports it has."""
    house.clock.now = NOW + AFTER_THE_MONTH
    assert house.post("/v1/periods/2026-11/close", {}, "supervisor").status_code == 201
    house.clock.now = NOW + AFTER_THE_WINDOW
    signed = house.post("/v1/periods/2026-11/finalise", {}, "supervisor")
    assert signed.status_code == 200, signed.text
    return len(house.get("/v1/reports", "supervisor", params={"period": "2026-11"}).json()["items"])


def main() -> None:
    """Measure both stores and print."""
    with empty_stores() as stores:
        for store, url, pid, folder in stores:
            sizes, work = measure(url, pid, folder)
            print(f"{store}: {RATED_OFFICES * PERSONS * RATINGS_EACH} ratings of {RATED_OFFICES} of {OFFICES} offices")
            for field, value in vars(sizes).items():
                print(f"  bytes, {field:13} {value:10.0f}")
            print("\n".join(map(str, work)), flush=True)


if __name__ == "__main__":
    main()
