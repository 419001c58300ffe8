"""Which comments are told, and which a survey's report quotes: blocks of ten or more, whole or not at all. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar
from unicodedata import normalize
from uuid import UUID

from app.disclosure.rules.minimum import SMALLEST_N

# More than anybody reads in a report; which ones is left to the random ids.
MOST = 200

T = TypeVar("T")


class ToldComment(NamedTuple):
    """A comment of a told block: redacted, under its random id."""

    block: int
    comment_id: UUID
    text: str


class Mark(NamedTuple):
    """What an official noted on a comment: the element it is about, whether it was acted on, a remark, who and when."""

    element: str | None
    handled: bool
    note: str | None
    by: str
    on: date | None


UNMARKED = Mark(None, False, None, "", None)


def parts_of_ten(comments: Sequence[T]) -> list[Sequence[T]]:
    """Ten or more comments in parts of ten to nineteen, so that a long list can be cut between two of them."""
    parts = len(comments) // SMALLEST_N
    return [comments[place::parts] for place in range(parts)]


def quotable(comments: Iterable[ToldComment]) -> tuple[str, ...]:
    """What a report quotes of the told comments of its offices and months: whole blocks, at most `MOST` comments.

    Both the blocks and their comments come in the order of their random ids, which says nothing about who wrote when.
    """
    blocks: dict[int, list[ToldComment]] = {}
    for comment in sorted(comments, key=_by_id):
        blocks.setdefault(comment.block, []).append(comment)
    chosen: list[ToldComment] = []
    for block in blocks.values():
        # Of a block that has lost its oldest month to the retention, one to nine may be left: they go with it.
        if len(block) >= SMALLEST_N and len(chosen) + len(block) <= MOST:
            chosen += block
    return tuple(comment.text for comment in sorted(chosen, key=_by_id))


def readable(comments: Iterable[ToldComment], search: str = "") -> tuple[ToldComment, ...]:
    """The told comments that are read one by one: those of whole blocks, in the order of their random ids.

    A search chooses among what may be read anyhow, so it tells nothing more.
    """
    told = list(comments)
    sizes = Counter(comment.block for comment in told)
    wanted = _folded(search)
    whole = (comment for comment in told if sizes[comment.block] >= SMALLEST_N)
    return tuple(sorted((each for each in whole if wanted in _folded(each.text)), key=_by_id))


def by_state(
    comments: Iterable[ToldComment], marks: Mapping[UUID, Mark], state: str | None, element: str | None
) -> tuple[ToldComment, ...]:
    """Those that officials have marked so: as acted on (`handled`) or not (`open`), and as being about an element.

    Which element a comment is about is known only where a reader said so: a citizen writes under none.
    """
    return tuple(
        each
        for each in comments
        if (state is None or marks.get(each.comment_id, UNMARKED).handled == (state == "handled"))
        and (element is None or marks.get(each.comment_id, UNMARKED).element == element)
    )


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _by_id(comment: ToldComment) -> UUID:
    return comment.comment_id
