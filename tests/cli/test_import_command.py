"""`cermin import` brings past answers in, or says row by row what to change."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.access.audit import record
from app.cli import context, faults, maintenance
from app.cli.importing import import_answers
from app.directory.catalogue_cache import read_catalogue
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from app.instruments.loading import shipped
from app.ratings.csv_import.csv_file import AnswersFile, CsvLine
from app.ratings.csv_import.identity import formerly_identified
from app.ratings.csv_import.importing import propose
from app.ratings.csv_import.past_answers import Form, LineReader
from app.ratings.keys import KeyMaker
from app.ratings.store import RatingStore
from app.ratings.validation import KnownCodes
from tests.house import SECRET, House
from tests.postgres import owning

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

DATA = Path(os.environ.get("CERMIN_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
GIANYAR = DATA / "id_skm_gianyar" / "responses.csv"
ELEMENTS = "u1=PERSYARATAN,u2=PROSEDUR,u3=WAKTU,u4=BIAYA,u5=PRODUK,u6=KOMPETENSI,u7=PERILAKU"
PROFILE = "sex=sex,age_band=age_band,education=education,occupation=occupation"
OPTIONS = {
    "--instrument": "ikl-1",
    "--office": "dukcapil",
    "--service": "kk",
    "--columns": "a=speed,b=transparency,c=friendliness",
    "--time": "when",
}
QUESTIONS = {"a": "speed", "b": "transparency", "c": "friendliness"}
# What the digest of the row with 4, 3, 2 is made of.
DIGESTED = (
    "dukcapil", None, "kk", None, "import", "ikl-1", "friendliness=2,speed=4,transparency=3", None, None,
)  # fmt: skip
Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin import …` or `cermin check` on a database with the agencies of the house."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()
    program = typer.Typer()
    program.command("import")(import_answers)
    program.command("check")(maintenance.check)

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.fixture
def opened(furnished: tuple[str, dict[str, str]]) -> Iterator[Database]:
    """The same database."""
    database = Database(furnished[0])
    yield database
    database.dispose()


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file of answers."""

    def write(content: str) -> Path:
        file = tmp_path / "answers.csv"
        file.write_text(content, "utf-8")
        return file

    return write


Answers = Callable[[str], Path]


def arguments(file: Path, *more: str, agency: str = "kota", **changed: str) -> list[str]:
    """`import AGENCY FILE` with all options."""
    options = OPTIONS | {f"--{name}": value for name, value in changed.items()}
    return ["import", agency, str(file), *(word for pair in options.items() for word in pair), *more]


