"""How the cookie of an attempt is called: one for each, so that a second tab does not disturb the first. Pure."""

from hashlib import sha256

# So many fit beside the others into what a request may carry.
MOST = 4


def cookie_of(kind: str, attempt: str, *, secure: bool) -> str:
    """The name of an attempt's cookie, which tells nothing of it; `kind` is what all those of its door begin with."""
    return f"{'__Host-' if secure else ''}{kind}{sha256(attempt.encode('utf-8', 'replace')).hexdigest()[:16]}"


def is_attempt(kind: str, cookie: str) -> bool:
    """Whether a cookie of this name holds an attempt of this door."""
    return cookie.removeprefix("__Host-").startswith(kind)
