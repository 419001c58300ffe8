"""kill -9 at every statement of closing and finalising: the period is wholly there, or nothing of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.seals.signing import make_key
from tests.closing.steps import close
from tests.house import House

pytestmark = pytest.mark.campaign

NOTHING = dict.fromkeys(("periods", "releases", "reports", "sealed", "final", "closed", "finalised", "told"), 0)
Furnished = tuple[str, dict[str, str]]
ROOT = Path(__file__).resolve().parents[2]


def killed(furnished: Furnished, key_file: Path, step: str, *mutant: str) -> list[dict[str, int]]:
    """What the database held after each kill."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.closing.killing", furnished[0], step, str(key_file), *mutant],
        cwd=ROOT,
        capture_output=True,
        text=True,
        # A bound for what hangs; on two busy cores it takes a minute and more.
        timeout=300,
        check=True,
    )
    lines: list[dict[str, int]] = [json.loads(line) for line in ended.stdout.splitlines()]
    assert all(line.pop("killed") for line in lines), ended.stderr
    # Not only the first moment or two were tried.
    assert len(lines) > 3, lines
    return lines


def test_a_closing_that_is_killed_leaves_nothing_until_it_leaves_all(
    office: House, furnished: Furnished, key_file: Path
) -> None:
    office.release()
    *before, last = killed(furnished, key_file, "close")
    assert before == [NOTHING] * len(before)
    reports = len(office.get("/v1/reports", "supervisor", params={"period": "2026-10"}).json()["items"])
    assert last == NOTHING | {"periods": 1, "releases": 1, "reports": reports, "closed": 1, "told": 1}
    assert reports >= 5


def test_a_finalising_that_is_killed_signs_nothing_until_it_signs_all(
    office: House, furnished: Furnished, key_file: Path
) -> None:
    close(office)
    make_key(key_file)
    *before, last = killed(furnished, key_file, "finalise")
    draft = before[0]
    assert (draft["periods"], draft["sealed"], draft["final"], draft["told"]) == (1, 0, 0, 1)
    assert before == [draft] * len(before)
    assert last == draft | {"sealed": draft["reports"], "final": 1, "finalised": 1, "told": 2}


def test_a_closing_in_two_transactions_would_be_found(office: House, furnished: Furnished, key_file: Path) -> None:
    office.release()
    lines = killed(furnished, key_file, "close", "two transactions")
    assert any(line["periods"] and not line["closed"] for line in lines)
