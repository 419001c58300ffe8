"""What everybody reads of an agency: the closings that are shown, and their figures as they were signed."""

import json
from dataclasses import dataclass
from typing import Any

from app.closing.public import store
from app.closing.public.store import Shown
from app.foundation.problems import Problem
from app.foundation.storage.database import Session


@dataclass(frozen=True)
class Choice:
    """What somebody asks for: an office, a period, a questionnaire; each may be left out."""

    office: str | None = None
    period: str | None = None
    instrument: str | None = None


@dataclass(frozen=True)
class PublicClosing:
    """One closing with its figures, as `app.closing.rules.public_figures` makes them."""

    head: Shown
    figures: dict[str, Any]

    def unit(self, office: str | None) -> dict[str, Any] | None:
        """The figures of an office, or without one of the whole; None where there is no such office in it."""
        if office is None:
            whole: dict[str, Any] = self.figures["whole"]
            return whole
        return next((each for each in self.figures["offices"] if each["code"] == office), None)


@dataclass(frozen=True)
class PublicPage:
    """What is read at once: the closings asked for, and the heads of all that could be."""

    agency: str
    closings: tuple[PublicClosing, ...]
    all: tuple[Shown, ...]


def all_shown(session: Session, agency_id: str) -> tuple[Shown, ...]:
    """The decisions that hold now, the newest period first; none where there is no such agency."""
    return tuple(store.shown(session, agency_id))


def public_page(session: Session, agency_id: str, asked: Choice, heads: tuple[Shown, ...]) -> PublicPage:
    """The closings asked for among all that are shown; without a period the newest of each questionnaire and root.

    Raises `report-unknown` where nothing of it is shown, whether or not there is such an agency or office.
    """
    kept = [each for each in heads if asked.period in (None, each.code) and asked.instrument in (None, each.instrument)]
    found = tuple(
        closing
        for each in (_newest(kept) if asked.period is None else kept)
        if (closing := _closing(session, agency_id, each)).unit(asked.office) is not None
    )
    if not found:
        raise Problem("report-unknown")
    return PublicPage(agency_id, found, heads)


def _closing(session: Session, agency_id: str, head: Shown) -> PublicClosing:
    return PublicClosing(head, json.loads(store.text_of(session, agency_id, head)))


def _newest(heads: list[Shown]) -> list[Shown]:
    newest: dict[tuple[str, str], Shown] = {}
    for each in heads:
        # They come with the newest first.
        newest.setdefault((each.root, each.instrument), each)
    return list(newest.values())
