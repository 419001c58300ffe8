"""What asks for a look: drops over weeks, and more low answers than usual in a month. States, never values."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.reports.sections.blocks import Cell, Column, Facts, Section, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import said

STATES = {
    "no-alarm": "no alarm",
    "not-enough-weeks": "not enough weeks with ratings to tell",
    "not-enough-months": "not enough months with ratings to tell",
    "no-variation": "cannot be told: all earlier answers were the same",
}


def alarms_section(document: Mapping[str, Any], tell: Language) -> Section | None:
    """The alarms of a person or an office; None in a report that was made before there were any."""
    alarms = document["figures"].get("alarms")
    if alarms is None:
        return None
    notice = tell(
        "An alarm is a reason to look, not a verdict. Even where nothing has changed, one comes now and "
        "then by chance: about one in 400 weeks of a line."
    )
    method = tell(
        "Drops are looked for week by week, against the year before; every step stands on at least 10 answers."
    )
    return Section(
        "alarms",
        tell("Alarms"),
        (_together(alarms, tell) or _apart(document, alarms, tell), Words(f"{notice} {method}")),
    )


def _together(alarms: Mapping[str, Any], tell: Language) -> Facts | None:
    """Two lines instead of a table if the same can be said of the index and of every dimension: mostly no alarm."""
    drops = {alarms["index"]["state"], *(each["state"] for each in alarms["dimensions"].values())}
    low = {each["state"] for each in (alarms["low_answers"] or {}).values()}
    if "alarm" in drops | low or len(drops) > 1 or len(low) > 1:
        return None
    titles = [(tell("Drop over weeks"), drops), (tell("More low answers than usual"), low)]
    return Facts(tuple((title, tell(STATES[state])) for title, states in titles for state in states))


def _apart(document: Mapping[str, Any], alarms: Mapping[str, Any], tell: Language) -> Table:
    low = alarms["low_answers"]
    columns = [Column(tell("Dimension"), "text"), Column(tell("Drop over weeks"), "text")]
    if low is not None:
        columns.append(Column(tell("More low answers than usual"), "text"))
    rows: list[tuple[Cell, ...]] = []
    for dimension in document["figures"]["dimensions"]:
        code = dimension["code"]
        told: tuple[Cell, ...] = (said(dimension["title"], tell), _drop(alarms["dimensions"][code], tell))
        rows.append(told if low is None else (*told, _months(low[code], tell)))
    whole: tuple[Cell, ...] = (document["method"]["index_name"], _drop(alarms["index"], tell))
    rows.append(whole if low is None else (*whole, None))
    caption = tell("Changes for the worse, compared with the usual")
    return Table(caption, tuple(columns), tuple(rows), last_is_whole=True)


def _drop(drop: Mapping[str, Any], tell: Language) -> str:
    if drop["state"] != "alarm":
        return tell(STATES[drop["state"]])
    year, week = drop["week"].split("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    return tell("alarm, first in the week from {day}", day=tell.day(monday.isoformat()))


def _months(low: Mapping[str, Any], tell: Language) -> str:
    if low["state"] != "alarm":
        return tell(STATES[low["state"]])
    return tell("alarm in {months}", months=", ".join(map(tell.month, low["months"])))
