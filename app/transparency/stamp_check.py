"""The check of time stamps behind `cermin check`: each is one of its checkpoint. One that is absent is no fault."""

from collections.abc import Iterator

from app.transparency.rules.checkpoints import parse_checkpoint
from app.transparency.rules.notes import parse_note
from app.transparency.rules.stamps import Trusted, stamp_fault, stamp_name
from app.transparency.rules.tiles import CHECKPOINT
from app.transparency.sources import NoSuchFile, Source
from app.transparency.tables import LogCheckpoint


class Stamps:
    """Looks at time stamps, and counts them; where nobody is trusted they are counted alone."""

    def __init__(self, by: Trusted | None) -> None:
        self._by = by
        self.seen = 0

    def of_checkpoint(self, row: LogCheckpoint) -> Iterator[str]:
        """Why the stamp of a checkpoint that is right does not hold."""
        if row.stamp is None:
            return
        self.seen += 1
        fault = self._by and stamp_fault(row.stamp, parse_note(row.note.encode()).text, self._by)
        if fault:
            yield f"the time stamp of the checkpoint of {row.size} entries does not hold: {fault}"

    def of_published(self, source: Source) -> Iterator[str]:
        """The same of the stamp beside the checkpoint that is published there."""
        if self._by is None:
            return
        try:
            text = parse_note(source.read(CHECKPOINT)).text
            fault = stamp_fault(source.read(stamp_name(parse_checkpoint(text).size)), text, self._by)
        except NoSuchFile:
            return
        except ValueError as unread:
            fault = str(unread)
        if fault:
            yield f"the published time stamp does not hold: {fault}"
