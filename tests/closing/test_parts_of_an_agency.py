"""A supervisor of one office closes, notes and finalises the subtree under it, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.access.keys import issue
from app.access.principals import KeyKind
from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, OCTOBER, close, rated, refused, report
from tests.house import House
from tests.ratings.visits import Visit, put

MAKASSAR = "supervisor makassar"
DUKCAPIL = "supervisor dukcapil"


@pytest.fixture
def parts(furnished: tuple[str, dict[str, str]], key_file: Path) -> Iterator[House]:
    """Ratings at two offices that are not above each other, and below one of them; each has its supervisor."""
    url, keys = furnished
    with House.open(url, dict(keys), signing_key_file=key_file) as house:
        with house.database.writing() as session:
            for name, office in ((MAKASSAR, "upt-makassar"), (DUKCAPIL, "dukcapil")):
                told: dict[str, Any] = {"agency_id": "kota", "label": name, "actor": "test", "now": house.clock.now}
                house.keys[name], _ = issue(session, kind=KeyKind.supervisor, office=office, **told)
        below = [Visit(office="upt-jayapura", employee="E003", rated_on=OCTOBER) for _ in range(15)]
        here = [Visit(office="upt-makassar", rated_on=OCTOBER) for _ in range(20)]
        put(house.database, [*rated("E001", 30), *here, *below])
        house.release()
        yield house


def units(house: House, key: str) -> list[str]:
    listed = house.get("/v1/reports", key, params={"period": "2026-10"})
    assert listed.status_code == 200, listed.text
    # Beside each office's and the whole's report stands that of the survey.
    return [line["unit"] for line in listed.json()["items"] if line["kind"] != "skm"]


@pytest.mark.long
def test_a_supervisor_closes_notes_and_finalises_the_own_subtree(parts: House, key_file: Path) -> None:
    closed = parts.post("/v1/periods/2026-10/close", {}, MAKASSAR)
    assert (closed.status_code, closed.json()["office"]) == (201, "upt-makassar")
    assert units(parts, MAKASSAR) == ["kota", "E003", "upt-jayapura", "upt-makassar"]
    whole = report(parts, "kota", MAKASSAR)["document"]
    assert (whole["n"], [line["code"] for line in whole["offices"]]) == (35, ["upt-jayapura", "upt-makassar"])
    # Nothing of it is within the reach of the other one; the supervisor of all reaches it.
    assert units(parts, DUKCAPIL) == []
    assert units(parts, "supervisor") == units(parts, MAKASSAR)

    note = {"employee": "E003", "text": "Loket sering penuh."}
    assert parts.post("/v1/periods/2026-10/notes", note, MAKASSAR).status_code == 204
    make_key(key_file)
    parts.clock.now += AFTER_THE_WINDOW
    assert refused(parts.post("/v1/periods/2026-10/finalise", {}, DUKCAPIL)) == (404, "period-open")
    assert parts.post("/v1/periods/2026-10/finalise", {}, MAKASSAR).json()["state"] == "final"
    assert report(parts, "E003", MAKASSAR)["document"]["note"] == note["text"]


@pytest.mark.long
def test_two_subtrees_are_closed_beside_each_other_but_none_twice(parts: House) -> None:
    for key, office in ((MAKASSAR, "upt-makassar"), (DUKCAPIL, "dukcapil")):
        assert parts.post("/v1/periods/2026-10/close", {}, key).json()["office"] == office
        assert refused(parts.post("/v1/periods/2026-10/close", {}, key)) == (409, "period-closed")
    # The whole has them as its parts.
    assert refused(parts.post("/v1/periods/2026-10/close", {}, "supervisor")) == (409, "period-closed")
    assert sorted(units(parts, "supervisor")) == [
        "E001",
        "E003",
        "dukcapil",
        "kota",
        "kota",
        "upt-jayapura",
        "upt-makassar",
    ]


@pytest.mark.long
def test_the_part_of_a_closed_whole_is_not_closed_again(parts: House) -> None:
    close(parts)
    assert refused(parts.post("/v1/periods/2026-10/close", {}, MAKASSAR)) == (409, "period-closed")
    assert units(parts, MAKASSAR) == ["E003", "upt-jayapura", "upt-makassar"]
    assert refused(parts.post("/v1/periods/2026-10/notes", {"employee": "E001", "text": "x"}, MAKASSAR)) == (
        404,
        "period-open",
    )
