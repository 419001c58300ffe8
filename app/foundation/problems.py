"""Problems (RFC 9457): every answer that is not a success, with a stable code that says what to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import randbelow
from typing import Any

from app.foundation.problem_codes import FIELD_MESSAGES, KINDS
from app.foundation.translations import Translate

MEDIA_TYPE = "application/problem+json"
# After how many seconds to come again, and over how many more those who were refused together are spread.
RETRY_SECONDS, RETRY_SPREAD = 2, 4


@dataclass(frozen=True)
class FieldError:
    """One wrong field: its path (`scores.speed`), a stable code and the values its message names."""

    field: str
    code: str
    values: Mapping[str, object] | None = None


class Problem(Exception):
    """Raise to answer with a problem. `values` fill the sentence, `extra` adds members to the document."""

    def __init__(
        self,
        code: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
        **values: object,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        self.values = values

    @property
    def status(self) -> int:
        """The HTTP status of this code."""
        return KINDS[self.code].status

    def document(self, translate: Translate) -> dict[str, Any]:
        """The problem as JSON members, in the reader's language."""
        kind = KINDS[self.code]
        document: dict[str, Any] = {
            "type": f"urn:cermin:problem:{self.code}",
            "title": translate(kind.title),
            "status": kind.status,
            "code": self.code,
            "detail": translate(kind.detail, **self.values),
        }
        if self.errors:
            document["errors"] = [_field(error, translate) for error in self.errors]
        return document | self.extra


def _field(error: FieldError, translate: Translate) -> dict[str, str]:
    message = translate(FIELD_MESSAGES[error.code], **(error.values or {}))
    return {"field": error.field, "code": error.code, "message": message}


def busy() -> Problem:
    """Nothing was promised; the client sends the same again, and not in the second in which all others do."""
    seconds = RETRY_SECONDS + randbelow(RETRY_SPREAD)
    return Problem("busy", headers={"Retry-After": str(seconds)}, seconds=seconds)
