"""A time-stamping authority (RFC 3161): it is asked over HTTP, and its answer looked at before anybody takes it."""

import asyncio
from urllib.parse import urlsplit

from app.foundation.clock import Clock
from app.foundation.outgoing.posting import OutgoingPost
from app.foundation.outgoing.rules.addresses import read_address
from app.foundation.startup_errors import StartupError
from app.transparency.rules.stamps import LONGEST_STAMP, Trusted, fresh, request_for
from app.transparency.stamp_config import StampValues, trusted_stamps

TAKEN = "http-200"
QUERY = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}


class NotStamped(Exception):
    """Why there is no stamp, in a few words that hold nothing of the answer."""


class NoAnswer(NotStamped):
    """The authority gave no answer, as a code."""


class Authority:
    """A time-stamping authority: where it is asked, and whose stamps are taken."""

    def __init__(self, address: str, by: Trusted, post: OutgoingPost) -> None:
        self._address = address
        self._by = by
        self._post = post

    def stamp(self, text: str, clock: Clock) -> bytes:
        """A stamp over the text, looked at in full. Raises NotStamped; NoAnswer where none came."""
        request = request_for(text)
        answer = asyncio.run(self._post.post(self._address, QUERY, request.content, most=LONGEST_STAMP))
        if answer.outcome != TAKEN:
            raise NoAnswer(answer.outcome)
        try:
            fresh(answer.body, text, self._by, request.nonce, clock())
        except ValueError as fault:
            raise NotStamped(str(fault)) from None
        return answer.body


def stamp_authority(values: StampValues) -> Authority | None:
    """The authority that is asked; None where none is set. Raises StartupError where settings do not fit together."""
    if values.timestamp_url is None:
        return None
    by = trusted_stamps(values)
    if by is None:
        raise StartupError("For time stamps set CERMIN_TIMESTAMP_ROOTS, the file with the authority's certificates.")
    # Whoever set the address meant this host, also by plain http or in a network of one's own: the answer is signed.
    # Nothing leads on from there.
    hosts = {urlsplit(values.timestamp_url).hostname or ""}
    if read_address(values.timestamp_url, hosts) is None:
        raise StartupError("CERMIN_TIMESTAMP_URL must be a plain address, without a user name.")
    return Authority(values.timestamp_url, by, OutgoingPost(hosts))
