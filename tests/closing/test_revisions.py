"""What late ratings change in a closed period, and what they may not."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.closing.steps import close, finalise, rated, refused, report, revise
from tests.house import House
from tests.ratings.visits import Visit, put


@pytest.mark.long
def test_late_ratings_make_a_second_revision_that_names_what_changed(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    first = report(office, "E001")
    # Nine more would be told by the difference, so the person keeps the former figures; ten more are a change.
    # About nobody there is one, too: without it E002's ten would be told together with the nine.
    put(office.database, [*rated("E001", 9, "222"), *rated("E002", 10, "222"), *rated(None, 1)], start=2_000)
    assert revise(office)["revision"] == 2
    same, changed, whole = (report(office, unit)["document"] for unit in ("E001", "E002", "kota"))
    assert (same["n"], same["figures"], same["period"]["revision"]) == (12, first["document"]["figures"], 2)
    # One of E002's first forty was told in one block with E004's nine.
    assert (changed["n"], changed["supersedes"]) == (49, 1)
    assert [change["unit"] for change in whole["changes"]] == ["E002", "dukcapil", "kota"]
    # The first revision stays as it was, for readers it is still the newest.
    assert report(office, "E001", "reader") == first
    assert report(office, "E001", revision="1") == first


@pytest.mark.long
def test_a_change_that_would_tell_about_another_ones_few_waits(office: House, key_file: Path) -> None:
    """The office's nineteen minus E002's ten would be the nine about E001."""
    close(office)
    finalise(office, key_file)
    put(office.database, [*rated("E001", 9, "222"), *rated("E002", 10, "222")], start=2_000)
    revise(office)
    person, place, whole = (report(office, unit)["document"] for unit in ("E002", "dukcapil", "kota"))
    assert (person["n"], place["n"], whole["n"]) == (39, 91, 91)
    assert [change["unit"] for change in whole["changes"]] == ["dukcapil", "kota"]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_table_of_offices_shows_what_stands(office: House, key_file: Path) -> None:
    """Each of two offices has six late ratings: neither may change; together they are told only of new offices."""
    put(office.database, at("upt-makassar", 50), start=3_000)
    close(office)
    finalise(office, key_file)
    put(office.database, [*at("dukcapil", 6), *at("upt-makassar", 6)], start=2_000)
    office.release()
    assert refused(office.post("/v1/periods/2026-10/revise", {}, "supervisor")) == (409, "revision-unchanged")
    put(office.database, [*at("setda", 6), *at("upt-jayapura", 6)], start=4_000)
    revise(office)
    whole = report(office, "kota")["document"]
    assert (whole["n"], [line["n"] for line in whole["offices"]]) == (134, [72, None, None, 50])
    assert [change["unit"] for change in whole["changes"]] == ["kota"]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_what_waits_takes_no_figures_away(office: House, key_file: Path) -> None:
    """The twelve that wait are more than a tenth of the agency, yet none of its ratings joined or left its figures."""
    put(office.database, at("upt-makassar", 15), start=3_000)
    close(office)
    finalise(office, key_file)
    put(office.database, [*at("dukcapil", 6), *at("upt-makassar", 6)], start=2_000)
    office.release()
    assert refused(office.post("/v1/periods/2026-10/revise", {}, "supervisor")) == (409, "revision-unchanged")


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_who_has_no_figures_before_and_after_has_no_change(office: House, key_file: Path) -> None:
    """E003's first ten are told with E001's nine, so ten more are still half of what there is."""
    put(office.database, [*at("upt-jayapura", 10, "E003"), *at("upt-jayapura", 9, "E001")], start=3_000)
    close(office)
    finalise(office, key_file)
    put(office.database, at("upt-jayapura", 10, "E003"), start=4_000)
    revise(office)
    person, whole = (report(office, unit)["document"] for unit in ("E003", "kota"))
    assert (person["n"], person["withheld"]) == (0, "difference")
    assert [change["unit"] for change in whole["changes"]] == ["upt-jayapura", "kota"]


def at(office: str, n: int, employee: str | None = None) -> list[Visit]:
    return [replace(visit, office=office) for visit in rated(employee, n)]


@pytest.mark.long
def test_what_an_unfinished_release_has_told_is_no_change_later(
    office: House, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ending(*_: object) -> None:
        raise RuntimeError("the machine went off")

    office.release()
    put(office.database, rated("E001", 20), start=2_000)
    with monkeypatch.context() as broken:
        # Everything is told by then, but the release is not recorded.
        broken.setattr("app.disclosure.untold_store.replace_waiting", ending)
        with pytest.raises(RuntimeError):
            office.release()
    assert office.post("/v1/periods/2026-10/close", {}, "supervisor").status_code == 201
    assert report(office, "E001")["document"]["n"] == 32
    finalise(office, key_file)
    office.release()
    assert refused(office.post("/v1/periods/2026-10/revise", {}, "supervisor")) == (409, "revision-unchanged")
