"""Services whose clock is 420 days ahead: entry points like `app.cli:main`, run in a process of their own."""

from datetime import datetime, timedelta
from functools import partial

import app.cli.service
import app.jobs
from app.cli import main
from app.foundation.clock import system_clock
from app.main import create_app
from tests.faults.mutants import put_in_place

AHEAD = timedelta(days=420)


def far_ahead() -> datetime:
    """What that clock shows."""
    return system_clock() + AHEAD


def ahead() -> None:
    """The service with such a clock."""
    put_in_place(app.cli.service, "create_app", partial(create_app, clock=far_ahead))
    main()


def ahead_and_believed() -> None:
    """One that believes every clock, as Cermin once did."""
    put_in_place(app.jobs, "clock_is_believable", lambda *_: True)
    ahead()