def cells(output: str) -> list[list[str]]:
    """The lines of the tables, cell by cell, without headings."""
    lines = [line for line in output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def select(database: Database, statement: str) -> list[tuple[object, ...]]:
    """The rows of a statement."""
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


@pytest.mark.long
@pytest.mark.skipif(not GIANYAR.is_file(), reason="needs the answers of Gianyar; CERMIN_DATA names the folder")
def test_the_real_answers_of_a_police_desk_give_its_index_to_the_last_digit(
    run: Run, furnished: tuple[str, dict[str, str]]
) -> None:
    options = {"instrument": "skm-2017", "office": "upt-makassar", "service": "skck", "time": "responded_at"}
    columns = f"{ELEMENTS},u8=SARPRAS,u9=PENGADUAN"
    everything = arguments(GIANYAR, columns=columns, profile=PROFILE, **options)
    assert cells(run(*everything).stdout) == [["201", "201", "0", "0"]]
    assert cells(run(*everything).stdout) == [["201", "0", "201", "0"]]
    assert "checked 201 ratings" in run("check").stdout
    asked = {"instrument": "skm-2017", "from": "2020-07-01", "to": "2020-08-31", "channel": "import"}
    with House.open(*furnished) as house:
        for weights, ikm in (("exact", "85.85"), ("0.111", "85.76"), ("0.11", "84.99")):
            [row] = house.get("/v1/indices", params={**asked, "weights": weights}).json()["rows"]
            assert (row["n"], row["index"]["value"], row["index"]["grade"]) == (201, ikm, "B")
        sexes = select(house.database, "SELECT value, n FROM profile_tally WHERE attribute = 'sex'")
    assert {value for value, _ in sexes} == {"F", "M"}
    assert sum(int(str(n)) for _, n in sexes) == 201


def test_a_file_is_imported_with_employees_and_profiles(run: Run, opened: Database, answers: Answers) -> None:
    file = answers(
        "WHEN;A;B;C;who;L/P;usia\n"
        "2021-03-01 09:00;4;3;4;E001;P;55-64\n"
        "2021-03-01 09:00;4;3;4;E001;P;55-64\n"
        "2021-03-02;4;-;;;;\n"
    )
    extra = ["--employee-column", "Who", "--profile", "l/p=sex, usia=age_band", "--channel", "kiosk"]
    result = run(*arguments(file, *extra))
    assert cells(result.stdout) == [["3", "3", "0", "0"]]
    assert "storing" in result.stderr
    ratings = select(opened, "SELECT sheet, employee, channel, office FROM rating ORDER BY sheet, key")
    assert ratings == [("4--", None, "kiosk", "dukcapil")] + [("434", "E001", "kiosk", "dukcapil")] * 2
    profiles = select(opened, "SELECT attribute, value, n FROM profile_tally ORDER BY attribute")
    assert profiles == [("age_band", "55+", 2), ("sex", "F", 2)]
    [(actor,)] = select(opened, "SELECT actor FROM audit_event WHERE action = 'ratings.imported'")
    assert actor == context.actor()
    assert "all agree" in run("check").stdout


FAULTY = (
    "when,a,b,c,who\n"
    "2021-03-01 09:00,4,3,4,E001\n"
    "yesterday,5,3,4,E001\n"
    "2021-03-01 09:00,,,,\n"
    "2019-12-31,4,4,4,E001\n"
    "2099-01-01,4,4,4,E009\n"
)
FAULTS = [
    ["3", "when", "write the time as 2020-07-15 13:54:00, or the day alone as 2020-07-15"],
    ["3", "a", "write 1 to 4, or nothing if it was not answered"],
    ["4", "", "At least one question must be answered."],
    ["5", "who", "This employee was not posted at that office on that day."],
    ["6", "when", "the time lies in the future; correct it"],
    ["6", "who", "The agency has no employee with this code."],
]


def test_one_faulty_row_stops_the_import_and_every_fault_is_listed(
    run: Run, opened: Database, answers: Answers
) -> None:
    result = run(*arguments(answers(FAULTY), "--employee-column", "who"), status=1)
    assert cells(result.stderr) == FAULTS
    assert "6 fault(s); nothing was written" in result.stderr
    assert result.stdout == ""
    assert select(opened, "SELECT count(*) FROM rating") == [(0,)]
    assert select(opened, "SELECT * FROM audit_event WHERE action = 'ratings.imported'") == []


def test_the_good_rows_are_imported_when_asked_and_the_faulty_still_listed(run: Run, answers: Answers) -> None:
    result = run(*arguments(answers(FAULTY), "--employee-column", "who", "--skip-faulty"))
    assert cells(result.stderr) == FAULTS
    assert cells(result.stdout) == [["5", "1", "0", "4"]]


def test_very_many_faults_are_lines_with_tabs(run: Run, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "LONGEST_TABLE", 5)
    result = run(*arguments(answers(FAULTY), "--employee-column", "who"), status=1)
    assert [line.split("\t") for line in result.stderr.splitlines() if "\t" in line] == FAULTS


def test_a_file_without_its_columns_is_refused_even_with_skip_faulty(run: Run, answers: Answers) -> None:
    result = run(*arguments(answers("when,a,[b]\n"), "--skip-faulty"), status=1)
    assert cells(result.stderr) == [
        ["1", "b", "there is no such column; the columns are: when, a, [b]"],
        ["1", "c", "there is no such column; the columns are: when, a, [b]"],
    ]


def test_a_file_imported_again_with_other_columns_is_refused_and_names_the_import_before(
    run: Run, opened: Database, answers: Answers
) -> None:
    file = answers("when,a,b,c\n2021-03-01,4,3,2\n")
    run(*arguments(file))
    for changed in ({"columns": "c=speed,b=transparency,a=friendliness"}, {"id-column": "when"}):
        told = " ".join(run(*arguments(file, **changed), status=1).stderr.split())
        assert "This file was read with other columns" in told
        assert f"by the import of {system_clock():%Y-%m-%d}" in told
        assert context.actor() in told
    assert "item friendliness from D, item speed from B" in " ".join(
        run(*arguments(file, columns="c=speed,b=transparency,a=friendliness"), status=1).stderr.split()
    )
    # About something else the same file may be read by other columns, and what is no question counts nothing twice.
    run(*arguments(file, columns="c=speed,b=transparency,a=friendliness", service="skck"))
    result = run(*arguments(file, channel="web"))
    assert "1 of those already there are stored with another profile, another channel" in " ".join(
        result.stderr.split()
    )
    assert select(opened, "SELECT sheet, channel FROM rating ORDER BY sheet") == [("234", "import"), ("432", "import")]


def former_row(opened: Database, *, when: str = "2021-03-01") -> None:
    """What importing a row with 4, 3, 2 under a, b, c left behind before identity was one of content."""
    catalogue = read_catalogue(opened, "kota", system_clock())
    assert catalogue is not None
    form = Form(catalogue.offices["dukcapil"], "kk", shipped()["ikl-1"], "import", "when", QUESTIONS)
    file = AnswersFile([CsvLine(2, {"when": when, "a": "4", "b": "3", "c": "2"})], [], "0" * 64)
    keys = KeyMaker.of(SECRET.encode())
    now = system_clock()
    [answer] = [LineReader(form, catalogue, now, {}).read(line) for line in file.lines]
    assert answer is not None
    [(rating_id, _)] = formerly_identified([answer], "kota", "ikl-1")
    [rating] = propose(file, form, KnownCodes(catalogue, shipped()), keys, now).ratings
    key, digest = keys.key("kota", rating_id), keys.digest(rating_id, *DIGESTED)
    with opened.writing() as session:
        detail = {"service": "kk", "instrument": "ikl-1", "channel": "import", "file_sha256": "f" * 64}
        counts = {"read": 1, "stored": 1, "there": 0, "differing": 0, "faulty": 0}
        record(
            session, agency_id="kota", actor="cli:before", action="ratings.imported", subject="dukcapil", at=now,
            **detail, **counts,
        )  # fmt: skip
    with opened.writer.connect() as connection:
        RatingStore(opened).write(connection, [rating._replace(key=key, digest=digest)])


def test_rows_imported_before_are_met_by_their_former_id(run: Run, opened: Database, answers: Answers) -> None:
    former_row(opened)
    file = answers("when,a,b,c\n2021-03-01,4,3,2\n2021-03-02,4,3,2\n")
    result = run(*arguments(file))
    assert cells(result.stdout) == [["2", "1", "1", "0"]]
    assert "1 of 2 rows are stored already, 1 are new." in result.stderr
    assert "never changes" not in result.stderr
    assert cells(run(*arguments(file)).stdout) == [["2", "0", "2", "0"]]
    exchanged = arguments(file, columns="c=speed,b=transparency,a=friendliness")
    assert "by the import of" in " ".join(run(*exchanged, status=1).stderr.split())


def test_former_rows_met_with_other_columns_are_refused(run: Run, opened: Database, answers: Answers) -> None:
    former_row(opened)
    result = run(
        *arguments(answers("when,a,b,c\n2021-03-01,4,3,2\n"), columns="c=speed,b=transparency,a=friendliness"),
        status=1,
    )
    told = " ".join(result.stderr.split())
    assert "Rows of this file were read with other columns for the same questions by the import of" in told
    assert "cli:before" in told
    assert select(opened, "SELECT sheet FROM rating") == [("432",)]


@pytest.mark.long
def test_what_another_file_brought_is_told_before_anything_is_written(
    run: Run, opened: Database, answers: Answers
) -> None:
    run(*arguments(answers("when,a,b,c\n2021-03-01 09:00,4,3,2\n2021-03-03 09:00,1,1,1\n")))
    # The same answers whose times were cut to the day, and one more.
    cut = "when,a,b,c\n2021-03-01,4,3,2\n2021-03-03,1,1,1\n2021-04-01,2,2,2\n"
    told = " ".join(run(*arguments(answers(cut)), status=1).stderr.split())
    assert "2 of 3 new rows are about offices, services, channels and days of which the import of" in told
    assert "Nothing was written" in told
    assert select(opened, "SELECT count(*) FROM rating") == [(2,)]
    # A longer file brings everything that is there, and days and services of which nothing is there are nobody's.
    longer = answers("when,a,b,c\n2021-03-03 09:00:10,1,1,1\n2021-03-01 09:00:59,4,3,2\n2021-03-01 10:00,4,4,4\n")
    assert cells(run(*arguments(longer)).stdout) == [["3", "1", "2", "0"]]
    run(*arguments(answers("when,a,b,c\n2021-03-02,2,2,2\n2021-04-01,2,2,2\n")))
    run(*arguments(answers(cut), service="skck"))
    run(*arguments(answers("when,a,b,c\n2021-03-01,1,2,1\n"), channel="web"))
    # A file whose rows name their offices may be about the same one, and only about that.
    named = "when,a,b,c,kantor,layanan\n2021-03-03,3,3,3,{},kk\n"
    shared = ["--instrument", "ikl-1", "--columns", OPTIONS["--columns"], "--time", "when"]
    columns = [*shared, "--office-column", "kantor", "--service-column", "layanan"]
    run("import", "kota", str(answers(named.format("setda"))), *columns)
    told = run("import", "kota", str(answers(named.format("dukcapil"))), *columns, status=1).stderr
    assert "1 of 1 new rows are about offices" in " ".join(told.split())
    # Whoever knows that they are other people's answers says so.
    assert cells(run(*arguments(answers(cut), "--beside")).stdout) == [["3", "2", "1", "0"]]


def test_rows_with_ids_of_their_own_need_no_word_about_overlaps(run: Run, opened: Database, answers: Answers) -> None:
    run(*arguments(answers("when,a,b,c,_id\n2021-03-01 09:00,4,3,2,7\n"), **{"id-column": "_id"}))
    more = answers("when,a,b,c,_id\n2021-03-01,4,3,2,8\n2021-03-01,4,3,2,7\n")
    assert cells(run(*arguments(more, **{"id-column": "_id"})).stdout) == [["2", "1", "1", "0"]]
    corrected = answers("when,a,b,c,_id\n2021-03-01,1,1,1,7\n")
    result = run(*arguments(corrected, **{"id-column": "_id"}))
    assert "stored with another profile, another channel or (by their id) other answers" in " ".join(
        result.stderr.split()
    )
    assert select(opened, "SELECT count(*) FROM rating") == [(2,)]


def test_days_that_may_be_months_are_told_before_anything_else(run: Run, answers: Answers) -> None:
    file = answers("when,a,b,c\n03/04/2021,4,3,2\n14/04/2021,9,3,2\n")
    result = run(*arguments(file, "--skip-faulty"), status=1)
    assert cells(result.stderr) == [["3", "when", "the day stands before the month; say --time-format dmy"]]
    result = run(*arguments(file, "--skip-faulty", **{"time-format": "dmy"}))
    assert cells(result.stdout) == [["2", "1", "0", "1"]]
    assert "--time-format: say dmy, mdy" in run(*arguments(file, **{"time-format": "DMY"}), status=1).stderr


@pytest.mark.once
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"agency": "kampung"}, "There is no agency kampung."),
        ({"office": "x"}, "--office: the agency has no office x; it has dukcapil, setda, upt-"),
        ({"service": "x"}, "--service: the agency has no service x; it has kk, ktp-el, skck."),
        ({"instrument": "x"}, f"--instrument: the agency has no instrument x; it has {', '.join(sorted(shipped()))}."),
        (
            {"instrument": "maladministrasi-2025"},
            "--instrument: maladministrasi-2025 is answered one way only (ticketed); import no answers.",
        ),
        ({"columns": "a=speed,c=friendliness"}, "--columns: name a column for transparency, too."),
        ({"columns": "a=velocity"}, "“a=velocity” does not say COLUMN=one of speed, transparency,"),
        ({"columns": "a"}, "--columns: “a” does not say COLUMN=one of"),
        (
            {"columns": "a=speed,A=transparency"},
            "“A=transparency” names a column or transparency for the sec",
        ),
        ({"columns": "a=speed,b=speed"}, "“b=speed” names a column or speed for the second time."),
        ({"profile": "x=nik"}, "--profile: “x=nik” does not say COLUMN=one of sex, age_band,"),
    ],
)
def test_options_that_name_nothing_say_what_there_is(
    run: Run, answers: Answers, changed: dict[str, str], message: str
) -> None:
    result = run(*arguments(answers("when,a,b,c\n"), **changed), status=1)
    assert message in " ".join(result.stderr.split())


