"""Dies in the middle of a step of a period: `python -m tests.closing.killing URL STEP KEYFILE [MUTANT]`.

Forks one child after another; the first is killed (SIGKILL) before its first statement that writes, the next one
before its second, and so on up to its commit and just after it. After each death one line of JSON tells what
the database holds. A child that outlives its step ends the program.
"""

import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, func
from sqlmodel import col, select

from app.access.principals import Reach
from app.access.tables import AuditEvent
from app.closing import lifecycle
from app.closing.addressing import asked
from app.closing.tables import Period, Release, Report
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database
from app.outbox.tables import OutboxEvent
from app.seals.signing import load_key

REACH = Reach("kota", None, "test")
AFTER = {"close": datetime(2026, 11, 16, tzinfo=UTC), "finalise": datetime(2026, 12, 16, tzinfo=UTC)}


def main(url: str, step: str, key_file: str, mutant: str = "") -> None:
    """Kill at every moment in turn."""
    moment = 0
    while True:
        moment += 1
        child = os.fork()
        if child == 0:
            live_and_die(url, step, Path(key_file), mutant, moment)
        _, status = os.waitpid(child, 0)
        killed = os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        found = held(url)
        sys.stdout.write(json.dumps({"killed": killed} | found) + "\n")
        if not killed or found["final" if step == "finalise" else "periods"]:
            return


def live_and_die(url: str, step: str, key_file: Path, mutant: str, moment: int) -> None:
    """The child's whole life."""
    database = Database(url)
    seen = 0

    def one_more(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.writer, "before_cursor_execute", one_more)
    event.listen(database.writer, "commit", one_more)
    audit, later = lifecycle.audit, list[tuple[Any, ...]]()
    if mutant:
        lifecycle.audit = lambda _, *rest, **detail: later.append((*rest, detail))
    if step == "close":
        lifecycle.close(
            database, REACH, asked("2026-10"), by=lifecycle.Method("ikl-1"), now=AFTER[step], working_days=5
        )
    else:
        lifecycle.finalise(database, REACH, asked("2026-10"), key=load_key(key_file), now=AFTER[step])
    for *rest, detail in later:
        with database.writing() as session:
            audit(session, *rest, **detail)
    os.kill(os.getpid(), signal.SIGKILL)


def held(url: str) -> dict[str, int]:
    """What is there of the period."""
    database = Database(url)
    with database.reading() as session:
        count = {
            "periods": select(func.count()).select_from(Period),
            "releases": select(func.count()).select_from(Release),
            "reports": select(func.count()).select_from(Report),
            "sealed": select(func.count()).select_from(Report).where(col(Report.envelope).is_not(None)),
            "final": select(func.count()).select_from(Period).where(Period.state == "final"),
            "closed": select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "period.closed"),
            "finalised": select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "period.finalised"),
            "told": select(func.count()).select_from(OutboxEvent),
        }
        found = {name: session.exec(query).one() for name, query in count.items()}
    database.dispose()
    return found


if __name__ == "__main__":
    with all_agencies():
        main(*sys.argv[1:])
