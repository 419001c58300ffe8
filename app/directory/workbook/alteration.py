"""A row that an import changes, as whoever is to confirm it reads it."""

from typing import Literal, NamedTuple


class Difference(NamedTuple):
    """A column that an import changes, with what stood and what will stand there; None where that is not shown."""

    column: str
    before: str | None
    after: str | None


class Alteration(NamedTuple):
    """A row that an import adds (`new`), changes, or ends (a posting). `name` is as the directory has it by now."""

    sheet: str
    kind: Literal["new", "changed", "ended"]
    key: str
    name: str | None
    differences: tuple[Difference, ...]
