"""What late ratings change in a closed period, and what they may not."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.closing.steps import close, finalise, rated, report
from tests.house import House
from tests.ratings.visits import put


def test_late_ratings_make_a_second_revision_that_names_what_changed(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    first = report(office, "E001")
    # Nine more would be told by the difference, so the person keeps the former figures; ten more are a change.
    # About nobody there are some, too: else the office's change without E002's would tell about the nine.
    put(office.database, [*rated("E001", 9, "222"), *rated("E002", 10, "222"), *rated(None, 1)], start=2_000)
    revised = office.post("/v1/periods/2026-10/revise", {}, "supervisor")
    assert (revised.status_code, revised.json()["revision"]) == (201, 2)
    same, changed, whole = (report(office, unit)["document"] for unit in ("E001", "E002", "kota"))
    assert (same["n"], same["figures"], same["period"]["revision"]) == (12, first["document"]["figures"], 2)
    assert (changed["n"], changed["supersedes"]) == (50, 1)
    assert [change["unit"] for change in whole["changes"]] == ["E002", "dukcapil", "kota"]
    # The first revision stays as it was, for readers it is still the newest.
    assert report(office, "E001", "reader") == first
    assert report(office, "E001", revision="1") == first


def test_a_change_that_would_tell_about_another_ones_few_waits(office: House, key_file: Path) -> None:
    """The office's nineteen minus E002's ten would be the nine about E001."""
    close(office)
    finalise(office, key_file)
    put(office.database, [*rated("E001", 9, "222"), *rated("E002", 10, "222")], start=2_000)
    assert office.post("/v1/periods/2026-10/revise", {}, "supervisor").status_code == 201
    person, place, whole = (report(office, unit)["document"] for unit in ("E002", "dukcapil", "kota"))
    assert (person["n"], place["n"], whole["n"]) == (40, 91, 91)
    assert [change["unit"] for change in whole["changes"]] == ["dukcapil", "kota"]


@pytest.mark.sqlite_daily
def test_the_table_of_offices_shows_what_stands(office: House, key_file: Path) -> None:
    """The agency gains twelve ratings, each of two offices six: neither may change, in no report."""
    put(office.database, [replace(visit, office="upt-makassar") for visit in rated(None, 20)], start=3_000)
    close(office)
    finalise(office, key_file)
    late = [*rated(None, 6), *(replace(visit, office="upt-makassar") for visit in rated(None, 6))]
    put(office.database, late, start=2_000)
    assert office.post("/v1/periods/2026-10/revise", {}, "supervisor").status_code == 201
    whole = report(office, "kota")["document"]
    assert (whole["n"], [line["n"] for line in whole["offices"]]) == (104, [72, 20])
    assert [change["unit"] for change in whole["changes"]] == ["kota"]
