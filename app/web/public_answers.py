"""Answers of the public page that were written lately: a question holds all that they depend on, so they stay right."""

from collections.abc import Mapping
from typing import NamedTuple

from app.closing.public.reading import Choice
from app.closing.public.store import Shown
from app.foundation.recent_values import RecentValues

# Pages, pictures and files of an agency with a thousand offices in two languages take half of it.
MOST_BYTES = 32 * 1_024**2


class Question(NamedTuple):
    """What an answer is written from: the decisions that hold now, what is asked for, and for whom.

    Figures that are shown never change; other ones come with another decision, and so with another `shown`.
    `language` is empty for files, which are in none; `host` is how the reader reached the service.
    """

    agency: str
    shown: tuple[Shown, ...]
    path: str
    choice: Choice
    language: str
    host: str


class Written(NamedTuple):
    """An answer as it goes out, without its length."""

    body: bytes
    headers: Mapping[str, str]


class PublicAnswers(RecentValues[Question, Written]):
    """As many as fit; what was asked for longest ago makes room."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        super().__init__(most)
