"""Answers that are there already are not counted twice: the same file, another one, other columns, former ids."""

import pytest

from app.access.audit import record
from app.cli import context
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
from tests.cli.import_steps import OPTIONS, Answers, Run, answers, arguments, cells, opened, run, select
from tests.house import SECRET

__all__ = ["answers", "opened", "run"]
# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily
QUESTIONS = {"a": "speed", "b": "transparency", "c": "friendliness"}
# What the digest of the row with 4, 3, 2 is made of.
DIGESTED = (
    "dukcapil", None, "kk", None, "import", "ikl-1", "friendliness=2,speed=4,transparency=3", None, None,
)  # fmt: skip


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
