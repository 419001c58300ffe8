"""What integrity reports and their keys are called in words."""

from collections.abc import Mapping, Sequence
from datetime import date

from app.integrity.rules.kinds import ReportRecipient, ReportState
from app.integrity.rules.public_keys import FEWEST
from app.integrity.schemas import IntegrityKeyOut, IntegrityReportOut, IntegritySettingsOut
from app.reports.sections.language import Language

STATES: Mapping[ReportState, str] = {
    ReportState.received: "received",
    ReportState.forwarded: "handed over",
    ReportState.confirmed: "confirmed by its receiver",
    ReportState.erased: "erased",
}
RECIPIENTS: Mapping[ReportRecipient, str] = {
    ReportRecipient.agency: "the agency",
    ReportRecipient.inspectorate: "the inspectorate",
}


def due_words(one: IntegrityReportOut, today: date, tell: Language) -> str:
    """By when a report is to be handed over, that this is late, or when it was done."""
    day = tell.day(one.forward_by.isoformat())
    if one.forwarded_on is not None:
        return tell("handed over on {day}", day=tell.day(one.forwarded_on.isoformat()))
    if one.forward_by < today:
        return tell("overdue: hand it over now; the last day was {day}", day=day)
    if one.forward_by == today:
        return tell("hand it over today, {day}", day=day)
    return tell("hand it over by {day}", day=day)


def waiting_words(waiting: Sequence[IntegrityReportOut], today: date, tell: Language) -> str:
    """How many reports wait to be handed over, and until when; `waiting` are the oldest first."""
    if not waiting:
        return tell("No integrity report waits to be handed over.")
    n, late = len(waiting), sum(each.forward_by < today for each in waiting)
    if late:
        return tell("Integrity reports that wait to be handed over: {n}; overdue: {late}.", n=str(n), late=str(late))
    day = tell.day(waiting[0].forward_by.isoformat())
    return tell("Integrity reports that wait to be handed over: {n}; the first by {day}.", n=str(n), day=day)


def key_state(key: IntegrityKeyOut, tell: Language) -> str:
    """Whether reports are sealed to a key, or why not."""
    if key.retired_at is not None:
        return tell("retired")
    return tell("proved") if key.proved_at is not None else tell("not proved so far")


def in_use(keys: Sequence[IntegrityKeyOut], recipient: ReportRecipient) -> int:
    """How many keys of a recipient are proved and not retired."""
    return sum(each.recipient is recipient and key_counts(each) for each in keys)


def key_counts(key: IntegrityKeyOut) -> bool:
    """Whether reports are sealed to this key."""
    return key.proved_at is not None and key.retired_at is None


def opening_words(settings: IntegritySettingsOut, keys: Sequence[IntegrityKeyOut], tell: Language) -> str:
    """Whether reports are taken, and what is missing where they are not."""
    proved = in_use(keys, ReportRecipient.agency)
    if settings.taking:
        return tell("Open: each report is sealed to {n} keys, any of which opens it.", n=str(proved))
    if proved == 0:
        return tell("Closed: no key is proved so far; two are needed.")
    if proved < FEWEST:
        return tell("Closed: only one key is proved; two are needed.")
    return tell("Closed: two keys are proved, but no administrator has opened it.")


def inspectorate_words(settings: IntegritySettingsOut, keys: Sequence[IntegrityKeyOut], tell: Language) -> str:
    """Whether citizens may choose the inspectorate, and what is missing where they may not."""
    proved = in_use(keys, ReportRecipient.inspectorate)
    if settings.inspectorate is None:
        return tell("Citizens cannot choose the inspectorate: nobody has said what it is called.")
    if proved < FEWEST:
        return tell(
            "Citizens cannot choose {inspectorate}: it has {n} proved keys, and two are needed.",
            inspectorate=settings.inspectorate,
            n=str(proved),
        )
    return tell("Citizens may choose {inspectorate} instead of the agency.", inspectorate=settings.inspectorate)
