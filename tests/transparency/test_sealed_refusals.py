"""What would change a sealed month is refused in words, and takes nothing else along."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import context
from app.cli.maintaining import lines_of
from app.cli.program import program
from app.foundation.ids import new_id
from app.ratings.tables import SealedMonth
from app.screening import store as screening_store
from app.screening.tables import Finding
from app.transparency.dropping import Dropped
from app.transparency.sealing import Month
from app.upkeep import Upkeep, UpkeepOutcome, UpkeepTerms
from tests.closing.steps import close, rated
from tests.house import NOW, SECRET, House, problem
from tests.postgres import owners_address
from tests.ratings.visits import put
from tests.transparency.houses import inventory
from tests.transparency.sealed_town import change, counts

OPTIONS = ("--instrument", "ikl-1", "--office", "dukcapil", "--service", "kk", "--time", "when")
COLUMNS = ("--columns", "a=speed,b=transparency,c=friendliness")


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Runs `cermin …` on the database of the house; the output on one line."""
    url = house.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("CERMIN_DATABASE_URL", url)
    monkeypatch.setenv("CERMIN_OWNER_URL", owners_address(url))
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, (result.output, result.exception)
        return " ".join(result.output.split())

    yield invoke
    context.settings.cache_clear()


def seal(house: House, month: str) -> None:
    """Say that a month is sealed."""
    with house.database.writing() as session:
        row = SealedMonth(agency_id="kota", month=month, sealed_at=NOW, blocks=0, ratings=0, untold=0, digest="0" * 64)
        session.add(row)


def final(house: House) -> None:
    """The drafts of October are final, as far as a revision asks."""
    change(house.database, "UPDATE period SET state = 'final', final_at = drafted_at")


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_no_revision_of_a_sealed_period(house: House) -> None:
    put(house.database, rated("E001", 30))
    close(house)
    final(house)
    put(house.database, rated("E001", 12), start=100)
    house.release()
    seal(house, "2026-09")
    assert house.post("/v1/periods/2026-10/revise", {}, "supervisor").status_code == 201
    final(house)
    seal(house, "2026-10")
    answer = house.post("/v1/periods/2026-10/revise", {}, "supervisor")
    problem(answer, 409, "month-sealed")
    assert "2026-10" in answer.json()["detail"]
    # What was closed is read as before.
    assert house.get("/v1/periods", "supervisor").status_code == 200


@pytest.mark.sqlite_daily
def test_no_decision_about_a_sealed_month(house: House) -> None:
    finding = Finding(
        agency_id="kota",
        finding_id=new_id(),
        reason="burst",
        office="dukcapil",
        first_on=NOW.date(),
        days=1,
        n=0,
        standing="held",
        found_at=NOW,
    )
    with house.database.writing() as session:
        screening_store.add_finding(session, finding, [])
        found = str(finding.finding_id)
    seal(house, f"{NOW:%Y-%m}")
    for what in ("release", "confirm"):
        answer = house.post(
            f"/v1/findings/{found}/{what}", {"note": "baik"}, "auditor", headers={"Accept-Language": "id"}
        )
        problem(answer, 409, "month-sealed")
        assert answer.json()["detail"].startswith(f"Bulan sampai {NOW:%Y-%m} sudah disegel")


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_file_with_rows_of_a_sealed_month_is_refused_row_by_row(
    house: House, run: Callable[..., str], tmp_path: Path
) -> None:
    seal(house, "2026-09")
    file = tmp_path / "answers.csv"
    file.write_text("when,a,b,c\n2026-09-30 09:00,4,3,2\n2026-10-01 09:00,4,3,3\n", "utf-8")
    words = run("import", "kota", str(file), *OPTIONS, *COLUMNS, status=1)
    assert "the months up to 2026-09 are sealed" in words
    assert counts(house.database, "rating") == [0]
    run("import", "kota", str(file), *OPTIONS, *COLUMNS, "--skip-faulty")
    assert counts(house.database, "rating") == [1]
    counted = tmp_path / "counts.csv"
    lines = [f"dukcapil,ktp-el,2026-09,{code},1,2,3,4" for code in ("speed", "transparency", "friendliness")]
    counted.write_text("\n".join(["office,service,month,question,1,2,3,4", *lines]), "utf-8")
    words = run("counts", "import", "kota", str(counted), "--instrument", "ikl-1", status=1)
    assert "the months up to 2026-09 are sealed" in words
    assert counts(house.database, "rating") == [1]


