"""Reports as documents of plain JSON: what is signed, and from which every format is made. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Document:
    """One unit's report: its kind, the unit's code and office, counted sheets n, and everything it says."""

    kind: str
    unit: str
    office: str | None
    n: int
    content: Mapping[str, Any]


def standing_again(content: Mapping[str, Any], period: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a former revision as the draft of the next one, where its figures stand.

    The difference of two revisions would tell about the few that came since. `supersedes` says which
    revision such figures are of.
    """
    words = {"state": "draft", "reply": None, "note": None}
    return (
        {name: value for name, value in content.items() if name not in {"id", "final_on"}}
        | words
        | {"period": dict(period)}
    )


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
