"""The first programs of `examples/` send a rating once and read figures, in each language that is here to run them."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest

from app.disclosure.releasing import ReleaseOrder, release_agency
from app.disclosure.rules.calendar import months_until
from app.disclosure.rules.due import last_day, last_month_over
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from app.ratings.reconciliation import reconcile
from tests.clients.openapi_document import ROOT
from tests.house import LATE
from tests.loopback import serving
from tests.ratings.visits import Visit, put

pytestmark = pytest.mark.sqlite_daily

PROGRAMS = {"first_rating.py": sys.executable, "first_rating.mjs": "node", "first_rating.php": "php"}


def run(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of them as its first lines say."""
    program = shutil.which(PROGRAMS[name])
    if program is None:
        pytest.skip(f"{PROGRAMS[name]} is missing")
    command = [program, str(ROOT / "examples" / name), "dukcapil", "ktp-el"]
    whole = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, env=whole, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.long
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_first_program_rates_once_and_reads(name: str, furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    database = Database(url)
    # The programs name no days: whichever period is the newest has these.
    now = system_clock()
    months = months_until(last_day(last_month_over(now, timedelta(0))), 6)
    put(database, [Visit(sheet="434", rated_on=month.first) for month in months for _ in range(10)])
    release_agency(database, "kota", ReleaseOrder(now, "test", timedelta(0), LATE, whole=True))
    before = ratings_in(database)
    with serving(url, system_clock) as address:
        ended = run(name, BASE=address, APP_KEY=keys["app"], READER_KEY=keys["reader"])
        refused = run(name, BASE=address, APP_KEY=keys["reader"], READER_KEY=keys["app"])
    assert ended.stdout.splitlines() == ["201 stored", "200 stored", "dukcapil 91.67"]
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert refused.stdout.splitlines() == ["403 key-kind-refused"] * 2
    assert refused.stderr.startswith("403 key-kind-refused: ")
    assert refused.returncode == 1
    assert ratings_in(database) == before + 1
    database.dispose()


def ratings_in(database: Database) -> int:
    """How many ratings are stored."""
    return reconcile(database).ratings
