"""Promised and real time, and steps of procedure, on the wire."""

from app.foundation.wire import WireModel
from app.standards.rules.promise import Unit


class TimeOut(WireModel):
    """k of n services within their promise, with Wilson's 95 % interval of the share.

    `buckets`, from thirty on: how many took up to half of the promised time, up to all of it, up to twice, longer.
    """

    k: int
    n: int
    share: float
    lower: float
    upper: float
    buckets: tuple[int, int, int, int] | None


class StepsOut(WireModel):
    """Steps of procedure (SOP) done of those due in n services; the 95 % interval counts services, not steps."""

    n: int
    due: int
    done: int
    share: float
    lower: float
    upper: float


class HeldPromiseOut(WireModel):
    """A promise that held in the period, by which document, and from which month on."""

    valid_from: str
    amount: int
    unit: Unit
    source: str


class ServiceStandardOut(WireModel):
    """What is told of one service by itself."""

    code: str
    name: str | None
    promises: tuple[HeldPromiseOut, ...]
    time: TimeOut | None
    steps: StepsOut | None


class StandardsOut(WireModel):
    """What was kept of promised times and of procedure, of all services together and of each; null: nothing is told."""

    time: TimeOut | None
    steps: StepsOut | None
    services: tuple[ServiceStandardOut, ...]
