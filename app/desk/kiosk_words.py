"""How a kiosk is doing, in words that people use."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.devices.rules.states import DeviceState
from app.devices.schemas import DeviceOut
from app.reports.sections.blocks import Number
from app.reports.sections.language import Language

SILENT = "silent"
# A sign and a word for each, in the order in which a list of kiosks is read: first what somebody must look at.
STATES: Mapping[str, tuple[str, str]] = {
    SILENT: ("!", "silent"),
    DeviceState.expired: ("!", "code not used in time"),
    DeviceState.waiting: ("…", "waits for its code"),
    DeviceState.paired: ("✓", "connected"),
    DeviceState.revoked: ("–", "ended"),
}
ORDER = tuple(STATES)
# Of a silent kiosk, and of the other states, what that means and what to do.
NEVER_HEARD = "It is connected and has told nothing so far."
NEVER_HEARD_SILENT = "It was connected and has told nothing since: look whether it has power and network."
SENTENCES: Mapping[str, str] = {
    SILENT: "It was last heard {ago}: look whether it has power and network, and whether its page was left.",
    DeviceState.expired: "Nobody typed its code in time: make a new one.",
    DeviceState.waiting: "It waits for its code to be typed.",
    DeviceState.paired: "It is connected and was last heard {ago}.",
    DeviceState.revoked: "It was ended: what it sends is refused.",
}
UNITS = ((86_400, "{n} days"), (3_600, "{n} hours"), (60, "{n} minutes"))
# Kiosks tell how they are doing once a minute.
A_MOMENT = timedelta(minutes=2)
# A clock that is off by less is corrected without anybody noticing.
CLOCK_IS_RIGHT = timedelta(minutes=2)
MEBIBYTE = 1_048_576


def state_of(kiosk: DeviceOut) -> str:
    """Its state, where a silent one has a state of its own."""
    return SILENT if kiosk.silent else kiosk.state


def state_words(kiosk: DeviceOut, tell: Language) -> str:
    """`✓ terhubung`: a sign and a word."""
    sign, word = STATES[state_of(kiosk)]
    return f"{sign} {tell(word)}"


def sentence(kiosk: DeviceOut, now: datetime, tell: Language) -> str:
    """Its state as a sentence, with what to do."""
    if kiosk.state is DeviceState.paired and kiosk.last_seen_at is None:
        return tell(NEVER_HEARD_SILENT if kiosk.silent else NEVER_HEARD)
    return tell(SENTENCES[state_of(kiosk)], ago=heard(kiosk, now, tell) or "")


def heard(kiosk: DeviceOut, now: datetime, tell: Language) -> str | None:
    """How long ago it told how it is doing; None if it never has."""
    if kiosk.last_seen_at is None:
        return None
    since = now - kiosk.last_seen_at
    return tell("a moment ago") if since < A_MOMENT else tell("{time} ago", time=duration(since, tell))


def duration(time: timedelta, tell: Language) -> str:
    """`3 menit`, in the largest unit of which there are at least two."""
    seconds = max(0, int(time.total_seconds()))
    for size, text in UNITS:
        if seconds >= 2 * size:
            return tell(text, n=tell.number(Number(seconds // size)))
    return tell("{n} seconds", n=str(seconds))


def waiting(kiosk: DeviceOut, tell: Language) -> str | None:
    """How many ratings wait on the device, and since when the oldest does."""
    if kiosk.queue_depth is None:
        return None
    n = tell.number(Number(kiosk.queue_depth))
    if not kiosk.unsent_seconds:
        return n
    oldest = duration(timedelta(seconds=kiosk.unsent_seconds), tell)
    return tell("{n}, the oldest for {time}", n=n, time=oldest)


def refused(kiosk: DeviceOut, tell: Language) -> str | None:
    """How many ratings were refused and wait for a technician, with the codes of the reasons."""
    if kiosk.parked is None:
        return None
    n, codes = tell.number(Number(kiosk.parked)), sorted((kiosk.parked_codes or {}).items())
    return f"{n} ({', '.join(f'{code}: {tell.number(Number(count))}' for code, count in codes)})" if codes else n


def clock(kiosk: DeviceOut, tell: Language) -> str | None:
    """Whether the device's clock is right, and else by how much it is off."""
    if kiosk.clock_offset_ms is None:
        return None
    off = timedelta(milliseconds=kiosk.clock_offset_ms)
    if abs(off) < CLOCK_IS_RIGHT:
        return tell("right")
    time = duration(abs(off), tell)
    return tell("{time} slow", time=time) if off > timedelta(0) else tell("{time} fast", time=time)


def storage(kiosk: DeviceOut, tell: Language) -> str | None:
    """Whether the browser promises to keep what is stored, and how much room is left."""
    free = None if kiosk.storage is None else kiosk.storage.free_bytes
    room = None if free is None else tell("{n} MiB free", n=tell.number(Number(free // MEBIBYTE)))
    return ", ".join(each for each in (kept(kiosk, tell), room) if each) or None


def kept(kiosk: DeviceOut, tell: Language) -> str | None:
    """Whether the browser promises to keep what is stored; None where it does not tell."""
    if kiosk.storage is None or kiosk.storage.persisted is None:
        return None
    return tell("kept") if kiosk.storage.persisted else tell("not kept for certain")
