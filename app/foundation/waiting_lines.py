"""Values that wait on disk instead of in memory, in a private file that goes with whoever made it."""

import json
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any


class WaitingLines:
    """Values of JSON that are put one after the other and gone through as often as one likes; a context."""

    def __init__(self) -> None:
        # It has no name, and nobody else can open it.
        self._file = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - `close` closes it
        self._number = 0

    def __enter__(self) -> "WaitingLines":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self._number

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def put(self, value: Any) -> None:
        """Put the next value; tuples come back as lists."""
        self._file.write(json.dumps(value) + "\n")
        self._number += 1

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        return map(json.loads, self._file)
