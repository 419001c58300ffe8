"""What a table says where its printed parts do not add up to the printed whole: each of them is rounded."""

from collections.abc import Sequence

from app.reports.sections.blocks import Number
from app.reports.sections.language import Language

WHOLE = Number(1, percent=True)


def add_up(parts: Sequence[Number], whole: Number) -> bool:
    """Whether the figures as they are shown add up to the whole as it is shown."""
    return sum(part.shown for part in parts) == whole.shown


def sum_note(parts: Sequence[Number], whole: Number, tell: Language) -> str | None:
    """The sentence below a table; None where the parts add up."""
    if add_up(parts, whole):
        return None
    total = Number(sum(part.shown for part in parts), max(part.places for part in parts), percent=whole.percent)
    return tell(
        "Every figure is rounded by itself: the parts add up to {total}, the whole is {whole}.",
        total=tell.number(total),
        whole=tell.number(whole),
    )
