"""Nothing of a report or its reporter is kept in the clear: no word in any table, log, metric, message or address."""

import gc
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from app.foundation.storage.database import metadata
from app.foundation.telemetry import configure_logging
from app.integrity.door import IntegrityDoor
from app.integrity.telling import tell_of_days
from app.jobs import rewriting_of
from tests.house import House, problem
from tests.integrity.reporting import (
    CONTACT,
    REPORTS,
    WORDS,
    hand_over,
    listed,
    opened,
    receipt,
    report,
    rows,
    sealed,
    send,
    settle,
    step,
)

REFERER = "https://cermin.test/t#ABCD-EFGH-JKMN"
AGENT = "Peramban Gagak/7"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What the service's real logging writes."""
    kept = StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", kept)
        configure_logging("debug")
    yield kept
    structlog.reset_defaults()


def everything(house: House) -> str:
    """Every value of every table, as text."""
    with house.database.reading() as session:
        return "\n".join(
            str(tuple(row)) for name in metadata.tables for row in session.execute(text(f'SELECT * FROM "{name}"'))
        )


def test_neither_tables_nor_logs_nor_metrics_hold_a_word_or_who_sent_it(house: House, log: StringIO) -> None:
    opened(house)
    headers = {
        "Referer": REFERER,
        "User-Agent": AGENT,
        "X-Forwarded-For": "203.0.113.77",
        "Cookie": "c=gagak-hitam",
    }
    given = house.post(REPORTS, report(), None, headers=headers)
    assert given.status_code == 201
    code = given.json()["receipt"]
    receipt(house, code, headers=headers)
    receipt(house, "0" * 12, headers=headers)
    # Not a line, whatever it would say: each has its moment.
    assert log.getvalue() == ""
    seen = [given.headers.get("location", "")]
    # Also where it is refused, and where the service breaks down over it.
    wrong = ({"office": WORDS[:30]}, {"kind": WORDS}, {"text": WORDS * 90}, {"contact": CONTACT * 90})
    seen += [house.post(REPORTS, report() | changed, None, headers=headers).text for changed in wrong]
    real = house.services.of(IntegrityDoor)

    class Broken:
        def take(self, *_: object) -> None:
            raise RuntimeError(WORDS)

    house.put_instead(IntegrityDoor, Broken())
    problem(house.post(REPORTS, report(), None, headers=headers), 500, "internal-error")
    house.put_instead(IntegrityDoor, real)
    [found] = listed(house)
    hand_over(house, found["id"])
    step(house, found["id"], "forward")
    house.clock.now += timedelta(days=1)
    tell_of_days(house.database, house.clock.now)
    gc.collect()
    seen += [everything(house), log.getvalue(), house.get("/metrics", None).text]
    canaries = (WORDS, WORDS[:20], CONTACT, code, code.replace("-", ""), "203.0.113.77", "gagak-hitam", AGENT, REFERER)
    for canary in canaries:
        assert not [each[:200] for each in seen if canary.lower() in each.lower()], canary


def test_no_count_goes_up_when_somebody_sends_a_report_or_looks_for_one(house: House) -> None:
    opened(house)
    before = house.get("/metrics", None).text
    code = send(house).json()["receipt"]
    receipt(house, code)
    receipt(house, "0" * 12)
    send(house, office="tiada")
    house.get("/v1/integrity-form/kota", None)
    after = house.get("/metrics", None).text
    counted = {line for line in after.splitlines() if line.startswith("cermin_http_answers_total")}
    grown = counted - set(before.splitlines())
    assert [line for line in grown if "/metrics" not in line] == []
    assert "integrity-re" not in "".join(line for line in counted if "{integrity_report_id}" not in line)

    class Broken:
        def take(self, *_: object) -> None:
            raise RuntimeError

    # That it is broken is counted.
    house.put_instead(IntegrityDoor, Broken())
    send(house)
    assert 'route="/v1/integrity-reports",status="500"} 1.0' in house.get("/metrics", None).text


def bytes_of(house: House) -> bytes:
    """What lies on the disk: SQLite's file with its log, or the files of PostgreSQL's table with its long values."""
    if house.database.is_sqlite:
        file = Path(str(house.database.url.database))
        return b"".join(each.read_bytes() for each in (file, Path(f"{file}-wal")) if each.exists())
    with house.database.keeper.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        tables = "SELECT unnest(ARRAY[oid, reltoastrelid]) FROM pg_class WHERE relname = 'integrity_sealed'"
        files = f"SELECT pg_read_binary_file(pg_relation_filepath(t::regclass)) FROM ({tables}) AS each(t) WHERE t <> 0"
        return b"".join(bytes(content) for (content,) in connection.execute(text(files)))


@pytest.mark.one_server
def test_of_an_erased_report_no_sealed_word_is_left_in_any_table_and_after_the_night_none_on_the_disk(
    house: House,
) -> None:
    opened(house)
    settle(house, retention_days=1)
    send(house, text="x" * 3_900)
    send(house)
    erased, kept = (each["id"] for each in listed(house))
    canary = sealed(house, erased)["ciphertext"][:60]
    other = sealed(house, kept)["ciphertext"][:60]
    assert canary in everything(house)
    for each in ("forward", "confirm"):
        step(house, erased, each)
    house.clock.now += timedelta(days=1)
    assert step(house, erased, "erase").status_code == 200
    assert canary not in everything(house)
    assert other in everything(house)
    assert rewriting_of(house.database, house.clock, screen_at=1).now()
    left = bytes_of(house)
    assert canary.encode() not in left
    assert other.encode() in left, "the test looks at the right bytes"
    # What stays: kind, days and state, and the receipt's digest.
    [row] = rows(house, "SELECT kind, state, length(digest) FROM integrity_report WHERE state = 'erased'")
    assert row == ("demand-for-favours", "erased", 64)
