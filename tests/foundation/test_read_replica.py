"""Some readers read a replica, and are told how old its state is; everybody and everything else reads the database.

The replica here is a second database, into which the time is written by hand; test_streaming_replica.py has a real one.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url, text

from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database
from app.foundation.storage.read_replica import ABOVE, FigureReads
from app.main import create_app
from tests.closing.steps import close, finalise, rated
from tests.conftest import Lend
from tests.foundation.replica_answers import OCTOBER, age_of, figures, release_of
from tests.house import SECRET, House, problem
from tests.postgres import PostgresServer, owners_address
from tests.ratings.visits import put
from tests.silent_proxy import silent_proxy

# What a reader's key may ask of a replica.
FIGURES = (
    ("/v1/indices", OCTOBER | {"by": "office"}),
    ("/v1/indices", OCTOBER | {"by": "employee"}),
    ("/v1/measures/employees", {"period": "2026-10"}),
    ("/v1/measures/offices", {"period": "2026-10"}),
    ("/v1/measures/recognition", {"period": "2026-10"}),
    ("/v1/measures/training", {"period": "2026-10"}),
)


class Counter:
    """Seconds that tests count on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def copy_time(source: str, target: str, *, earlier: float = 0.0) -> None:
    """Do what replication does with the primary's time; `earlier`: as far behind as this (seconds)."""
    with psycopg.connect(source) as read, psycopg.connect(target) as write:
        [value] = read.execute("SELECT value FROM installation WHERE name = 'primary-time'").fetchone() or [None]
        assert value is not None, "nobody has written the time"
        then = str(int(value) - int(earlier * 1_000_000))
        write.execute("DELETE FROM installation WHERE name = 'primary-time'")
        write.execute("INSERT INTO installation (name, value) VALUES ('primary-time', %s)", [then])


class Beside:
    """A service beside a second database that plays its replica: both have one release, and the second another name."""

    def __init__(self, house: House, primary: str, replica: str) -> None:
        self.house, self.primary, self.replica = house, primary, replica
        self.counter = Counter()
        reads = FigureReads(house.database, Database(replica), 30.0, seconds=self.counter)
        house.put_instead(FigureReads, reads)
        reads.look()
        self.follow()

    def follow(self, *, earlier: float = 0.0) -> None:
        """Let the replica have the primary's newest time, and the service look at it."""
        copy_time(self.primary, self.replica, earlier=earlier)
        figures(self.house).look()

    def close(self) -> None:
        """Close the connections to the replica."""
        figures(self.house).dispose()


@pytest.fixture
def beside(lend: Lend) -> Iterator[Beside]:
    with lend("postgresql") as (primary, keys), lend("postgresql") as (replica, _):
        for url in (primary, replica):
            with House.open(url, keys) as house:
                put(house.database, [*rated("E001", 12), *rated("E002", 40, "433")])
                house.release()
        with psycopg.connect(replica) as connection:
            connection.execute("UPDATE office SET name = 'of the replica'")
        with House.open(primary, keys) as house:
            service = Beside(house, primary, replica)
            yield service
            service.close()


def of_replica(house: House, key: str) -> bool:
    """Whether this key's answer was read from the replica, by what stands in it; and says so."""
    answer = house.get("/v1/indices", key, params=OCTOBER | {"by": "office"})
    read = {row["group"]["name"] for row in answer.json()["rows"]} == {"of the replica"}
    assert read == (age_of(answer) is not None)
    return read


def test_only_who_can_have_saved_nothing_reads_the_replica(beside: Beside) -> None:
    readers = {name: of_replica(beside.house, name) for name in ("reader", "supervisor", "auditor", "admin")}
    assert readers == {"reader": True, "supervisor": False, "auditor": False, "admin": False}
    # Also one that reaches an office alone.
    assert of_replica(beside.house, "reader dukcapil")


@pytest.mark.long
def test_every_figure_says_how_old_its_state_is(beside: Beside) -> None:
    for path, asked in FIGURES:
        first = beside.house.get(path, params=asked)
        age = age_of(first)
        assert age is not None, path
        # The age is no part of what is tagged: a state that grew older by a second is not another answer.
        beside.counter.now += 3
        again = beside.house.get(path, params=asked, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, age_of(again)) == (304, age + 3), path
        assert age_of(beside.house.get(path, "supervisor", params=asked)) is None, path


