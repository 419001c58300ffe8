"""The kinds of events, and of what each one speaks. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class EventKind(StrEnum):
    """What happened: an alarm or a finding, a kiosk that is silent, a step of a period, an action not done in time.

    Also that integrity reports came on a day, and that one of them was handed over.
    """

    drop = "alarm.drop"
    silent = "device.silent"
    finding = "finding.raised"
    overdue = "follow-up.overdue"
    drafted = "period.drafted"
    final = "period.final"
    ending = "reply-window.ending"
    integrity_received = "integrity-report.received"
    integrity_forwarded = "integrity-report.forwarded"


# What names the thing itself, beside its agency and office: codes and ids, so that no figure, name or word that
# somebody wrote can be among them.
PERIOD = ("period", "instrument", "revision")
ABOUT: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.drop: ("period", "instrument"),
    EventKind.silent: ("device",),
    EventKind.finding: ("finding",),
    EventKind.overdue: ("period", "instrument"),
    EventKind.drafted: PERIOD,
    EventKind.final: PERIOD,
    EventKind.ending: PERIOD,
    # The day and nothing finer, not even how many came.
    EventKind.integrity_received: ("day",),
    EventKind.integrity_forwarded: ("report",),
}
# What only persons are told of, and what machines are told of only where they were asked to by name.
FOR_PERSONS = frozenset({EventKind.integrity_received})
BY_NAME = frozenset({EventKind.integrity_forwarded})
FOR_MACHINES = tuple(kind for kind in EventKind if kind not in FOR_PERSONS)


def is_about(kind: EventKind, about: Mapping[str, str]) -> bool:
    """Whether an event of this kind names what it must name, and nothing else."""
    return set(about) == set(ABOUT[kind])
