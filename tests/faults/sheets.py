"""The answer sheets that the clients of these tests send."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from app.foundation.ids import new_id
from tests.house import uuid7

ITEMS = ("speed", "transparency", "friendliness")
COMMENT = "ramah sekali, terima kasih"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One citizen's answers. However often and by whichever way they are sent, they stay the same."""

    agency: str
    id: UUID
    is_device: bool
    answers: str
    employee: str | None
    has_comment: bool
    has_profile: bool

    def body(self) -> dict[str, Any]:
        """The JSON of `POST /v1/ratings`."""
        body = {
            "id": str(self.id),
            "service": "kk",
            "employee": self.employee,
            "scores": dict(zip(ITEMS, map(int, self.answers), strict=True)),
            "comment": COMMENT if self.has_comment else None,
            "profile": {"sex": "F"} if self.has_profile else None,
        }
        return body if self.is_device else body | {"office": "dukcapil", "channel": "mobile"}


def fill_in(agency: str, *, is_device: bool, dice: Random, moment: datetime | None = None) -> Sheet:
    """A fresh sheet, made now or at that moment."""
    return Sheet(
        agency=agency,
        id=new_id() if moment is None else UUID(uuid7(moment, dice.getrandbits(74))),
        is_device=is_device,
        answers="".join(dice.choices("1234", k=len(ITEMS))),
        employee=dice.choice((None, "E001", "E004")),
        has_comment=dice.random() < 0.1,
        has_profile=dice.random() < 0.1,
    )
