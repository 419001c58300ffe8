"""Reports as documents of plain JSON: what is signed, and from which every format is made. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from app.indices.disclosure import SMALLEST_N


@dataclass(frozen=True)
class Document:
    """One unit's report: its kind, the unit's code and office, counted sheets n, and everything it says.

    `counts` are the unit's ratings by month, kept beside the report to guard later ones, never shown.
    """

    kind: str
    unit: str
    office: str | None
    n: int
    content: Mapping[str, Any]
    counts: Mapping[str, int]


class Stored(Protocol):
    """A document as a former revision holds it."""

    @property
    def document(self) -> str:
        """The document's canonical JSON."""

    @property
    def counts(self) -> Mapping[str, int]:
        """The unit's ratings by month, when it was made."""


def changes_between(
    before: Mapping[tuple[str, str], Stored], documents: Sequence[Document], revision: int
) -> list[Document] | None:
    """The documents of the next revision; None when none of them changes.

    A unit whose ratings grew by fewer than ten, or of which more would tell too much, keeps its former figures:
    the difference of two revisions would tell about these few. A report says which revision its figures are
    of, and the agency's report names every unit that changed.
    """
    kept: list[Document] = []
    changed: list[dict[str, Any]] = []
    for document in documents:
        stored = before.get((document.kind, document.unit))
        former = json.loads(stored.document) if stored else None
        n_before = former["n"] if former else 0
        is_silenced = former is not None and n_before > 0 and document.n == 0
        if former is not None and (is_silenced or abs(document.n - n_before) < SMALLEST_N):
            same = {**former, "period": document.content["period"]}
            same.pop("id")
            kept.append(replace(document, n=n_before, content=same, counts=stored.counts if stored else {}))
            continue
        changed.append({"kind": document.kind, "unit": document.unit, "n_before": n_before, "n": document.n})
        kept.append(replace(document, content={**document.content, "supersedes": revision}))
    if not changed:
        return None
    return [
        replace(document, content={**document.content, "changes": changed}) if document.kind == "agency" else document
        for document in kept
    ]


def with_words(document: str, reply: str | None, note: str | None, final_at: datetime) -> dict[str, Any]:
    """The final document: the draft with what the employee and the supervisor wrote to it."""
    content: dict[str, Any] = json.loads(document)
    return {
        **content,
        "state": "final",
        "final_on": final_at.date().isoformat(),
        "reply": reply,
        "note": note,
    }
