"""A report on its way into the store, and the final document that is signed. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.closing.rules.report_documents.reports import AnyReport
from app.disclosure.rules.calendar import LAST_ZONE
from app.measures.rules.training import Need

SKM = "skm"
# The unit of the report about all offices: no office's code has capitals, while one may equal the agency's.
WHOLE_UNIT = "ALL"


@dataclass(frozen=True)
class Document:
    """The report of one unit: the unit's code, the office whose key may read it (None: the whole), the report.

    `needs` are a person's training needs, which stand beside the report.
    """

    unit: str
    office: str | None
    report: AnyReport
    needs: Sequence[Need] = ()


def final_document(
    draft: str, reply: str | None, note: str | None, final_at: datetime, entered: Mapping[str, Any]
) -> dict[str, Any]:
    """The document to be signed: the stored draft with what people wrote to it and entered about it.

    It is made of the stored text and not of a model, so that a draft of an older version is signed as it was read.
    """
    content: dict[str, Any] = json.loads(draft)
    # The day that people read where an agency's days end last; UTC's is the one before until seven in the morning.
    day = final_at.astimezone(LAST_ZONE).date().isoformat()
    final = {"state": "final", "final_on": day, "reply": reply, "note": note}
    return {**content, **final, **entered}
