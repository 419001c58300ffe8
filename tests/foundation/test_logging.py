"""What libraries log comes out as one JSON object a line, too, without an error's words."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
import structlog

from app.foundation.telemetry import configure_logging


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Standard error of a process that logs; afterwards nothing is configured any more."""
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    configure_logging("info")
    yield told
    root.handlers = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


def failed() -> None:
    """An error as uvicorn logs it: its sentence holds the trace, and the error holds somebody's words."""
    try:
        raise ValueError("Siti Kenari")
    except ValueError as error:
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\nSiti Kenari", exc_info=error)


def test_what_libraries_say_is_json_without_an_errors_words(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("asyncio").warning("socket.send() raised exception.")
    logging.getLogger("uvicorn.error").info("Started server process")
    failed()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # Whoever has configured logging in this process before: pytest has put back what that had taken.
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(each["event"], each["level"], each.get("error")) for each in told] == [
        ("uvicorn.error.told", "warning", None),
        ("asyncio.told", "warning", None),
        ("uvicorn.error.told", "error", "ValueError"),
        ("py.warnings.told", "warning", None),
    ]
    assert told[0]["sentence"] == "Invalid HTTP request received."
    assert "Siti" not in lines.getvalue()


def test_configured_twice_every_line_comes_once(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    # What the fixture put there lasts only until the test itself begins.
    monkeypatch.setattr(sys, "stderr", lines)
    configure_logging("error")
    logging.getLogger("uvicorn.error").error("Boom")
    assert len(lines.getvalue().splitlines()) == 1