@pytest.mark.long
def test_files_of_reports_say_it_too(lend: Lend, tmp_path: Path) -> None:
    key_file = tmp_path / "signing-key.pem"
    with (
        lend("postgresql") as (primary, keys),
        # The database is its own replica.
        House.open(primary, keys, read_database_url=primary, signing_key_file=key_file) as house,
    ):
        put(house.database, [*rated("E001", 12), *rated("E002", 40, "433")])
        close(house)
        finalise(house, key_file)
        [line] = house.get("/v1/reports", params={"period": "2026-10", "unit": "E001"}).json()["items"]
        asked = {"period": "2026-10", "instrument": "ikl-1"}
        for path, query in (
            (f"/v1/reports/{line['id']}", {"format": "json"}),
            (f"/v1/reports/{line['id']}", {"format": "csv"}),
            ("/v1/appraisals", asked),
            ("/v1/evidence-pack", asked),
        ):
            ages = [age_of(house.get(path, key, params=query)) for key in ("reader", "supervisor")]
            assert ages[0] is not None, path
            assert ages[1] is None, path
        # What is sealed never changes: kept by this process, it is of no state any more.
        assert age_of(house.get(f"/v1/reports/{line['id']}")) is None


def test_a_state_older_than_the_limit_is_not_read(beside: Beside) -> None:
    beside.follow(earlier=20)
    assert beside.house.get("/readyz", None).json()["replica"] == "used"
    assert 20 <= (release_of(beside.house)[1] or 0) <= 22
    # It stands still meanwhile: seen in the answer, and before the next look at it.
    beside.counter.now += 11
    assert release_of(beside.house)[1] is None
    assert beside.house.get("/readyz", None).json()["replica"] == "late"
    assert beside.house.get("/readyz", None).status_code == 200
    beside.follow(earlier=31)
    assert beside.house.get("/readyz", None).json()["replica"] == "late"
    assert release_of(beside.house)[1] is None
    beside.follow()
    assert release_of(beside.house)[1] is not None


def test_a_replica_that_was_never_told_the_time_is_not_read(beside: Beside) -> None:
    with psycopg.connect(beside.replica) as connection:
        connection.execute("DELETE FROM installation WHERE name = 'primary-time'")
    assert release_of(beside.house)[1] is None
    figures(beside.house).look()
    assert figures(beside.house).standing == "late"


def test_what_the_replica_does_not_have_yet_is_asked_of_the_database(beside: Beside) -> None:
    with psycopg.connect(beside.replica) as connection:
        connection.execute("DELETE FROM figure_release")
    assert release_of(beside.house) == (1, None)
    problem(beside.house.get("/v1/indices", params={"office": "tiada"}), 404, "office-unknown")
    # One refusal says nothing about the replica.
    assert figures(beside.house).standing == "used"


def test_a_replica_without_a_table_is_left_until_it_is_looked_at_again(beside: Beside) -> None:
    with psycopg.connect(owners_address(beside.replica)) as connection:
        connection.execute("ALTER TABLE figure_release RENAME TO away")
    assert release_of(beside.house) == (1, None)
    assert beside.house.get("/readyz", None).json() == {
        "status": "ready",
        "database": "ok",
        "migration": "current",
        "ratings": "stored",
        "replica": "unreachable",
    }
    with psycopg.connect(owners_address(beside.replica)) as connection:
        connection.execute("ALTER TABLE away RENAME TO figure_release")
    assert release_of(beside.house) == (1, None)
    figures(beside.house).look()
    assert release_of(beside.house)[1] is not None


def test_a_key_revoked_a_moment_ago_reads_no_replica(beside: Beside) -> None:
    assert of_replica(beside.house, "reader")
    with psycopg.connect(beside.primary) as connection:
        connection.execute("UPDATE api_key SET revoked_at = now() WHERE label = 'reader' AND agency_id = 'kota'")
    problem(beside.house.get("/v1/indices"), 401, "key-revoked")


def test_reading_about_persons_leaves_its_trace_in_the_database(beside: Beside) -> None:
    count = text("SELECT count(*) FROM audit_event WHERE action = 'persons.read'")
    assert age_of(beside.house.get("/v1/indices", params=OCTOBER | {"by": "employee"})) is not None
    with beside.house.database.reading() as session:
        assert session.execute(count).scalar_one() == 1


