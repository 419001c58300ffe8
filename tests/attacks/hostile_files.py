"""Every attack by a file, by its name: what makes it of an honest file of the same kind."""

from collections.abc import Callable, Mapping

from tests.attacks.hostile_archives import (
    PARTS,
    SHEET,
    including,
    laughing,
    nested,
    overlapping,
    repeating_one_long,
    unpacking_to,
    wide,
    with_parts,
)
from tests.effort import sized

# A million, as elements within each other and beside each other.
MANY = 1_000_000
SECRET_OF_A_FILE = "kata-sandi-kenari"


def archives(honest: bytes, secret: str) -> Mapping[str, Callable[[], bytes]]:
    """Attacks on a workbook; `secret` is the address of a file that nobody may read by one."""
    changes = {
        "unpacks to more than there may be": unpacking_to(sized(200, 1_024)),
        "a billion laughs": laughing,
        "one long entity ten thousand times": repeating_one_long,
        "a file of the machine as an entity": including(secret),
        "a million elements within each other": nested(sized(MANY // 10, MANY)),
    }
    # In a sheet every day, and in the campaign in each part that a reader opens.
    made: dict[str, Callable[[], bytes]] = {
        f"{name}, in {part}": lambda change=change, part=part: with_parts(honest, {part: change})  # type: ignore[misc]  # bound by their defaults
        for name, change in changes.items()
        for part in sized(PARTS[:2], PARTS)
    }
    made["a million columns"] = lambda: with_parts(honest, {SHEET: wide(MANY)})
    made["five thousand names for the same bytes"] = lambda: overlapping(honest, 5_000, sized(1, 4))
    made["an archive within itself, cut off"] = lambda: honest + honest[: len(honest) // 2]
    return made


def tables(header: str) -> Mapping[str, str]:
    """Attacks on a CSV file whose honest header is this."""
    others = ",".join(f"k{n}" for n in range(MANY))
    return {
        "a million other columns": f"{others}\n{'x,' * MANY}\n",
        "a million columns behind the right ones": f"{header},{others}\n",
        "a row of a million cells": f"{header}\n{'x,' * MANY}\n",
        "a million delimiters": "," * MANY,
        "sixteen thousand other columns": ",".join(f"k{n}" for n in range(16_000)) + "\nx\n",
        "a cell that never ends": f'{header}\n"{"x" * MANY}',
        "noughts": "\0" * MANY,
        "a formula for everybody": f"{header}\n" + "=cmd|' /c calc'!A0,@SUM(1),+1,-1\n" * 100,
    }


def questionnaires() -> Mapping[str, str]:
    """Attacks on a questionnaire's file (TOML), as long as one may be."""
    return {
        "lists within each other": "a = " + "[" * 30_000 + "]" * 30_000,
        "tables within each other": "a = " + "{a = " * 10_000 + "1" + "}" * 10_000,
        "a name of thirty thousand parts": "a" + ".a" * 30_000 + " = 1",
        "a number of sixty thousand digits": "a = 1" + "0" * 60_000,
        "five thousand unknown fields": "\n".join(f"a{n} = 1" for n in range(5_000)),
        "longer than there may be": "#" * 70_000,
    }
