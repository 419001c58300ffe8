"""The drafts of a closing on their way into the store: they wait in a private file, so that thousands can be written.

The writing itself is short, and one transaction: a closing is wholly there, or nothing of it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from app.access.rules.agency_marks import marked_id
from app.closing.inputs import PlannedRevision
from app.closing.rules.documents import Document
from app.closing.rules.report_documents.reports import AgencyReport
from app.closing.tables import Recognition, Report, TrainingNeed
from app.foundation.ids import new_id
from app.foundation.waiting_lines import WaitingLines
from app.seals.rules.canonical_json import canonical


class Drafts:
    """Drafts with the rows beside them; a context, since its file goes with it."""

    def __init__(self, planned: PlannedRevision) -> None:
        self._planned = planned
        self._lines = WaitingLines()
        self._whole: UUID | None = None
        self.beside: list[Recognition | TrainingNeed] = []

    def __enter__(self) -> "Drafts":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    @property
    def number(self) -> int:
        """How many drafts there are."""
        return len(self._lines)

    def put(self, document: Document) -> None:
        """Put a draft with the rows beside it."""
        agency = self._planned.reach.agency_id
        # It is checked by whoever holds it, without a key: the id says in which agency to look.
        report_id = marked_id(new_id(), agency)
        if isinstance(document.report, AgencyReport):
            self._whole = report_id
        text = canonical({"id": str(report_id), **document.report.plain()}).decode()
        self._lines.put((str(report_id), document.report.kind, document.unit, document.office, text))
        items = self._planned.scoring.instrument.items
        self.beside += [
            TrainingNeed(
                agency_id=agency, report_id=report_id, figure=items[need.place].code, reasons=",".join(need.reasons)
            )
            for need in document.needs
        ]

    def recognise(self, recognised: list[tuple[str, str]]) -> None:
        """Put beside the draft about the whole whose service is recognised, by code and office."""
        assert self._whole is not None, "there is always one"
        agency = self._planned.reach.agency_id
        self.beside += [
            Recognition(agency_id=agency, report_id=self._whole, employee=employee, office=office)
            for employee, office in recognised
        ]

    def reports(self) -> Iterator[dict[str, Any]]:
        """The rows of all drafts, one at a time."""
        planned = self._planned
        for report_id, kind, unit, office, text in self._lines:
            yield Report(
                agency_id=planned.reach.agency_id,
                report_id=UUID(report_id),
                root=planned.reach.root_key,
                period=planned.span.code,
                instrument=planned.scoring.instrument.id,
                revision=planned.number,
                kind=kind,
                unit=unit,
                office=office,
                document=text,
            ).model_dump()
