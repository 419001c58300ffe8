"""Canaries: words that only a person may know are looked for wherever machines keep what they saw."""

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO
from itertools import product
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import structlog
from psycopg import sql
from sqlalchemy import make_url, text

from app.access.keys import issue, read_key, revoke, rotate
from app.access.principals import KeyKind
from app.access.store import keys_by_lookup
from app.directory.register import add_employee
from app.foundation.telemetry import configure_logging
from app.intake.with_key import Intake
from tests.house import CANARY_NAME, CANARY_NIP, House
from tests.postgres import owners_address, owning
from tests.ratings.visits import Visit, put

NAME, NIP = f"{CANARY_NAME} Baru", "197001011990032001"
COMMENT = "Kenari kuning di loket"
POISON = "Kenari beracun di loket"
JSON = {"content-type": "application/json"}


@dataclass
class Watched:
    """A house, its log, the ids its clients made, and every document that told of a problem."""

    house: House
    log: StringIO
    ids: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def sheet(self, **changed: Any) -> dict[str, Any]:
        """A sheet with a comment, whose id is a canary."""
        sheet = self.house.sheet(**({"comment": COMMENT, "employee": "E001"} | changed))
        self.ids.append(sheet["id"])
        return sheet

    def note(self, response: httpx.Response) -> None:
        """Keep what was told of problems, in the answer as a whole or in an item of a batch."""
        self.statuses.add(response.status_code)
        if response.status_code >= 400:
            self.problems.append(response.text + str(response.headers))
        elif response.headers["content-type"] == "application/json" and "results" in response.json():
            for result in response.json()["results"]:
                self.statuses.add(result["status"])
                self.problems.append(json.dumps(result.get("problem"), ensure_ascii=False))

    def post(self, body: Any, key: str = "app") -> None:
        """One rating, alone and in a batch."""
        self.note(self.house.post("/v1/ratings", body, key))
        self.note(self.house.post("/v1/ratings/batch", {"ratings": [body, self.sheet(), body]}, key))

    def canaries(self) -> dict[str, str]:
        """Every word that must be found nowhere, by what it is."""
        secrets = {f"secret of {name}": key.rsplit("_", 1)[1] for name, key in self.house.keys.items()}
        ids = {f"id {n}": form for n, given in enumerate(self.ids) for form in (given, UUID(given).hex)}
        words = {"a name": CANARY_NAME, "another name": NAME, "a NIP": CANARY_NIP, "another NIP": NIP}
        return secrets | ids | words | {"a comment": COMMENT, "another comment": POISON}

    def found(self, where: str, seen: str) -> list[str]:
        """The canaries in what was seen there."""
        return [f"{what} in {where}" for what, canary in self.canaries().items() if canary.lower() in seen.lower()]


