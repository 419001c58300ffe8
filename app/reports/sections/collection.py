"""How the ratings came about, and the way of the index over months."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.reports.sections.blocks import Block, Cell, Chart, Column, Facts, Number, Point, Range, Section, Table, Words
from app.reports.sections.held_reasons import held_for
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, estimate, official

CHANNELS = {"kiosk": "Kiosk", "mobile": "Mobile app", "web": "Web", "import": "Imported file"}
NO_MIX = {
    "one-channel": "there is only one channel",
    "served-by-channel-unknown": "cannot be told: the people served per channel are not reported",
}


def channel_name(code: str, tell: Language) -> str:
    """A channel by word."""
    return tell(CHANNELS[code]) if code in CHANNELS else code


def trend_section(document: Mapping[str, Any], tell: Language) -> Section:
    """Index by month; months too small to be shown are left out."""
    line = [each for each in document["trend"] if each["index"] is not None]
    title = tell("Trend")
    if not line:
        return Section("trend", title, (Words(tell("No month has enough ratings to be shown.")),))
    left_out = Words(
        tell("Months in which too few rated, or which could reveal a few citizens' answers, are left out.")
    )
    return Section("trend", title, (_trend(document, line, tell), left_out))


def collection_section(document: Mapping[str, Any], tell: Language) -> Section:
    """What was counted, held and missed."""
    figures = document["figures"]
    collection = figures["collection"]
    served = collection["served"]
    unknown = tell("not reported; nothing is assumed")
    blocks: list[Block] = [
        Facts(
            (
                (tell("Ratings counted"), count(figures["n"])),
                (tell("Ratings held back by screening, in no figure"), count(figures["held"])),
                *held_for(document.get("held_reasons"), tell),
                (tell("People served"), unknown if served is None else count(served)),
                (
                    tell("Coverage (rated of served)"),
                    unknown if collection["coverage"] is None else Number(collection["coverage"], 1, percent=True),
                ),
                (tell("Mean if all who did not rate had given the lowest or the best answer"), _bounds(collection)),
                (tell("Sample the regulation's table asks for"), _sample(collection, tell)),
                *_channel_mix(figures.get("channel_mix"), tell),
                *ticket_facts(document.get("tickets"), tell),
            )
        )
    ]
    for caption, name, parts in (
        (tell("By channel"), tell("Channel"), _channels(collection["channels"], tell)),
        (tell("By service"), tell("Service"), _services(document, collection["services"])),
    ):
        if parts:
            blocks.append(_parts(caption, name, parts, figures["n"], tell))
    return Section("collection", tell("How the ratings came about"), tuple(blocks))


def ticket_facts(tickets: Mapping[str, Any] | None, tell: Language) -> list[tuple[str, Cell]]:
    """Slips of the period on their way from the printer to a rating; nothing where none was issued."""
    if tickets is None:
        return []
    coverage = tickets["coverage"]
    return [
        (tell("Tickets issued at arrival"), count(tickets["issued"])),
        (tell("Tickets armed when the service was finished"), count(tickets["armed"])),
        (tell("Tickets spent on a rating"), count(tickets["spent"])),
        (tell("Tickets spent of armed"), None if coverage is None else Number(coverage, 1, percent=True)),
    ]


def _trend(document: Mapping[str, Any], line: Sequence[Mapping[str, Any]], tell: Language) -> Chart:
    months = [12 * int(each["month"][:4]) + int(each["month"][5:]) for each in line]
    points = tuple(
        Point(month - months[0], tell.month(each["month"]), official(each["index"]), count(each["n"]))
        for month, each in zip(months, line, strict=True)
    )
    name = document["method"]["index_name"]
    values = "; ".join(f"{each.label}: {tell.number(each.value)} (n = {tell.number(each.n)})" for each in points)
    told = f"{tell('Line chart of the {name} by month.', name=name)} {values}."
    return Chart(
        "trend",
        tell("{name} by month, on its scale from 25 to 100", name=name),
        told,
        points,
        label_title=tell("Month"),
        value_title=name,
        n_title=tell("Ratings (n)"),
        interval_title=tell(CONFIDENCE),
    )


def _bounds(collection: Mapping[str, Any]) -> Range | None:
    bounds = collection["bounds"]
    return Range(estimate(bounds[0]), estimate(bounds[1])) if bounds else None


def _sample(collection: Mapping[str, Any], tell: Language) -> str | None:
    if collection["sample"] is None:
        return None
    size = tell.number(count(collection["sample"]))
    return (
        tell("{size}, reached", size=size) if collection["sample_reached"] else tell("{size}, not reached", size=size)
    )


def _channel_mix(mix: Mapping[str, Any] | None, tell: Language) -> tuple[tuple[str, str], ...]:
    if mix is None:
        return ()
    return ((tell("Mean weighted by channel"), tell(NO_MIX[mix["reason"]])),)


def _channels(channels: Mapping[str, int], tell: Language) -> list[tuple[str, int]]:
    return [(channel_name(code, tell), n) for code, n in sorted(channels.items())]


def _services(document: Mapping[str, Any], services: Mapping[str, int]) -> list[tuple[str, int]]:
    names = document.get("services", {})
    return sorted((names.get(code, code), n) for code, n in services.items())


def _parts(caption: str, name: str, parts: Sequence[tuple[str, int]], n: int, tell: Language) -> Table:
    return Table(
        caption,
        (Column(name, "text"), Column(tell("Ratings (n)")), Column(tell("Share"))),
        tuple((part, count(size), Number(size / n, 1, percent=True)) for part, size in parts),
    )
