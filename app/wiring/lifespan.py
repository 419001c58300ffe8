"""The life of a process: what is looked at and begun before it answers, and in which order it ends."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.types import Lifespan

from app.devices.heartbeats import Heartbeats
from app.disclosure.nightly import NightlyRelease
from app.foundation.garbage_collection import collect_less_often
from app.foundation.http.routes import WritingCheck
from app.foundation.http.services import Services
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import SQLAlchemyError
from app.foundation.storage.read_replica import FigureReads
from app.instruments.registry import record_new_shipped
from app.jobs import BackgroundJobs, JobMaker, rewriting_of
from app.measures.comparing import compare_offices
from app.screening.nightly import NightlyScreening
from app.startup_checks import check_startup, in_its_turn
from app.wiring.intake import intake_of, writer_of


def lifespan_of(secret: bytes, jobs: JobMaker) -> Lifespan[FastAPI]:
    """What FastAPI runs around the time in which it answers."""

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        services: Services = application.state.services
        settings, database, clock, metrics = services.settings, services.database, services.clock, services.metrics
        check_startup(settings, database, secret)
        with all_agencies():
            in_its_turn(lambda: record_new_shipped(database, clock()))
        figures = services.of(FigureReads)
        figures.look()
        nightly = NightlyScreening(
            database,
            clock,
            hour=settings.screen_at,
            trace_days=settings.trace_days,
            failed=metrics.screening_failures.inc,
        )
        releasing = NightlyRelease(
            database,
            clock,
            after_days=settings.release_after_days,
            late_days=settings.late_limit_days,
            afterwards=compare_offices,
        )
        # Only here, because a writer belongs to the event loop in which it was made.
        rewriting = rewriting_of(database, clock, settings.screen_at, metrics.rewriting_failures.inc)
        writer = writer_of(settings, database)
        metrics.queued.set_function(lambda: writer.queued)
        application.state.services = services.with_services(
            nightly, releasing, rewriting, WritingCheck(writer.works), *intake_of(services, writer, secret)
        )
        in_background = BackgroundJobs(jobs(services, nightly, releasing, rewriting))
        _tune_the_interpreter()
        try:
            yield
        finally:
            # In this order: screening begins nothing more, what was accepted reaches the disk, and only then do the
            # connections close.
            nightly.stop()
            releasing.stop()
            await writer.drain()
            await in_background.end()
            # A database that is away takes nothing any more, and the kiosks come again in a minute.
            with all_agencies(), suppress(SQLAlchemyError):
                services.of(Heartbeats).write()
            figures.dispose()
            database.dispose()

    return lifespan


def _tune_the_interpreter() -> None:
    """Tune garbage collection and thread switching for an event loop with writer threads; see docs/performance.md."""
    collect_less_often()
    # A writer thread that comes back from the disk should not wait five milliseconds (the default) for its turn.
    sys.setswitchinterval(0.000_5)
