"""How an answer says that it was read from a replica, and how old that replica's state was."""

from typing import Any, TypeVar

from starlette.responses import Response

from app.foundation.storage.read_replica import Read

Answer = TypeVar("Answer", bound=Response)
# Whole seconds, rounded up; without it the primary was read.
HEADER = "Read-Replica-Age"
# What the document says of answers that may have it.
DATED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            HEADER: {
                "schema": {"type": "integer", "minimum": 0},
                "description": "Read from a replica whose state was so many seconds old at most; absent where the "
                "database itself was read.",
            }
        }
    }
}


def dated(answer: Answer, read: Read[Any]) -> Answer:
    """The same answer, with the age of the replica's state if it was read from one."""
    if read.age is not None:
        answer.headers[HEADER] = str(read.age)
    return answer
