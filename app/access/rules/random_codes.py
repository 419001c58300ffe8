"""Random codes in Crockford's base 32, without letters that are misread. Pure."""

import secrets

# https://www.crockford.com/base32.html: no i, l, o (read as 1, 1, 0) and no u (accidental words).
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def random_code(length: int) -> str:
    """So many random characters, 5 bits each, from the system's secure random source."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
