"""Opening hours in words, and the hours of a week as a form sends them."""

from collections.abc import Mapping

from app.people.faults import PeopleFault
from app.reports.sections.language import Language
from app.screening.rules.opening_hours import DAYS, OpeningTimes, read_times, spans
from app.screening.schemas import OpeningOut, minutes_of, time_of

WEEKDAYS: Mapping[str, str] = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
MALFORMED = "Write the hours of a day as 08:00-16:00; left empty, the office is closed that day."


def week_in_words(opening: OpeningOut, tell: Language) -> str:
    """`Senin–Jumat 08.00–16.00, Sabtu 08.00–12.00`; that nothing is known where nothing is."""
    hours = {each.weekday: OpeningTimes(minutes_of(each.opens), minutes_of(each.closes)) for each in opening.hours}
    if not hours:
        return tell("not said so far")
    names = [tell(each) for each in WEEKDAYS.values()]
    parts = []
    for first, last, times in spans(hours):
        days = names[first] if first == last else f"{names[first]}–{names[last]}"
        parts.append(f"{days} {_time(times.opens, tell)}–{_time(times.closes, tell)}")
    return ", ".join(parts)


def day_text(opening: OpeningOut, weekday: int, tell: Language) -> str:
    """The hours of one day as its reader writes them, which the form takes; empty for a day that is closed."""
    found = next((each for each in opening.hours if each.weekday == weekday), None)
    text = "" if found is None else f"{found.opens}-{found.closes}"
    return text.replace(":", ".") if tell.code == "id" else text


def read_form_week(sent: Mapping[str, str]) -> tuple[dict[int, OpeningTimes], tuple[PeopleFault, ...]]:
    """The hours of a form by weekday, and what is wrong with it, day by day."""
    hours, faults = {}, []
    for weekday, name in enumerate(DAYS):
        try:
            times = read_times(sent.get(name, ""))
        except ValueError as wrong:
            backwards = "opens before" in str(wrong)
            sentence = "An office opens before it closes, between 00:00 and 24:00." if backwards else MALFORMED
            faults.append(PeopleFault(sentence, name))
            continue
        if times is not None:
            hours[weekday] = times
    return hours, tuple(faults)


def _time(minutes: int, tell: Language) -> str:
    # Indonesian writes the hours of a day with a full stop.
    return time_of(minutes).replace(":", "." if tell.code == "id" else ":")
