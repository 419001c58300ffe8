"""Finds what carries an agency's mark: in the agencies of that mark alone, whose list each process keeps."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias, TypeVar

from app.access.rules.agency_marks import mark_of
from app.directory.catalogue_store import agency_ids
from app.foundation.storage.database import Session

Found = TypeVar("Found")
# How to look in these agencies; None: in all.
Look: TypeAlias = Callable[[Collection[str] | None], Found | None]
NOBODY: frozenset[str] = frozenset()


class AgencyMarks:
    """The agencies by their marks, as one process knows them: few, and never taken away."""

    def __init__(self) -> None:
        self._agencies: Mapping[int, frozenset[str]] = {}

    def find(self, session: Session, mark: int | None, look: Look[Found]) -> Found | None:
        """What is found in the agencies with this mark; without a mark (what was made before there were): in all."""
        if mark is None:
            return look(None)
        known = self._agencies.get(mark, NOBODY)
        # Also where nobody has the mark: an answer must take as long for what was made up as for what is used up.
        found = look(known)
        if found is None:
            added = self.agencies(session, mark) - known
            return look(added) if added else None
        return found

    def agencies(self, session: Session, mark: int | None) -> frozenset[str]:
        """The agencies with this mark, of those that there are now; without a mark all."""
        everybody = agency_ids(session)
        by_mark: dict[int, set[str]] = defaultdict(set)
        for agency_id in everybody:
            by_mark[mark_of(agency_id)].add(agency_id)
        # Whole and at once: threads that look meanwhile see the list from before.
        self._agencies = {each: frozenset(named) for each, named in by_mark.items()}
        return frozenset(everybody) if mark is None else self._agencies.get(mark, NOBODY)
