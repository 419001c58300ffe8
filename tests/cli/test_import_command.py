"""`cermin import` brings past answers in, or says row by row what to change."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from app.cli import context, faults
from app.foundation.storage.database import Database
from app.instruments.loading import shipped
from tests.cli.import_steps import OPTIONS, Answers, Run, answers, arguments, cells, opened, run, select
from tests.house import SECRET, House
from tests.postgres import owning

__all__ = ["answers", "opened", "run"]
# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

DATA = Path(os.environ.get("CERMIN_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
GIANYAR = DATA / "id_skm_gianyar" / "responses.csv"
ELEMENTS = "u1=PERSYARATAN,u2=PROSEDUR,u3=WAKTU,u4=BIAYA,u5=PRODUK,u6=KOMPETENSI,u7=PERILAKU"
PROFILE = "sex=sex,age_band=age_band,education=education,occupation=occupation"


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