@pytest.fixture
def watched(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """The house with its real logging, and one more person in the directory."""
    log = StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", log)
        configure_logging("debug")
    with house.database.writing() as session:
        now = house.clock.now
        add_employee(
            session, agency_id="kota", code="E100", name=NAME, office="dukcapil", actor="test", now=now, nip=NIP,
            posted_from=date(2026, 1, 1), appraiser="E001",
        )  # fmt: skip
    yield Watched(house, log)
    structlog.reset_defaults()


@contextmanager
def refused_comments(house: House) -> Iterator[None]:
    """The database refuses one comment, and on PostgreSQL says which in its error."""
    add, drop = (
        (
            f"CREATE TRIGGER no BEFORE INSERT ON comment WHEN NEW.text = '{POISON}' "
            f"BEGIN SELECT RAISE(ABORT, '{POISON}'); END",
            "DROP TRIGGER no",
        )
        if house.database.is_sqlite
        else (
            f"ALTER TABLE comment ADD CONSTRAINT no CHECK (text <> '{POISON}')",
            "ALTER TABLE comment DROP CONSTRAINT no",
        )
    )
    for statement in (add, drop):
        with owning(house.database) as session:
            session.connection().exec_driver_sql(statement)
        if statement == add:
            yield


@contextmanager
def database_gone(house: House) -> Iterator[None]:
    """Nobody gets at the data: PostgreSQL lets no one in, SQLite's file has other tables."""
    if house.database.is_sqlite:
        tables = ("rating", "api_key", "office", "agency")
        for old, new in (("{}", "{}_gone"), ("{}_gone", "{}")):
            with house.database.writer.connect() as connection, connection.begin():
                for table in tables:
                    connection.execute(text(f"ALTER TABLE {old.format(table)} RENAME TO {new.format(table)}"))
            if new.endswith("gone"):
                yield
        return
    url = make_url(owners_address(house.database.url.render_as_string(hide_password=False)))
    name = sql.Identifier(str(url.database))
    admin = url.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database])
        yield
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def use_everything(watched: Watched) -> None:
    """Requests that end well, and every way of being refused that a client can bring about."""
    house = watched.house
    good = watched.sheet()
    for body in (good, good, good | {"comment": POISON}):
        watched.post(body)
    for changed in (
        {"employee": CANARY_NAME},
        {"office": CANARY_NIP[:10]},
        {"employee": NIP},
        {"comment": COMMENT * 100},
        {"comment": [COMMENT]},
        {"scores": {"speed": COMMENT}},
        {"profile": {"sex": CANARY_NAME}},
        {"id": "bukan", "service": NAME},
        {"instrument": "tiada-1"},
        {"id": house.new_id(house.clock.now - timedelta(days=50))},
    ):
        watched.post(watched.sheet() | changed)
    for key in (key + "x" for key in house.keys.values()):
        watched.note(house.get("/v1/offices", key))
    watched.note(house.get("/v1/offices", f"{house.keys['reader']} {CANARY_NAME}"))
    watched.post(watched.sheet(), "reader")
    house.release()
    for path in ("offices", "employees", "counters", "indices", f"instruments/{NIP}", NIP, f"{NAME}"):
        for params in ({}, {"office": CANARY_NIP}, {"employee": NIP, "after": NAME}, {"limit": COMMENT}):
            watched.note(house.get(f"/v1/{path}", params=params))
    malformed = json.dumps(watched.sheet()).encode()[:-3]
    watched.note(house.request("POST", "/v1/ratings", "app", content=malformed, headers=JSON))
    watched.note(house.request("POST", "/v1/ratings", "app", content=malformed))
    watched.note(house.request("POST", "/v1/ratings", "app", content=malformed * 100, headers=JSON))
    watched.note(house.request("PUT", f"/v1/ratings?{NIP}", "app", content=malformed))


def pull_with_nip(watched: Watched) -> None:
    """Reports and files with the whole NIP for a key that sees it; and what such a key is refused."""
    house = watched.house
    put(house.database, [Visit(employee=code, rated_on=date(2026, 10, 12)) for code in ("E001", "E100") * 12])
    house.release()
    assert house.post("/v1/periods/2026-10/close", {}, "supervisor").status_code == 201
    with house.database.writing() as session:
        key, _ = issue(
            session, agency_id="kota", kind=KeyKind.admin, label="nip", actor="test", now=house.clock.now, sees_nip=True
        )
    house.keys["sees nip"] = key
    [listed] = house.get("/v1/reports", key, params={"period": "2026-10", "unit": "E100"}).json()["items"]
    for path, form in product((f"/v1/reports/{listed['id']}", "/v1/appraisals?period=2026-10"), ("json", "csv")):
        response = house.get(f"{path}{'&' if '?' in path else '?'}format={form}", key)
        assert NIP in response.text
        assert NIP not in str(response.headers)
    for path in (f"/v1/appraisals?period={NIP}", f"/v1/appraisals?period=2026-10&format={NIP}", f"/v1/reports/{NIP}"):
        watched.note(house.get(path, key))


