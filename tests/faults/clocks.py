"""Services whose clock is 420 days ahead: entry points like `app.cli:main`, run in a process of their own."""

from datetime import datetime, timedelta
from functools import partial

import app.cli.service
import app.jobs
from app.cli import main
from app.foundation.clock import system_clock
from app.main import create_app

AHEAD = timedelta(days=420)


def far_ahead() -> datetime:
    """What that clock shows."""
    return system_clock() + AHEAD


def ahead() -> None:
    """The service with such a clock."""
    setattr(app.cli.service, "create_app", partial(create_app, clock=far_ahead))  # noqa: B010
    main()


def ahead_and_believed() -> None:
    """One that believes every clock, as Cermin once did."""
    setattr(app.jobs, "clock_is_believable", lambda *_: True)  # noqa: B010 - mypy forbids assigning to a function
    ahead()
