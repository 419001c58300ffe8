"""What a logout token must say beside issuer, audience and times (OpenID Connect Back-Channel Logout 1.0). Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from app.people.oidc.rules.claims import Claims, is_subject, moment

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Logout(NamedTuple):
    """Whose sessions end: those of a session at the provider, else all of a subject; and the token's own name."""

    jti: str
    expires: float
    sid: str | None
    subject: str | None


def logout_in(claims: Claims) -> Logout | None:
    """What the token asks for; None where it is no logout token, such as an ID token that somebody kept."""
    events, jti, expires = claims.get("events"), claims.get("jti"), moment(claims.get("exp"))
    if not isinstance(events, Mapping) or not isinstance(events.get(EVENT), Mapping):
        return None
    # A nonce marks an ID token: it must not pass for a logout token.
    if "nonce" in claims or not isinstance(jti, str) or not jti or expires is None:
        return None
    named = [claims.get(name) for name in ("sid", "sub")]
    if named == [None, None] or any(value is not None and not is_subject(value) for value in named):
        return None
    sid, subject = (None if value is None else str(value) for value in named)
    return Logout(jti, expires, sid, subject)