def change_keys(house: House) -> None:
    """Sensitive actions, all of which leave rows in the audit trail."""
    now = house.clock.now
    with house.database.writing() as session:
        text_, key = issue(session, agency_id="kota", kind=KeyKind.reader, label=f"{NAME} {NIP}", actor="test", now=now)
        new, _ = rotate(session, agency_id="kota", key_id=key.key_id, actor="test", now=now, overlap=timedelta(days=1))
        given = read_key(new)
        assert given is not None
        [row] = keys_by_lookup(session, given.agency_id, given.lookup)
        revoke(session, agency_id="kota", key_id=row.key_id, actor="test", now=now)
    house.keys |= {"issued": text_, "rotated": new}


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_no_canary_is_seen_in_a_log_a_metric_a_problem_or_the_audit_trail(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    house = watched.house
    use_everything(watched)
    pull_with_nip(watched)
    change_keys(house)
    with refused_comments(house):
        watched.post(watched.sheet(comment=POISON))
    kept = house.services.of(Intake)
    house.put_instead(Intake, None)
    watched.note(house.post("/v1/ratings", watched.sheet()))
    house.put_instead(Intake, kept)
    with house.database.reading() as session:
        trail = [str(tuple(row)) for row in session.execute(text("SELECT * FROM audit_event"))]
    with database_gone(house):
        watched.post(watched.sheet())
        for path in ("/v1/offices", "/v1/employees", "/v1/indices", "/readyz"):
            watched.note(house.get(path))
    assert {200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 503} <= watched.statuses
    assert len(trail) > 15
    seen = {
        "the log": watched.log.getvalue() + caplog.text,
        "the metrics": house.get("/metrics", None).text,
        "a problem": "\n".join(watched.problems),
        "the audit trail": "\n".join(trail),
    }
    # Something was logged, or nothing could have been found.
    assert "request.failed" in seen["the log"]
    assert "group.refused" in seen["the log"]
    assert [each for where, words in seen.items() for each in watched.found(where, words)] == []


def test_every_line_of_the_log_is_json_with_a_name_from_a_short_list(watched: Watched) -> None:
    house = watched.house
    with refused_comments(house):
        watched.post(watched.sheet(comment=POISON))
    house.put_instead(Intake, None)
    watched.note(house.post("/v1/ratings", watched.sheet()))
    with database_gone(house):
        watched.note(house.get("/v1/offices"))
    lines = [json.loads(line) for line in watched.log.getvalue().splitlines()]
    assert {line["event"] for line in lines} == {"group.refused", "request.failed", "database.failed"}
    allowed = {"event", "level", "timestamp", "error", "n", "route", "where"}
    assert all(line.keys() <= allowed for line in lines)


def test_a_database_that_is_gone_is_told_as_busy_and_all_is_well_again_when_it_is_back(watched: Watched) -> None:
    house, sheet = watched.house, watched.sheet()
    with database_gone(house):
        assert house.get("/healthz", None).status_code == 200
        for response in (
            house.post("/v1/ratings", sheet),
            house.post("/v1/ratings/batch", {"ratings": [sheet]}),
            *(house.get(f"/v1/{path}") for path in ("offices", "employees", "instruments", "indices")),
        ):
            assert response.status_code == 503, response.text
            assert response.json()["code"] == "busy"
            assert int(response.headers["retry-after"]) > 0
    assert house.post("/v1/ratings", sheet).status_code == 201
    assert house.get("/v1/offices").status_code == 200
    assert house.get("/readyz", None).status_code == 200


def test_a_log_that_cannot_be_written_costs_no_answer(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    house, good = watched.house, watched.sheet()
    # As when the disk that holds the log is full, or whoever read it has gone.
    watched.log.close()
    with refused_comments(house):
        assert house.post("/v1/ratings", watched.sheet(comment=POISON)).status_code == 503
    with database_gone(house):
        assert house.post("/v1/ratings", good).status_code == 503
        assert house.get("/v1/offices").status_code == 503
    assert house.post("/v1/ratings", good).status_code == 201
    gc.collect()
    assert watched.found("the log", caplog.text) == []
