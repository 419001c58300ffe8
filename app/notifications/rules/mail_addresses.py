"""What is taken as a mail address: what nearly everybody has, and nothing that could change a letter's head. Pure."""

from re import ASCII, compile

LONGEST, LONGEST_LOCAL = 254, 64
# Dot-atoms of RFC 5322; quoted local parts and addresses without a domain are given to nobody by an agency.
ADDRESS = compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
    ASCII,
)


def is_mail_address(text: str) -> bool:
    """Whether mail can be sent there, as far as its letters tell."""
    return len(text) <= LONGEST and ADDRESS.fullmatch(text) is not None and len(text.partition("@")[0]) <= LONGEST_LOCAL