def test_with_another_secret_than_the_services_nothing_is_imported(
    run: Run, opened: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = answers("when,a,b,c\n2021-03-01,4,3,2\n")
    run(*arguments(file))
    monkeypatch.setenv("CERMIN_SECRET", SECRET[::-1])
    context.settings.cache_clear()
    assert "CERMIN_SECRET" in run(*arguments(file), status=1).stderr
    assert select(opened, "SELECT count(*) FROM rating") == [(1,)]


def test_a_database_that_gives_up_is_said_without_its_values(run: Run, opened: Database, answers: Answers) -> None:
    with owning(opened) as session:
        session.execute(text("ALTER TABLE rating RENAME COLUMN standing TO away"))
    result = run(*arguments(answers("when,a,b,c\n2021-03-01,4,3,2\n")), status=1)
    assert "The database gave up" in result.stderr
    assert "nothing is counted twice" in " ".join(result.stderr.split())
    assert "432" not in result.output
    [(detail,)] = select(opened, "SELECT detail FROM audit_event WHERE action = 'ratings.imported'")
    assert '"stored": 0' in str(detail).replace("'", '"')


def test_one_file_may_hold_a_whole_agency(run: Run, opened: Database, answers: Answers) -> None:
    file = answers(
        "when,kantor,layanan,cara,a,b,c\n2026-07-01,dukcapil,kk,kiosk,4,3,4\n2026-07-01,upt-makassar,ktp-el,,2,2,2\n"
    )
    told = ["--office-column", "kantor", "--service-column", "layanan", "--channel-column", "cara"]
    shared = ["--instrument", "ikl-1", "--columns", OPTIONS["--columns"], "--time", "when"]
    run("import", "kota", str(file), *shared, *told)
    with opened.reading() as session:
        rows = session.execute(text("SELECT office, service, channel FROM rating ORDER BY office")).all()
        [subject] = session.execute(text("SELECT subject FROM audit_event WHERE action = 'ratings.imported'")).scalars()
    assert [tuple(row) for row in rows] == [("dukcapil", "kk", "kiosk"), ("upt-makassar", "ktp-el", "import")]
    assert subject == "kota"
    for wrong in (told[2:], [*told, "--office", "dukcapil"], [*told, "--channel", "web"]):
        assert "one of them" in " ".join(run("import", "kota", str(file), *shared, *wrong, status=1).output.split())
