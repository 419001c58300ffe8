"""What a browser keeps of an attempt until it comes back: a sealed cookie for each, and few at a time."""

from dataclasses import dataclass

from app.foundation.http.visits import Visit
from app.people.rules.attempt_cookies import MOST, cookie_of, is_attempt
from app.people.sealing import Seal

SEAL = "attempt"


@dataclass(frozen=True)
class AttemptCookie:
    """A cookie for so many seconds, and those of former attempts that the browser need not keep."""

    name: str
    value: str
    seconds: int
    dropped: tuple[str, ...]


class AttemptCookies:
    """The cookies of the attempts of one door."""

    def __init__(self, seal: Seal, kind: str, seconds: int) -> None:
        self._seal = seal
        self._kind = kind
        self._seconds = seconds

    def name(self, visit: Visit, attempt: str) -> str:
        """The name of the cookie that an attempt of this name has."""
        return cookie_of(self._kind, attempt, secure=visit.scheme == "https")

    def made(self, visit: Visit, attempt: str, text: str) -> AttemptCookie:
        """The cookie that keeps this text of the attempt."""
        others = tuple(each for each in visit.cookies if is_attempt(self._kind, each))
        # More would not fit into what a browser sends; those who stand there are forgotten together.
        dropped = others if len(others) >= MOST else ()
        return AttemptCookie(self.name(visit, attempt), self._seal.sealed(text, SEAL), self._seconds, dropped)

    def text(self, visit: Visit, attempt: str) -> str | None:
        """What the browser kept of this attempt; None where it kept nothing that was sealed here."""
        return self._seal.opened(visit.cookies.get(self.name(visit, attempt), ""), SEAL)
