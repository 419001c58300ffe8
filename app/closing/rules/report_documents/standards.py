"""What was kept of promised times and of procedure, as a report keeps it. Shares are on 0..1."""

from typing import Literal

from app.closing.rules.report_documents.parts import Part, Real


class TimeShare(Part):
    """k of n services within their promise, with the 95 % interval of the share.

    `buckets`, from thirty on: up to half of the promised time, up to all of it, up to twice, longer. An office's line
    in the agency's table has none.
    """

    k: int
    n: int
    share: Real
    lower: Real
    upper: Real
    buckets: tuple[int, int, int, int] | None = None


class StepShare(Part):
    """Steps of procedure (SOP) done of those due in n services; the 95 % interval counts services, not steps."""

    n: int
    due: int
    done: int
    share: Real
    lower: Real
    upper: Real


class HeldPromise(Part):
    """A promise that held in the period, by which document, and from which month on."""

    valid_from: str
    amount: int
    unit: Literal["minutes", "hours", "working-days"]
    source: str


class ServiceStandard(Part):
    """What is told of one service by itself."""

    code: str
    name: str | None
    promises: tuple[HeldPromise, ...]
    time: TimeShare | None
    steps: StepShare | None


class StandardShares(Part):
    """All services of an office together; null where nothing is told."""

    time: TimeShare | None
    steps: StepShare | None


class Standards(StandardShares):
    """All services together, and each of which something is told by itself.

    `speed` are the codes of the questions about speed, whose answers stand beside them.
    """

    services: tuple[ServiceStandard, ...]
    speed: tuple[str, ...]
