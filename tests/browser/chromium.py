"""Debian's Chromium under Playwright, and axe as the judge of what it shows."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# CI sets it: there a browser that is missing fails the tests instead of leaving them out.
NEEDED = "CERMIN_NEEDS_CHROMIUM"
# Every rule of WCAG 2.2 up to AA and of good practice; the size of targets is off unless it is asked for.
RULES: dict[str, Any] = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
AXE = Axe()
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def options() -> dict[str, Any]:
    """What Playwright's `launch` and `launch_persistent_context` take here; skips or fails without a Chromium."""
    found = shutil.which("chromium")
    if found is None:
        missing = "there is no chromium on the path (Debian: apt-get install chromium)"
        if os.environ.get(NEEDED):
            pytest.fail(f"{NEEDED} is set, but {missing}", pytrace=False)
        pytest.skip(missing)
    return {"executable_path": found, "args": list(ARGUMENTS)}


def axe_violations(page: Page, *rules: str) -> list[str]:
    """What axe finds in the page as it is now: `rule: help, at selectors`; empty when all is well.

    With `rules` by these alone: where only colours or sizes are other than when all were asked for.
    """
    options = RULES | ({"runOnly": {"type": "rule", "values": list(rules)}} if rules else {})
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{one['id']}: {one['help']}, at {', '.join(str(node['target']) for node in one['nodes'])}" for one in found
    ]


@contextmanager
def complaints(page: Page) -> Iterator[list[str]]:
    """Errors of scripts and of the console in the block, as they come."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    yield heard


def kill_browser(profile: Path) -> None:
    """SIGKILL to the Chromium whose profile this is, as a power cut ends it; to no other process."""
    argument = f"--user-data-dir={profile}".encode()
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            # The children of a browser name a type and end with it.
            if argument in words and not any(word.startswith(b"--type=") for word in words):
                os.kill(int(process.name), signal.SIGKILL)
                killed += 1
    assert killed, f"no browser runs with the profile {profile}"
