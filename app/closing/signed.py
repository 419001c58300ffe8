"""The reports of a closing on their way to being final: signed a few at a time, they wait in a private file."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from app.closing import store
from app.closing.logged import logged
from app.closing.rules.documents import SKM, WHOLE_UNIT, final_document
from app.closing.store import Draft
from app.closing.survey.records import records_of_each
from app.closing.tables import Period
from app.disclosure.rules.calendar import span_between
from app.foundation.storage.database import Session
from app.foundation.waiting_lines import WaitingLines
from app.seals.rules.canonical_json import canonical
from app.seals.rules.envelopes import sign
from app.transparency.log import LoggedReport

if TYPE_CHECKING:
    from app.seals.signing import SigningKey


class _Beside(NamedTuple):
    """What people wrote to a draft and entered about it."""

    reply: str | None
    note: str | None
    entered: Mapping[str, Any]


class SignedReports:
    """Signed reports; a context, since their file goes with it. Of each no more is held than the log has.

    `written` stands for everything that people wrote to these drafts and entered about them.
    """

    def __init__(self) -> None:
        self._lines = WaitingLines()
        self.logged: list[LoggedReport] = []
        self.written = ""

    def __enter__(self) -> "SignedReports":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def sign_all(self, session: Session, period: Period, key: "SigningKey", now: datetime) -> None:
        """Sign every draft of a revision with what stands beside it."""
        digest = sha256()
        for drafts in store.drafts_of(session, period):
            beside = _beside(session, period, drafts)
            digest.update(_plain(drafts, beside))
            for draft in drafts:
                own = beside[draft.report_id]
                document = final_document(draft.document, own.reply, own.note, now, own.entered)
                envelope = canonical(sign(document, key)).decode()
                self._lines.put((str(draft.report_id), envelope))
                self.logged.append(logged(draft.report_id, envelope))
        self.written = digest.hexdigest()

    def envelopes(self) -> Iterator[tuple[UUID, str]]:
        """The id of each report and what was signed."""
        return ((UUID(report_id), envelope) for report_id, envelope in self._lines)


def written_now(session: Session, period: Period) -> str:
    """What stands for everything that people have written to the drafts of a revision, and entered, by now."""
    digest = sha256()
    for drafts in store.drafts_of(session, period, texts=False):
        digest.update(_plain(drafts, _beside(session, period, drafts)))
    return digest.hexdigest()


def _beside(session: Session, period: Period, drafts: Sequence[Draft]) -> dict[UUID, _Beside]:
    agency_id, ids = period.agency_id, [draft.report_id for draft in drafts]
    replies, notes = store.replies_to(session, agency_id, ids), store.notes_on(session, agency_id, ids)
    surveys = {
        draft.report_id: period.root if draft.unit == WHOLE_UNIT else draft.unit
        for draft in drafts
        if draft.kind == SKM
    }
    span = span_between(period.first_on, period.last_on)
    records = records_of_each(session, agency_id, span, period.instrument, set(surveys.values())) if surveys else {}
    return {
        each: _Beside(
            replies[each].text if each in replies else None,
            notes[each].text if each in notes else None,
            records[surveys[each]].plain() if each in surveys else {},
        )
        for each in ids
    }


def _plain(drafts: Sequence[Draft], beside: Mapping[UUID, _Beside]) -> bytes:
    return b"".join(canonical([str(each.report_id), *beside[each.report_id]]) for each in drafts)