def test_a_rating_of_a_month_past_its_retention_comes_too_late_and_is_never_counted_twice(house: House) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet).status_code == 201
    house.clock.now += timedelta(days=1_200)
    seal(house, f"{NOW:%Y-%m}")
    with house.database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM rating")
    problem(house.post("/v1/ratings", sheet), 422, "id-too-late")
    assert counts(house.database, "rating") == [0]


@pytest.mark.long
def test_a_night_seals_and_drops_what_is_past_its_retention(house: House, run: Callable[..., str]) -> None:
    put(house.database, rated("E001", 30))
    house.release()
    terms = UpkeepTerms(SECRET.encode(), 1, 36, timedelta(days=35), timedelta(days=42))
    upkeep = Upkeep(house.database, house.clock, terms)
    house.clock.now += timedelta(days=40)
    for _ in range(30):
        # Somebody rates, or nobody would believe the clock.
        assert house.post("/v1/ratings", house.sheet()).status_code == 201
        assert upkeep.run_if_due()
        assert counts(house.database, "sealed_month") == [0]
        house.clock.now += timedelta(days=39)
        if house.clock.now.year == 2029 and house.clock.now.month > 10:
            break
    before = counts(house.database, "rating")[0]
    house.release()
    # The release has to stand in the log first.
    assert upkeep.run_if_due()
    assert counts(house.database, "sealed_month", "rating") == [0, before]
    inventory(house, accept=True)
    house.clock.now += timedelta(days=1)
    assert upkeep.run_if_due()
    assert counts(house.database, "sealed_month", "rating") == [1, before - 30]
    words = run("check", "kota")
    assert f"kota: 2026-10 is sealed since {house.clock.now:%Y-%m-%d}: 30 ratings of it and before are gone" in words
    assert "more blocks are of sealed months, whose ratings are past their retention" in words


def test_the_command_says_what_was_sealed_what_waits_and_what_is_gone() -> None:
    sealed = Month("kota", "2023-10", 3, 40, 2)
    waits = Month("kota", "2023-11", 0, 9, 9, ("1 findings wait for an auditor", "no release"))
    outcome = UpkeepOutcome((), (sealed, waits), Dropped(Counter(kota=40, desa=0), [], ["kota: month 2023-09: …"]))
    assert list(lines_of(outcome, is_sqlite=True, dry_run=False))[1:] == [
        "kota: 2023-10 sealed: 40 ratings, 3 blocks; 2 were never told, and never will be",
        "kota: 2023-11 is past its retention and not sealed: 1 findings wait for an auditor; no release",
        "kota: 40 ratings of sealed months dropped",
        "not dropped: kota: month 2023-09: …",
    ]
    assert "kota: 2023-10 would be sealed" in list(lines_of(outcome, is_sqlite=False, dry_run=True))[1]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_command_seals_with_the_right_secret_alone(
    house: House, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERMIN_RATING_RETENTION_MONTHS", "36")
    context.settings.cache_clear()
    assert run("maintain", "--clock-is-right").startswith(("SQLite keeps", "partitions"))
    monkeypatch.setenv("CERMIN_SECRET", "x" * 40)
    context.settings.cache_clear()
    assert "is not the one this database was filled with" in run("maintain", status=1)
    monkeypatch.setenv("CERMIN_RATING_RETENTION_MONTHS", "35")
    context.settings.cache_clear()
    assert "CERMIN_RATING_RETENTION_MONTHS must be at least 36" in run("maintain", status=1)
