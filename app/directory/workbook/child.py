"""The process of its own in which a sent workbook is read, checked and imported (`python -m`, by `apart.py`).

It takes a `Task` as a line of JSON and the workbook after it, and answers with the outcome as JSON. A workbook of
30,000 employees takes seconds of computing and hundreds of megabytes; here neither delays a rating.
"""

import sys
from typing import IO

from app.directory.faults import DirectoryFault, Fault, WorkbookFault, sentence_of
from app.directory.workbook.files import read_bytes_workbook
from app.directory.workbook.importing import check, import_checked
from app.directory.workbook.outcome import OUTCOME, Checked, Faulty
from app.directory.workbook.preview import preview_of
from app.directory.workbook.proposal import propose
from app.directory.workbook.task import DATABASE_AWAY, TOO_MUCH, Task
from app.foundation.process_limits import limit_this_process
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database, OperationalError, TimeoutError

# Half of what a command takes: whoever sends a workbook waits for an answer.
LARGEST_AREA = 1_000_000
# More than the largest workbook needs.
MOST_MEMORY = 3 * 1024**3


def work(task: Task, content: bytes, database: Database) -> Faulty | Checked:
    """Check the workbook, and import it where that was asked for and the directory is the one that was looked at."""
    proposal = propose(read_bytes_workbook(task.name, content, LARGEST_AREA), task.now.date())
    try:
        # Nobody has to wait while a large workbook is compared.
        with database.snapshot(hurried=False) as session:
            checked = check(session, proposal, task.agency_id, task.by)
        if not task.imports or task.version not in (None, checked.version):
            return Checked(kind="checked", version=checked.version, preview=preview_of(checked.changes, checked.before))
        with database.unhurried() as session:
            imported = import_checked(
                session,
                proposal,
                checked,
                agency_id=task.agency_id,
                actor=task.actor,
                now=task.now,
                by=task.by,
            )
    except WorkbookFault as fault:
        return Faulty.of(fault.faults)
    except DirectoryFault as fault:
        return Faulty.of((Fault(task.name, None, None, sentence_of(fault)),))
    return Checked(kind="imported", version=imported.version, preview=preview_of(imported.changes, imported.before))


def main(given: IO[bytes], answer: IO[bytes]) -> int:
    """Do one task; the status of the process."""
    limit_this_process(MOST_MEMORY)
    line, _, content = given.read().partition(b"\n")
    task = Task.model_validate_json(line)
    database = Database(task.database_url, pool_size=1)
    try:
        with of_agency(task.agency_id):
            answer.write(OUTCOME.dump_json(work(task, content, database)))
    except (OperationalError, TimeoutError):
        return DATABASE_AWAY
    except MemoryError:
        return TOO_MUCH
    finally:
        database.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
