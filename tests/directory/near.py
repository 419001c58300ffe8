"""Reads workbooks in this process: another one takes seconds to start, and has tests of its own."""

from app.directory.uploads import Uploads
from app.directory.workbook.apart import WorkbookProcess
from app.directory.workbook.child import work
from app.directory.workbook.outcome import OUTCOME, Checked, Faulty
from app.directory.workbook.task import Task
from app.foundation.storage.database import Database
from tests.house import House


class NearProcess(WorkbookProcess):
    """The same work, without the process."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    def run(self, task: Task, content: bytes) -> Faulty | Checked:
        """Do it here, and tell it as the process would."""
        asked = Task.model_validate_json(task.model_dump_json())
        return OUTCOME.validate_json(OUTCOME.dump_json(work(asked, content, self._database)))


def stay_near(house: House) -> House:
    """The service, whose workbooks are read in this process."""
    process = NearProcess(house.database)
    house.put_instead(WorkbookProcess, process)
    house.put_instead(Uploads, Uploads(house.database, house.clock, process))
    return house
