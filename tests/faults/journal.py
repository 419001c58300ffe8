"""What was tried so far, round by round: a file of JSON lines, by which an interrupted campaign goes on."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.figures import KEPT, Figures, total

ROOT = Path(__file__).resolve().parents[2]
# Of a service that breaks the promise on purpose: the harm was seen, or was not.
CAUGHT, MISSED = "caught", "missed"
# Not so many trials, but one that lasts so long, or has so many parts.
PARTS = ("seconds", "ratings")


@dataclass(frozen=True)
class Round:
    """Some trials of one row: how many of what unit, by which seed, and what they showed of which version."""

    row: str
    unit: str
    seed: int
    verdict: str
    figures: Figures
    version: str
    at: str
    seconds: float
    # What failed where there are no figures.
    why: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it showed what it should."""
        return self.verdict in (KEPT, CAUGHT)


@dataclass
class Journal:
    """The rounds of this version; with a file, also those of earlier runs."""

    version: str
    file: Path | None = None
    rounds: list[Round] = field(default_factory=list)

    @classmethod
    def open(cls, file: Path | None, version: str) -> "Journal":
        """What the file knows of this version."""
        lines = [] if file is None or not file.exists() else file.read_text().splitlines()
        rounds = [_round(json.loads(line)) for line in lines]
        return cls(version, file, [each for each in rounds if each.version == version])

    def add(self, done: Round) -> None:
        """Write a round down before the next one begins."""
        self.rounds.append(done)
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a") as lines:
                lines.write(json.dumps(asdict(done)) + "\n")

    def of(self, row: str) -> list[Round]:
        """The rounds of a row."""
        return [each for each in self.rounds if each.row == row]


def version_at_hand() -> str:
    """The commit, and whether something is changed beside it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        described = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        described = ""
    return described.strip() or "unknown"


def table(rounds: Sequence[Round]) -> Iterator[str]:
    """Each row with all of its rounds, in the order in which rows were first tried."""
    yield LINE.format("fault", "N", "attempted", "acknowledged", "recovered", "lost", "doubled", "phantom", "P ≤", "")
    for row in dict.fromkeys(each.row for each in rounds):
        own = [each for each in rounds if each.row == row]
        figures, unit = total(each.figures for each in own), own[0].unit
        counts = figures.attempted, figures.acknowledged, figures.recovered, figures.lost
        harm = figures.duplicate, figures.phantom
        faithful = all(each.verdict == KEPT for each in own)
        bound = f"{figures.bound:.5f}" if faithful and unit not in PARTS else ""
        verdict = next((each.verdict for each in own if not each.is_good), own[0].verdict)
        yield LINE.format(row, f"{figures.strikes} {unit}", *counts, *harm, bound, verdict)


LINE = "{:<46} {:>14} {:>10} {:>12} {:>9} {:>6} {:>7} {:>7} {:>8} {}"


def _round(values: dict[str, Any]) -> Round:
    figures = values["figures"]
    return Round(**{**values, "figures": Figures(**{**figures, "unaccounted": tuple(figures["unaccounted"])})})
