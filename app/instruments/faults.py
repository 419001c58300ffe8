"""What is wrong with an instrument file: each fault with its place in the file and what to change."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.foundation.translations import Translate, translator


@dataclass(frozen=True)
class Fault:
    """One fault. `text` is English with `{named}` values and has a translation; `place` is as the file writes it."""

    place: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def in_words(self, translate: Translate) -> str:
        """`items.speed.code: is missing`, in a reader's language."""
        return f"{self.place}: {translate(self.text, **self.values)}"

    def __str__(self) -> str:
        """In English."""
        return self.in_words(translator("en"))


class InstrumentFault(ValueError):
    """An instrument file that cannot be used, with every fault of it."""

    def __init__(self, *found: Fault) -> None:
        self.found = found
        self.faults = tuple(map(str, found))
        super().__init__("\n".join(self.faults))
