"""What a database administrator can do to rows is found and located, and what the service does is no false alarm."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from app.closing.logged import reconcile_reports
from app.ratings.csv_import.importing import store_answers
from app.seals.keyring import usable_keys
from tests.closing.steps import AFTER_THE_WINDOW, finalise
from tests.effort import sized
from tests.house import House
from tests.ratings.csv_rows import proposal
from tests.screening.office import lunch, ordinary, screen
from tests.transparency.houses import checked, inventory, published, rate
from tests.transparency.mutations import Vandal

DAY = timedelta(days=1)


def lived_in(house: House, key_file: Path, folder: Path) -> None:
    """An agency with ratings of all kinds, findings, a release, a closed month, an import and three inventories."""
    ordinary(house)
    rate(house, 4, employee="E004", days=30)
    inventory(house)
    lunch(house)
    assert screen(house).held > 0
    published(house, folder)
    house.clock.now += DAY
    house.release()
    store_answers(
        house.database, proposal([("2021-03-01 09:00", "4", "3", "4", "", "L")]), actor="test", now=house.clock.now
    )
    [finding] = house.get("/v1/findings", "auditor").json()["items"]
    assert house.post(f"/v1/findings/{finding['id']}/confirm", {"note": "Benar"}, "auditor").status_code == 200
    inventory(house)
    assert house.post("/v1/periods/2026-10/close", {}, "supervisor").status_code == 201
    finalise(house, key_file)
    house.clock.now -= AFTER_THE_WINDOW
    inventory(house)
    published(house, folder)


def all_faults(house: House, key_file: Path) -> list[str]:
    """What `cermin check` says of the log."""
    found = checked(house.database, house.clock.now, "kota").faults
    return [*found, *reconcile_reports(house.database, usable_keys(key_file), "kota")]


@pytest.mark.long
@pytest.mark.sized
def test_every_single_mutation_is_found_and_located(house: House, key_file: Path, tmp_path: Path) -> None:
    lived_in(house, key_file, tmp_path / "log")
    assert all_faults(house, key_file) == []
    vandal = Vandal(house.database, "kota", Random(7))
    tried = 0
    for number in range(sized(54, 1_000)):
        mutation = vandal.mutation(number)
        mutation.apply(house.database)
        found = all_faults(house, key_file)
        mutation.revert(house.database)
        tried += 1
        assert any(words in fault for fault in found for words in mutation.told), (mutation, found)
    assert tried == sized(54, 1_000)
    assert all_faults(house, key_file) == []
