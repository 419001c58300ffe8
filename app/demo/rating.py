"""A rating of the demo as a client sends it."""

from dataclasses import dataclass
from datetime import datetime

from app.demo.profiles import Profile
from app.demo.satisfaction import Scores

INSTRUMENT = "ikl-1"
KIOSK = "kiosk"


def uuid7(at: int, noise: int) -> str:
    """A UUIDv7 (RFC 9562) from its time in milliseconds since 1970 and 74 random bits."""
    # 48 bits of time, 4 of version, 12 of noise, 2 of variant, 62 of noise.
    value = at << 80 | 0x7 << 76 | noise >> 62 << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@dataclass(frozen=True, slots=True)
class DemoRating:
    """A sheet and where it was given. `moment` is aware UTC and equals the time in `id`.

    `counter` is known for kiosks only. `employee` is None for kiosks, whose employee the server finds in
    the roster, and where the citizen of an app did not name one.
    """

    id: str
    moment: datetime
    office: str
    counter: str | None
    service: str
    employee: str | None
    channel: str
    scores: Scores
    comment: str | None
    profile: Profile | None

    def body(self) -> dict[str, object]:
        """The JSON body of `POST /v1/ratings`, without members that would be null.

        A device key implies office and channel, so a kiosk's body does not repeat them.
        """
        # Sent by a device, office and channel would be refused (`office-fixed`, `channel-fixed`).
        place = {} if self.channel == KIOSK else {"office": self.office, "channel": self.channel}
        optional = {
            "employee": self.employee,
            "comment": self.comment,
            "profile": self.profile._asdict() if self.profile else None,
        }
        return {
            "id": self.id,
            **place,
            "service": self.service,
            "instrument": INSTRUMENT,
            "scores": self.scores._asdict(),
            **{name: value for name, value in optional.items() if value is not None},
        }
