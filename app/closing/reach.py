"""On whose behalf a step is taken."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """The agency, the office at the root ('' for all of it), who does it."""

    agency_id: str
    root: str
    actor: str