@pytest.mark.long
def test_a_replica_from_which_no_packet_comes_leaves_an_answer_time_for_the_database(lend: Lend) -> None:
    with (
        lend("postgresql") as (primary, keys),
        silent_proxy(primary) as away,
        # By way of the proxy the database is its own replica.
        House.open(primary, keys, read_database_url=away.url) as house,
    ):
        put(house.database, rated("E001", 12))
        house.release()
        assert release_of(house)[1] is not None
        away.be_silent()
        # Within the time that an answer has: what the replica took is taken off it.
        assert release_of(house) == (1, None)
        assert figures(house).standing == "unreachable"
        assert release_of(house) == (1, None)


def test_without_a_replica_no_answer_has_an_age(furnished: tuple[str, dict[str, str]]) -> None:
    with House.open(*furnished) as house:
        put(house.database, rated("E001", 12))
        house.release()
        assert release_of(house) == (1, None)
        assert house.get("/readyz", None).json()["replica"] == "none"
        figures(house).look()
        assert "cermin_figure_reads_total{" not in house.get("/metrics", None).text


def test_a_replica_of_another_installation_stops_the_start(lend: Lend) -> None:
    with lend("postgresql") as (primary, keys), lend("postgresql") as (other, _):
        with psycopg.connect(other) as connection:
            connection.execute("INSERT INTO installation (name, value) VALUES ('secret', 'of somebody else')")
        with (
            pytest.raises(StartupError, match="another installation"),
            House.open(primary, keys, read_database_url=other),
        ):
            pass


def test_production_refuses_a_replica_whose_role_no_policy_binds(lend: Lend) -> None:
    with lend("postgresql") as (primary, keys):
        # The database is its own replica.
        with House.open(primary, keys, read_database_url=primary, environment="production"):
            pass
        unbound = owners_address(primary)
        with (
            pytest.raises(StartupError) as refused,
            House.open(primary, keys, read_database_url=unbound, environment="production"),
        ):
            pass
        assert str(refused.value) == ABOVE
        # As for the database itself, a first look on somebody's own machine is not kept from it.
        with House.open(primary, keys, read_database_url=unbound):
            pass


@pytest.fixture
def reader(postgres: PostgresServer) -> Iterator[str]:
    """A role that may only read, as the operating guide makes it."""
    name = f"cermin_reader_{uuid4().hex[:8]}"
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN IN ROLE pg_read_all_data".encode())
        yield name
        admin.execute(f"DROP ROLE {name}".encode())


def test_a_replica_whose_role_is_freed_while_it_is_read_is_left_and_the_reason_told(
    lend: Lend, postgres: PostgresServer, reader: str
) -> None:
    with lend("postgresql") as (primary, keys), House.open(primary, keys) as house:
        replica = make_url(primary).set(username=reader).render_as_string(hide_password=False)
        reads = FigureReads(house.database, Database(replica), 30.0, must_be_bound=True)
        house.put_instead(FigureReads, reads)
        put(house.database, rated("E001", 12))
        house.release()
        reads.look()
        assert release_of(house)[1] is not None
        with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
            admin.execute(f"ALTER ROLE {reader} BYPASSRLS".encode())
        with pytest.raises(StartupError) as refused:
            reads.look()
        assert str(refused.value) == ABOVE
        assert release_of(house)[1] is None
        reads.dispose()


@pytest.mark.long
def test_a_replica_that_does_not_answer_stops_no_start(lend: Lend) -> None:
    nowhere = "postgresql://cermin@127.0.0.1:1/cermin"
    with lend("postgresql") as (primary, keys), House.open(primary, keys, read_database_url=nowhere) as house:
        put(house.database, rated("E001", 12))
        house.release()
        assert release_of(house) == (1, None)
        assert "cermin_replica_age_seconds +Inf" in house.get("/metrics", None).text


@pytest.mark.parametrize("replica", ["sqlite:///other.db", "postgresql://cermin@127.0.0.1/cermin"])
def test_sqlite_has_no_replica(replica: str, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/cermin.db", read_database_url=replica, secret=SECRET)
    with pytest.raises(StartupError, match="CERMIN_READ_DATABASE_URL"):
        create_app(settings)
