"""Steps of the tests of `cermin backup|restore`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from tests.house import SECRET, House

ANOTHER = "another secret, as long as the first one was"


class Terminal:
    """Runs `cermin …` with the settings that are given, in an empty folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        monkeypatch.chdir(folder)
        self.use(SECRET=SECRET)

    def use(self, **values: str | None) -> None:
        """Set, or with None unset, settings from here on."""
        for name, value in values.items():
            if value is None:
                self._monkeypatch.delenv(f"CERMIN_{name}", raising=False)
            else:
                self._monkeypatch.setenv(f"CERMIN_{name}", value)
        context.settings.cache_clear()

    def run(self, *arguments: str, status: int = 0) -> str:
        """What a command says, on one line; it never shows a secret."""
        context.settings.cache_clear()
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, (result.output, result.exception)
        assert SECRET not in result.output
        assert ANOTHER not in result.output
        return " ".join(result.output.split())


def rate(house: House, n: int) -> list[dict[str, Any]]:
    """Have so many ratings acknowledged; their sheets."""
    sheets = [house.sheet() for _ in range(n)]
    for sheet in sheets:
        assert house.post("/v1/ratings", sheet).status_code == 201
    return sheets


def answers(house: House, sheets: list[dict[str, Any]]) -> list[int]:
    """What the service answers to sheets that are sent again: 200 for those it has."""
    return [house.post("/v1/ratings", sheet).status_code for sheet in sheets]


def changed(file: Path, change: Callable[[bytearray], object]) -> None:
    """Change the bytes of a file."""
    content = bytearray(file.read_bytes())
    change(content)
    file.write_bytes(content)


@contextmanager
def under_traffic(house: House) -> Iterator[list[dict[str, Any]]]:
    """Somebody rates without a pause; the sheets that were acknowledged so far."""
    acknowledged, enough, stop = list[dict[str, Any]](), Event(), Event()

    def go_on() -> None:
        while not stop.is_set():
            acknowledged.extend(rate(house, 1))
            if len(acknowledged) == 20:
                enough.set()

    thread = Thread(target=go_on)
    thread.start()
    try:
        assert enough.wait(60)
        yield acknowledged
    finally:
        stop.set()
        thread.join()
