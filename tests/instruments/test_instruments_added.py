"""An agency's own questionnaire over HTTP: looked at, added, never changed."""

import pytest

from app.access.keys import issue
from app.access.principals import KeyKind
from app.instruments.loading import MAX_LENGTH, load_instrument, shipped, template_text
from tests.house import House, problem
from tests.instruments.test_instrument_files import FIVE_POINTS, IKL

# Statements have tests beside the stores they belong to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

PATH = "/v1/instruments"


def known(house: House, agency: str = "") -> list[str]:
    """The ids that an agency has."""
    return [each["id"] for each in house.get(PATH, f"{agency}reader").json()["items"]]


def test_it_is_looked_at_first_then_added_and_the_same_again_changes_nothing(house: House) -> None:
    own = load_instrument(FIVE_POINTS).id
    looked = house.post(f"{PATH}?dry_run=true", {"source": FIVE_POINTS}, "admin")
    assert (looked.status_code, looked.json()["id"]) == (200, own)
    assert known(house) == sorted(shipped())
    added = house.post(PATH, {"source": FIVE_POINTS}, "admin")
    assert added.json() == looked.json() == house.get(f"{PATH}/{own}", "reader").json()
    assert house.post(PATH, {"source": FIVE_POINTS}, "admin").json() == added.json()
    assert own in known(house)
    assert own not in known(house, "desa ")


@pytest.mark.parametrize("dry", ["", "?dry_run=true"])
def test_faults_are_told_with_their_place_and_nothing_is_added(house: House, dry: str) -> None:
    assert house.post(PATH, {"source": FIVE_POINTS}, "admin").status_code == 200
    changed = FIVE_POINTS.replace("5", "4", 1) + "\n# Another text.\n"
    for source in ("x", "[[", IKL, template_text()[:200], "#" * (MAX_LENGTH + 1), changed.replace("title", "titel", 1)):
        document = problem(house.post(f"{PATH}{dry}", {"source": source}, "admin"), 422, "questionnaire-refused")
        assert all(each["field"] and each["code"] == "questionnaire-fault" for each in document["errors"]), source
        assert all("{" not in each["message"] for each in document["errors"]), document
    assert len(known(house)) == len(shipped()) + 1


def test_what_is_no_text_or_much_too_long_is_refused(house: House) -> None:
    problem(house.post(PATH, {"source": ""}, "admin"), 422, "invalid-request")
    problem(house.post(PATH, {"source": 7}, "admin"), 422, "invalid-request")
    problem(house.post(PATH, {"source": "#" * 500_000}, "admin"), 413, "body-too-large")


def test_who_administers_some_offices_adds_none(house: House) -> None:
    with house.database.writing() as session:
        key, _ = issue(session, agency_id="kota", kind=KeyKind.admin, label="x", actor="x", now=house.clock.now,
                       office="dukcapil")  # fmt: skip
    problem(house.post(PATH, {"source": FIVE_POINTS}, key), 403, "out-of-scope")
