"""`cermin demo`: the furnished agency really goes through the intake, and its known truths can be read."""

import asyncio
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.access.principals import KeyKind
from app.cli import demo as demo_command
from app.cli.context import settings
from app.cli.program import program
from app.demo import half_year
from app.demo import loading as demo_loading
from app.demo.closed_kiosk import SHEETS
from app.demo.rating import DemoRating
from app.demo.roster import on_duty
from app.demo.simulation import simulate
from app.demo.surveys import RESPONDENTS, SURVEY
from app.demo.town import OFFICES
from app.demo.truths import NEWCOMER, SELF_RATER
from app.demo.workbook import duty_rows
from app.disclosure.rules.calendar import months_until
from app.disclosure.rules.due import last_day, last_month_over
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from app.main import create_app
from app.ratings.reconciliation import reconcile
from app.transparency.store import newest_checkpoint, newest_inventory
from tests.house import House

pytestmark = pytest.mark.sqlite_daily


@pytest.fixture
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of an empty installation."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    monkeypatch.setenv("CERMIN_SECRET_FILE", str(tmp_path / "secret"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def run(*arguments: str) -> str:
    """One command that must end well; what it printed."""
    result = CliRunner().invoke(program, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.campaign
def test_the_demo_loads_once_and_every_rating_is_counted(environment: None, database_url: str) -> None:
    assert 58_000 < loaded_once(database_url) < 62_000
    known_truths_can_be_read()
    half_a_year_was_lived_through(database_url)


def loaded_once(database_url: str) -> int:
    """Start the demo twice; how many ratings it has, which are all counted and not loaded again."""
    demo = run("demo", "--no-serve")
    database = Database(database_url, statement_timeout_ms=0)
    report = reconcile(database)
    assert report.strays == []
    kinds = re.findall(r"^export (\w+)_KEY=crm_([a-z]+)_kab-cermin_\w+_\w+$", demo, re.MULTILINE)
    assert [kind.lower() for kind, _ in kinds] == [kind for _, kind in kinds] == list(KeyKind)
    assert demo.count("curl ") == 4
    assert set(re.findall(r"\$([A-Z_]+)", demo)) <= exported(demo).keys()
    again = run("demo", "--no-serve")
    assert again != demo
    assert reconcile(database).ratings == report.ratings
    database.dispose()
    assert "all agree" in run("check", "kab-cermin")
    return report.ratings


# The days of all these tests are alike, so the town is made once.
simulated_town = cache(simulate)


class Interrupted(Exception):
    """Somebody ended the process."""


@pytest.fixture
def few(environment: None, monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The demo with its first ratings only; the days for which ratings were made."""
    days: list[date] = []

    def simulated(seed: int, day: date) -> list[DemoRating]:
        days.append(day)
        return simulated_town(seed, day)[:800]

    monkeypatch.setattr(demo_loading, "simulate", simulated)
    # So few ratings make no period, and the tickets of one office are enough.
    monkeypatch.setattr(half_year, "OFFICES", OFFICES[:1])
    monkeypatch.setattr(half_year, "TICKET_MONTHS", 1)
    return days


FEW = 800 + SHEETS + half_year.SPENT + RESPONDENTS


@pytest.mark.campaign
def test_a_demo_of_few_ratings_loads_once_and_every_rating_is_counted(few: list[date], database_url: str) -> None:
    assert loaded_once(database_url) == FEW


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command prints at a moment."""
    monkeypatch.setattr(demo_command, "system_clock", lambda: moment)
    return run("demo", "--no-serve")


@pytest.mark.long
def test_an_interrupted_loading_is_completed_by_the_next_start(
    few: list[date], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = []

    async def post(*arguments: Any) -> int:
        posted.append(arguments)
        if len(posted) == 3:
            raise Interrupted
        return await original(*arguments)

    original = demo_loading._post
    monkeypatch.setattr(demo_loading, "_post", post)
    assert isinstance(CliRunner().invoke(program, ["demo", "--no-serve"]).exception, Interrupted)
    assert 0 < reconcile(database).ratings < FEW
    # Whoever comes back after weeks gets the rest of the same ratings.
    began = system_clock()
    at(began + timedelta(days=40), monkeypatch)
    assert reconcile(database).ratings == FEW
    assert few == [began.date()] * 2
    # A whole demo is not loaded again.
    at(began + timedelta(days=41), monkeypatch)
    assert len(few) == 2


@pytest.mark.usefixtures("environment")
def test_nothing_runs_beside_the_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []

    def create(*arguments: Any, **options: Any) -> Any:
        made.append(options)
        return create_app(*arguments, **options)

    monkeypatch.setattr(demo_command, "create_app", create)

    async def serve() -> int:
        async with demo_command.serving(settings()) as client:
            return (await client.get("/healthz")).status_code

    assert asyncio.run(serve()) == 200
    # A release or the forgetting of hours would come before the screening where the loading takes a minute.
    assert [each["jobs"](*[None] * 4) for each in made] == [()]


@pytest.mark.campaign
def test_the_kiosk_finds_its_employee_whenever_the_demo_is_started(
    few: list[date], database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("demo", "--no-serve")
    monday = datetime.combine(system_clock().date(), time(3), UTC) + timedelta(weeks=6)
    monday -= timedelta(days=monday.weekday())
    for days in (0, 4, 5, 7):
        now = monday + timedelta(days=days)
        welcome = at(now, monkeypatch)
        employee = None if days == 5 else on_duty("disdukcapil", "loket-1", now.date())
        assert f"now {employee or 'nobody'}" in welcome
        assert "Monday 08:00 to Friday 16:00 WIB" in welcome
        assert rated_by_kiosk(welcome, database_url, tmp_path / "secret", now) == employee
        # The printed key works for a week.
        later = now + timedelta(days=6)
        expected = on_duty("disdukcapil", "loket-1", later.date()) if later.weekday() < 5 else None
        assert rated_by_kiosk(welcome, database_url, tmp_path / "secret", later) == expected


def exported(welcome: str) -> dict[str, str]:
    """The variables that a shell has which was given the printed lines."""
    lines = [shlex.split(line) for line in welcome.splitlines() if line.startswith("export ")]
    return {name: value for _, pair in lines for name, _, value in [pair.partition("=")]}


@pytest.mark.campaign
def test_what_the_demo_prints_can_be_used_at_once(few: list[date], database_url: str, tmp_path: Path) -> None:
    printed = exported(run("demo", "--no-serve", "--port", "8123"))
    assert printed["BASE"] == "http://127.0.0.1:8123"
    keys = {kind.value: printed[f"{kind.upper()}_KEY"] for kind in KeyKind}
    with House.open(database_url, keys, secret=None, secret_file=tmp_path / "secret") as house:
        house.clock.now = system_clock()
        for kind in KeyKind:
            assert house.get("/v1/instruments", kind.value).status_code == 200, kind
        assert house.post("/v1/tickets/look", {"ticket": printed["CODE"]}, None).json()["service"]["code"] == "ktp-el"
        assert house.post("/v1/devices/pair", {"code": printed["PAIRING_CODE"]}, None).status_code == 201


def half_a_year_was_lived_through(database_url: str) -> None:
    """Volumes, tickets and a finding stand in a final report; a month is a draft to which somebody may reply.

    The quarter's first month was surveyed by another questionnaire; and mail can be looked at.
    """
    printed = exported(run("demo", "--no-serve"))
    month = 3 * int(printed["PERIOD"][-1]) - 2
    assert "Cermin: " in run("notify", "preview", "kab-cermin", "supervisor", "--language", "en")
    findings = run("screen", "list", "kab-cermin")
    assert re.search(rf"burst.+{SELF_RATER}.+ 40 .+held", findings)
    keys = {"supervisor": printed["SUPERVISOR_KEY"]}
    with House.open(database_url, keys, secret=None, secret_file=settings().secret_file) as house:
        house.clock.now = system_clock()
        with house.database.reading() as session:
            # As after a night: the rows are listed, and what the log has is signed.
            assert newest_inventory(session, "kab-cermin").number == 1
            assert newest_checkpoint(session, "kab-cermin") is not None
        token = printed["REPLY_LINK"].partition("#")[2]
        assert house.post("/v1/replies/read", {"token": token}, None).status_code == 200
        reports = house.get(f"/v1/reports?period={printed['PERIOD']}", "supervisor").json()["items"]
        assert {report["state"] for report in reports} == {"final"}
        texts = [
            house.get(f"/v1/reports/{report['id']}?format=csv", "supervisor", headers={"Accept-Language": "en"}).text
            for report in reports
            if report["kind"] == "office"
        ]
        public = house.get("/p/kab-cermin/data.json", None).json()["items"]
        surveyed = house.get("/v1/reports", "supervisor", params={"period": f"{printed['PERIOD'][:4]}-{month:02}"})
        kinds = {each["kind"]: each for each in surveyed.json()["items"]}
        by_another = house.get(f"/v1/reports/{kinds['agency']['id']}", "supervisor").json()["document"]
        assert house.get("/p/kab-cermin/disdukcapil/screen", None).status_code == 200
    assert (by_another["method"]["instrument"], by_another["n"]) == (SURVEY, RESPONDENTS)
    [quarter] = public
    assert quarter["period"]["code"] == printed["PERIOD"]
    assert quarter["follow_up"]["done"] == 2
    assert len(quarter["offices"]) == 10
    assert len(texts) == 10
    assert [text for text in texts if "not told" in text.casefold().replace("not told as complete", "")] == []


def rated_by_kiosk(welcome: str, url: str, secret: Path, now: datetime) -> str | None:
    """The employee for whom a rating with the printed key of the kiosk counts."""
    with House.open(url, {"device": exported(welcome)["DEVICE_KEY"]}, secret=None, secret_file=secret) as house:
        house.clock.now = now
        sheet = {
            "id": house.new_id(),
            "service": "ktp-el",
            "scores": {"speed": 4, "transparency": 3, "friendliness": 4},
        }
        answer = house.post("/v1/ratings", sheet, "device")
    assert answer.status_code == 201, answer.text
    employee: str | None = answer.json()["employee"]
    return employee


@pytest.mark.long
def test_a_roster_that_no_longer_fits_is_told_and_the_demo_starts(
    few: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("demo", "--no-serve")
    monkeypatch.setattr(
        demo_loading, "duty_rows", lambda _: [dict.fromkeys(row, "9999") for row in duty_rows(system_clock().date())]
    )
    result = CliRunner().invoke(program, ["demo", "--no-serve"])
    assert result.exit_code == 0
    assert "The roster was not extended" in result.stderr


def known_truths_can_be_read() -> None:
    """Everybody has figures but the newcomer, who has fewer than ten ratings, if any in a month that is over."""
    months = months_until(last_day(last_month_over(system_clock(), timedelta(days=5))), 6)
    since, until = str(months[0].first), str(months[-1].last)
    table = run("index", "kab-cermin", "--by", "employee", "--from", since, "--to", until)
    lines = {line.split()[1]: line for line in table.splitlines() if re.match(r"│ E\d{3} ", line)}
    assert not re.search(r"\d\d\.\d\d", lines.pop(NEWCOMER, ""))
    assert len(lines) == 39
    assert SELF_RATER in lines
    assert [code for code, line in lines.items() if not re.search(r"\d\d\.\d\d", line)] == []
    # The printed questions name no days.
    assert len(re.findall(r"\d\d\.\d\d–\d\d\.\d\d", run("index", "kab-cermin", "--by", "office"))) == 10
