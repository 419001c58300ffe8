"""`cermin index` shows on the terminal what the agency can pull over HTTP, in the official words."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from app.cli import context
from app.cli.indices import index
from app.directory.tables import Office
from app.foundation.storage.database import Database
from tests.house import NOW, furnish
from tests.ratings.visits import Visit, put, release

Run = Callable[..., str]
NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.fixture
def run(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin index …` on a database with the agencies of the house."""
    furnish(database, "kota", NOW)
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    context.settings.cache_clear()
    program = typer.Typer()
    program.command()(index)

    def invoke(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, result.output
        return result.output if status == 0 else result.stderr

    yield invoke
    context.settings.cache_clear()


def cells(output: str) -> list[list[str]]:
    """The lines of the table, cell by cell; the heading first."""
    lines = [line.replace("┃", "│") for line in output.splitlines() if line[:1] in ("│", "┃")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_the_table_speaks_one_language(run: Run, database: Database) -> None:
    held = Visit(sheet="111", held=True, reason="burst")
    put(database, [Visit(sheet="434")] * 90 + [Visit(sheet="44-")] * 10 + [held] * 11)
    release(database)
    output = run("kota", *NOVEMBER)
    assert "Service Satisfaction Index (IKL) kota, 2026-11-01 to 2026-11-30" in output
    assert "ikl-1, weights exact, grades 2017" in output
    heading, row = cells(output)
    assert heading[:6] == ["Group", "n", "Held", "Open", "Mean Speed", "Mean Transparency"]
    assert heading[6:] == ["Mean Friendliness", "IKL", "Grade", "Performance", "95 % interval"]
    assert row == [
        "All",
        "100",
        "11",
        "0",
        "4.0000",
        "3.1000",
        "4.0000",
        "92.50",
        "A",
        "Very good",
        "91.39–92.95",
    ]


@pytest.mark.long
def test_every_option_narrows_the_figure(run: Run, database: Database) -> None:
    narrow = Visit(office="upt-jayapura", service="kk", employee="E003", channel="web")
    put(database, [narrow] * 30 + [Visit()] * 15)
    release(database)
    options = ["--office", "upt-makassar", "--include-children"]
    options += ["--instrument", "ikl-1", "--weights", "0.33", "--bands", "2004"]
    for cut in (["--service", "kk"], ["--employee", "E003"], ["--channel", "web"]):
        (_, row) = cells(run("kota", *options, *cut, *NOVEMBER, "--by", "month"))
        assert row[:4] == ["2026-11", "30", "0", "0"]
        assert row[7] == "90.75"


def test_names_stand_beside_their_codes_and_are_never_read_as_markup(run: Run, database: Database) -> None:
    with database.writing() as session:
        office = session.get_one(Office, ("kota", "setda"))
        office.name = "[red]Setda[/red]"
        session.add(office)
    put(database, [Visit()] * 10 + [Visit(office="setda")] * 10)
    release(database)
    rows = cells(run("kota", "--by", "office", *NOVEMBER))
    assert [row[0] for row in rows[1:]] == ["dukcapil Dukcapil", "setda [red]Setda[/red]"]


def test_a_person_with_few_ratings_is_not_shown(run: Run, database: Database) -> None:
    put(database, [Visit(employee="E001")] * 9)
    release(database)
    (_, row) = cells(run("kota", "--by", "employee", *NOVEMBER))
    assert row == ["E001 Siti Kenari E001", *"––––––––", "not shown", "–"]


def test_a_person_with_ten_ratings_is_shown_to_one_decimal(run: Run, database: Database) -> None:
    put(database, [Visit(employee="E001")] * 10)
    release(database)
    (_, row) = cells(run("kota", "--by", "employee", *NOVEMBER))
    assert row == ["E001 Siti Kenari E001", "10", "0", "0", "4.0", "3.0", "4.0", "91.7", *row[-3:]]
    assert row[-3:] == ["A", "Very good", "82.1–94.5"]


def test_an_index_without_answers_or_complete_sheets_claims_nothing(run: Run, database: Database) -> None:
    release(database)
    assert cells(run("kota"))[1][1:] == [*"––––––––", "not shown", "–"]
    put(database, [Visit(sheet=sheet, rated_on=date(2026, 11, 1)) for sheet in ("4--", "-4-", "--4") * 10])
    release(database)
    interval = "– (100 % of sheets not known to be complete)"
    assert cells(run("kota", *NOVEMBER))[1][-4:] == ["100.00", "A", "Very good", interval]


@pytest.mark.parametrize(("skipping", "told"), [(12, ""), (13, "(21 % of sheets not known to be complete)")])
def test_many_sheets_with_skipped_questions_are_told_beside_the_interval(
    run: Run, database: Database, skipping: int, told: str
) -> None:
    put(database, [Visit(sheet="434")] * 48 + [Visit(sheet="44-")] * skipping)
    release(database)
    assert cells(run("kota", *NOVEMBER))[1][-1].partition(" ")[2] == told


def test_a_question_that_the_sheets_of_nobody_answer_leaves_no_index(run: Run, database: Database) -> None:
    put(database, [Visit(sheet="43-")] * 10)
    release(database)
    assert cells(run("kota", *NOVEMBER))[1][1:] == ["10", "0", "0", "4.0000", "3.0000", *"–––––"]


def test_the_nine_elements_fit_into_a_pipe(run: Run, database: Database) -> None:
    put(database, [Visit(instrument="skm-2017", sheet="343434343")] * 10)
    release(database)
    heading, row = cells(run("kota", "--instrument", "skm-2017", *NOVEMBER))
    assert heading[-4] == "IKM"
    assert "IKL" not in heading
    assert row[-4:-1] == ["86.11", "B", "Good"]


def test_what_is_wrong_is_said_and_ends_with_status_1(run: Run, database: Database) -> None:
    nothing = "The agency has no release of figures; one is made every night."
    assert " ".join(run("kota", status=1).split()) == nothing
    release(database)
    for arguments, message in [
        (["kampung"], "There is no agency kampung."),
        (["kota", "--office", "nowhere"], "The agency has no office with this code."),
        (["kota", "--instrument", "csm-1"], "The agency has no instrument with this id."),
        (["kota", "--from", "2000-01-01", "--to", "2026-11-30"], "A period may span at most 1100 days."),
        (
            ["kota", "--from", "2026-11-02", "--to", "2026-11-30"],
            "Figures are told for whole months that are over; ask from 2026-11-01 to 2026-11-30.",
        ),
        (
            ["kota", "--service", "kk", "--channel", "web", *NOVEMBER],
            "Figures are told by office, month, employee, service or channel, of the last three only one at a time.",
        ),
        (["kota", "--weights", "0.111"], "--weights: The value is not valid; expected exact, 0.333, 0.33."),
        (
            ["kota", "--from", "1 November", "--by", "week"],
            "--from: The value is not valid; expected a date such as 2026-11-24.\n"
            "--by: The value is not valid; expected "
            "one of 'office', 'service', 'employee', 'channel', 'month', 'day'.",
        ),
    ]:
        assert " ".join(run(*arguments, status=1).split()) == " ".join(message.split())
