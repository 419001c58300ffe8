"""What the service asks of the process that reads a workbook (`child.py`), and how that one ends."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

# How the process ends where it could do nothing: the database did not answer, or the memory was not enough.
DATABASE_AWAY, TOO_MUCH = 75, 76


class Task(BaseModel):
    """What is to be done with the workbook of this name. `version`: import only if the directory has still this one."""

    model_config = ConfigDict(frozen=True)
    database_url: str
    agency_id: str
    actor: str
    name: str
    now: datetime
    by: str | None = None
    imports: bool = False
    version: UUID | None = None
