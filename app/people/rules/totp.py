"""Which one-time codes are valid at a moment (RFC 6238), and what a typed one looks like. Pure."""

from re import sub

DIGITS, STEP = 6, 30


def steps_at(now: float) -> tuple[int, int, int]:
    """The steps whose codes are taken at this Unix second: the present one, one before and one after."""
    present = int(now) // STEP
    return present - 1, present, present + 1


def read_code(text: str) -> str | None:
    """Six digits, however they were pasted; None for anything else."""
    code = sub(r"[\s-]", "", text)
    return code if len(code) == DIGITS and code.isascii() and code.isdigit() else None
