"""Every job of a process runs as nobody in particular would start it, on a database that asks whose rows are wanted."""

import asyncio
from contextlib import nullcontext
from contextvars import Context
from datetime import timedelta

import pytest

from app import jobs
from app.foundation.storage.database import DBAPIError
from app.jobs import Job, jobs_of, run_to_its_end
from tests.conftest import Lend
from tests.house import House
from tests.ratings.visits import Visit, put

pytestmark = [
    pytest.mark.long,
]


def work_for_days(lend: Lend, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """Run every job as the start of a process finds it, and some nights later; the jobs."""
    taken: list[Job] = []

    def kept(*given: object) -> tuple[Job, ...]:
        taken.extend(jobs_of(*given))  # type: ignore[arg-type]  # handed on as they came
        return ()

    monkeypatch.setattr("tests.house.jobs_of", kept)
    with lend("postgresql") as (url, keys), House.open(url, keys, jobs=True) as house:
        put(house.database, [Visit(employee="E001")] * 30)
        assert house.post("/v1/ratings", house.sheet(comment="Cepat")).status_code == 201
        for _ in range(3):
            for job in taken:
                Context().run(asyncio.run, run_to_its_end(job.work))
            house.clock.now += timedelta(days=1)
    return taken


def test_every_job_says_whose_rows_it_wants(lend: Lend, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(work_for_days(lend, monkeypatch)) > 10


def test_a_job_that_does_not_say_it_fails(lend: Lend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "all_agencies", nullcontext)
    with pytest.raises(DBAPIError, match="nobody said whose rows these are"):
        work_for_days(lend, monkeypatch)
