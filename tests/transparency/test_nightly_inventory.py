"""After a night's release one process takes the inventories, signs and publishes; one agency's failure is its own."""

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.disclosure.nightly import NAME as RELEASE
from app.disclosure.nightly import NightlyRelease
from app.foundation.storage.installation import put_fact
from app.foundation.storage.leases import Lease
from app.foundation.storage.rewriting import Rewriting
from app.jobs import jobs_of
from app.screening.nightly import NightlyScreening
from app.transparency import inventory as taking
from app.transparency.nightly import LEASE, NAME, LogNaming, NightlyInventory
from app.transparency.rules.notes import parse_note, signers
from tests.closing.steps import close, finalise
from tests.house import SECRET, House
from tests.transparency.houses import change, key_of, rate
from tests.transparency.test_log import entries

NIGHT = "2026-11-19"


def watcher(house: House, folder: Path | None = None) -> NightlyInventory:
    naming = LogNaming(SECRET.encode(), None)
    return NightlyInventory(house.database, house.clock, naming, late_days=35, trace_days=42, folder=folder)


def released(house: House, night: str = NIGHT) -> None:
    """That night's release is over."""
    with house.database.writing() as session:
        put_fact(session, RELEASE, night)


def test_each_released_night_has_one_inventory(house: House) -> None:
    first, second = watcher(house), watcher(house)
    assert not first.run_if_due()
    released(house)
    assert first.run_if_due()
    assert not first.run_if_due()
    assert not second.run_if_due()
    released(house, "2026-11-20")
    assert second.run_if_due()
    assert entries(house) == entries(house, "desa") == [(0, "inventory"), (1, "inventory")]


def test_what_was_signed_lies_in_the_folder_of_each_agency(house: House, tmp_path: Path) -> None:
    released(house)
    assert watcher(house, tmp_path).run_if_due()
    for agency in ("kota", "desa"):
        note = parse_note((tmp_path / agency / "checkpoint").read_bytes())
        assert signers(note, [key_of(house, agency).verifier])


def test_who_does_not_hold_the_lease_or_was_stopped_does_nothing(house: House) -> None:
    released(house)
    other = Lease(house.database, NAME, "another process", LEASE)
    assert other.take(house.clock.now)
    assert not watcher(house).run_if_due()
    house.clock.now += LEASE + timedelta(seconds=1)
    stopped = watcher(house)
    stopped.stop()
    assert not stopped.run_if_due()
    assert entries(house) == []
    assert watcher(house).run_if_due()


def test_a_process_that_loses_its_lease_leaves_the_rest_to_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(house)
    one, take = watcher(house), taking.take_inventory

    def taken_and_stopped(*arguments: object) -> object:
        one.stop()
        return take(*arguments)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr("app.transparency.nightly.take_inventory", taken_and_stopped)
    assert not one.run_if_due()
    assert (len(entries(house)), len(entries(house, "desa"))) == (0, 1)
    monkeypatch.undo()
    assert watcher(house).run_if_due()
    assert (len(entries(house)), len(entries(house, "desa"))) == (1, 2)


def test_one_agencys_trouble_keeps_no_other_from_its_log(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    take = taking.take_inventory

    def broken(database: object, agency_id: str, *rest: object) -> object:
        if agency_id == "desa":
            raise ValueError("a value of a row")
        return take(database, agency_id, *rest)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr("app.transparency.nightly.take_inventory", broken)
    released(house)
    with capture_logs() as logs:
        assert watcher(house).run_if_due()
    assert entries(house) == [(0, "inventory")]
    assert [(each["event"], each["agency"], each["error"]) for each in logs] == [
        ("inventory.agency_failed", "desa", "ValueError")
    ]


def test_strange_rows_are_logged_by_their_number(house: House) -> None:
    rate(house, 2)
    released(house)
    watcher(house).run_if_due()
    rate(house, 1)
    change(house.database, "DELETE FROM trace")
    released(house, "2026-11-20")
    with capture_logs() as logs:
        assert watcher(house).run_if_due()
    [told] = [each for each in logs if each["event"] == "inventory.strange_rows"]
    assert (told["agency"], told["rows"]) == ("kota", 1)


@pytest.mark.long
def test_the_job_begins_the_log_with_the_reports_from_before(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    n = len(entries(office))
    change(office.database, "DELETE FROM log_entry")
    services = office.services
    jobs = jobs_of(services, services.of(NightlyScreening), services.of(NightlyRelease), services.of(Rewriting))
    [job] = [each for each in jobs if each.name == "inventory"]
    job.work()
    assert entries(office) == []
    released(office)
    job.work()
    assert [kind for _, kind in entries(office)] == ["report"] * n + ["inventory"]
