"""The schema changes under a running service: it is not ready and says why, and nothing that it confirmed is lost."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlalchemy import create_engine, make_url, text

from app.foundation.storage import migrations as migrating
from tests.conftest import Lend
from tests.downgrading import downgrade
from tests.faults.campaign import run_campaign
from tests.faults.figures import Figures
from tests.faults.service import NO_TLS, Nursery, Service, free_port
from tests.faults.trials import Sizes, Trials
from tests.postgres import owners_address

pytestmark = pytest.mark.fault

# What the migration of a later release may do: add, and note that it was there.
LATER = ("ALTER TABLE rating ADD COLUMN later varchar(40)", "UPDATE alembic_version SET version_num = '9999_later'")
AS_BEFORE = ("ALTER TABLE rating DROP COLUMN later", "UPDATE alembic_version SET version_num = '{head}'")
LONGEST_CHANGE, LONGEST_START = "4s", 60.0
CANNOT_START = 3


def change(url: str, statements: Sequence[str]) -> None:
    """Do this in one transaction, as a migration does: it waits for no table for long."""
    parts = make_url(owners_address(url))
    is_sqlite = parts.get_backend_name() == "sqlite"
    engine = create_engine(parts if is_sqlite else parts.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        wait = "PRAGMA busy_timeout = 30000" if is_sqlite else f"SET LOCAL lock_timeout = '{LONGEST_CHANGE}'"
        for statement in (wait, *statements):
            connection.execute(text(statement.format(head=migrating.head())))
    engine.dispose()


def readiness(service: Service) -> tuple[int, str]:
    """What it says of itself."""
    answer = httpx.get(f"{service.url}/readyz", trust_env=False, verify=NO_TLS, timeout=10)
    return answer.status_code, answer.json()["migration"]


def refusal(service: Service) -> str:
    """The words with which another process of this program refuses to start on the same database."""
    log = service.log.with_name("refused.log")
    other = Service(service.launcher, service.database_url, log, free_port())
    other.start()
    assert other.ended(LONGEST_START) == CANNOT_START
    return " ".join(log.read_text().split())


def test_while_the_schema_is_another_nobody_is_sent_there_and_nothing_confirmed_is_lost(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    before = sorted(migrating.known())[-2]

    def attempt(times: int, dice: Random) -> Figures:
        with lend(store) as (url, keys), Service.running(nursery, url, log) as service:

            def behind_and_ahead() -> None:
                # As after an upgrade of the program alone; then its migration, with requests in flight.
                downgrade(url, before)
                assert readiness(service) == (503, "behind")
                assert "Run `cermin migrate`" in refusal(service)
                migrating.upgrade(owners_address(url))
                assert readiness(service)[1] == "current"
                # As when somebody migrates before the old processes have ended.
                change(url, LATER)
                assert readiness(service) == (503, "ahead")
                assert "that of a newer version" in refusal(service)
                change(url, AS_BEFORE)
                assert readiness(service)[1] == "current"

            figures = run_campaign(service, keys, behind_and_ahead, times, dice, whims=False)
            assert service.ended(0) is None, "the service has ended"
        assert figures.broken == 0, "not every request was answered"
        return figures

    trials.keep(f"schema behind and ahead, {store}", "times", Sizes(1, 100, 10), attempt)
