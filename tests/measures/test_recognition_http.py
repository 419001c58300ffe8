"""`GET /v1/measures/recognition` and `…/training`, and the commands that say the same on a terminal."""

from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from tests.closing.staffed import offices, staff
from tests.house import House, problem

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

PERIOD = {"period": "2026-10"}
Run = Callable[..., Result]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command on the same database."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", house.database.url.render_as_string(hide_password=False))
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.mark.long
def test_recognised_are_named_in_their_order_without_figures(house: House, run: Run) -> None:
    staff(house)
    house.release()
    answer = house.get("/v1/measures/recognition", "supervisor", params=PERIOD).json()
    assert answer["rows"] == [{"code": "S0", "name": "Zainab"}]
    assert (answer["period"], answer["instrument"]) == ("2026-10", "ikl-1")
    problem(house.get("/v1/measures/recognition", "device", params=PERIOD), 403, "key-kind-refused")
    shown = run("recognition", "kota", "2026-10").output
    assert "Zainab" in shown
    assert "Ayu" not in shown


@pytest.mark.long
def test_training_needs_of_offices_have_figures_and_reasons(house: House, run: Run) -> None:
    offices(house)
    house.release()
    answer = house.get("/v1/measures/training", params=PERIOD).json()
    [need] = answer["rows"]
    assert (need["office"], need["name"], need["figure"], need["n"]) == ("pasar-8", "Pasar-8", "speed", 40)
    assert need["reasons"] == ["grade", "peers"]
    rows = house.get("/v1/measures/offices", params=PERIOD).json()["rows"]
    [row] = [each for each in rows if each["code"] == "pasar-8"]
    assert (need["index"], need["interval"]) == (
        row["dimensions"][0]["index"],
        row["dimensions"][0]["interval"],
    )
    shown = run("training", "kota", "2026-10").output
    assert "pasar-8 Pasar-8" in shown
    assert "Speed" in shown


def test_wrong_questions_are_refused_in_words(house: House, run: Run) -> None:
    house.release()
    for what in ("recognition", "training"):
        problem(house.get(f"/v1/measures/{what}", params={"period": "2026-13"}), 404, "period-unknown")
        problem(house.get(f"/v1/measures/{what}"), 422, "field-missing", "period")
        problem(house.get(f"/v1/measures/{what}", params=PERIOD | {"instrument": "tiada-1"}), 404, "instrument-unknown")
        assert "no agency" in run(what, "tiada", "2026-10", status=1).output
        assert run(what, "kota", "2026-13", status=1).output
        assert "period" in run(what, "kota", "2026 09", status=1).output
        assert house.get(f"/v1/measures/{what}", params=PERIOD).json()["rows"] == []
