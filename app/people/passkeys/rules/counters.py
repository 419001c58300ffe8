"""What a passkey's counter says (Web Authentication, 6.1.1 and 7.2): whether a copy of it may exist. Pure."""


def may_be_copied(kept: int, given: int) -> bool:
    """Whether an authenticator counted no further than what was seen before. Those that never count say 0."""
    return (kept > 0 or given > 0) and given <= kept
