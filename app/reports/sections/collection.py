"""How the ratings came about, and the way of the index over months."""

from collections.abc import Mapping, Sequence

from app.closing.rules.report_documents.figures import Collection, Figures
from app.closing.rules.report_documents.parts import TicketCounts, TrendMonth
from app.closing.rules.report_documents.reports import AnyReport
from app.measures.alarm_schemas import ChannelMixOut
from app.reports.sections.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Facts,
    Point,
    Range,
    Section,
    Table,
    Words,
    axis_from,
)
from app.reports.sections.held_reasons import held_for, without_answers
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, decimals_of, estimate, official, part_of, percent
from app.reports.sections.sums import WHOLE, sum_note

CHANNELS = {"kiosk": "Kiosk", "mobile": "Mobile app", "web": "Web", "import": "Imported file"}
NO_MIX = {
    "one-channel": "there is only one channel",
    "served-by-channel-unknown": "cannot be told: the people served per channel are not reported",
}


def channel_name(code: str, tell: Language) -> str:
    """A channel by word."""
    return tell(CHANNELS[code]) if code in CHANNELS else code


def trend_section(document: AnyReport, tell: Language) -> Section:
    """Index by month; months too small to be shown are left out."""
    months = [(each, each.index) for each in document.trend if each.index is not None]
    title = tell("Trend")
    if not months:
        return Section("trend", title, (Words(tell("No month has enough ratings to be shown.")),))
    left_out = Words(
        tell("Months in which too few rated, or which could reveal a few citizens' answers, are left out.")
    )
    return Section("trend", title, (_trend(months, document.method.index_name, tell), left_out))


def collection_section(document: AnyReport, figures: Figures, tell: Language) -> Section:
    """What was counted, held and missed."""
    collection, decimals = figures.collection, decimals_of(document)
    unknown = tell("not reported; nothing is assumed")
    blocks: list[Block] = [
        Facts(
            (
                (tell("Ratings counted"), count(figures.n)),
                *_waiting(figures.waiting, tell),
                (tell("Ratings held back by screening, in no figure"), without_answers(figures.held, tell)),
                *held_for(document.held_reasons, tell),
                (tell("People served"), unknown if collection.served is None else count(collection.served)),
                (
                    tell("Coverage (rated of served)"),
                    unknown if collection.coverage is None else percent(collection.coverage, 0),
                ),
                (
                    tell("Mean if all who did not rate had given the lowest or the best answer"),
                    _bounds(collection, decimals),
                ),
                (tell("Sample the regulation's table asks for"), _sample(collection, tell)),
                *_channel_mix(figures.channel_mix, tell),
                *ticket_facts(document.tickets, tell),
            )
        )
    ]
    for caption, name, parts in (
        (tell("By channel"), tell("Channel"), _channels(collection.channels or {}, tell)),
        (tell("By service"), tell("Service"), _services(document.services, collection.services or {})),
    ):
        if parts:
            blocks.append(_parts(caption, name, parts, figures.n, tell))
    return Section("collection", tell("How the ratings came about"), tuple(blocks))


def _waiting(waiting: str | None, tell: Language) -> list[tuple[str, Cell]]:
    return [(tell("Ratings that wait, or are told in larger sums only"), waiting)] if waiting else []


def ticket_facts(tickets: TicketCounts | None, tell: Language) -> list[tuple[str, Cell]]:
    """Slips of the period on their way from the printer to a rating; nothing where none was issued."""
    if tickets is None:
        return []
    return [
        (tell("Tickets issued at arrival"), count(tickets.issued)),
        (tell("Tickets armed when the service was finished"), count(tickets.armed)),
        (tell("Tickets spent on a rating"), count(tickets.spent)),
        (tell("Tickets spent of armed"), percent(tickets.coverage, 0)),
    ]


def _trend(months: Sequence[tuple[TrendMonth, str]], name: str, tell: Language) -> Chart:
    places = [12 * int(each.month[:4]) + int(each.month[5:]) for each, _ in months]
    points = tuple(
        Point(place - places[0], tell.month(each.month), official(index), count(each.n))
        for place, (each, index) in zip(places, months, strict=True)
    )
    values = "; ".join(f"{each.label}: {tell.number(each.value)} (n = {tell.number(each.n)})" for each in points)
    alternative = f"{tell('Line chart of the {name} by month.', name=name)} {values}."
    return Chart(
        "trend",
        tell(
            "{name} by month, drawn from {low} to 100",
            name=name,
            low=axis_from(float(each.value.value) for each in points),
        ),
        alternative,
        points,
        label_title=tell("Month"),
        value_title=name,
        n_title=tell("Ratings (n)"),
        interval_title=tell(CONFIDENCE),
    )


def _bounds(collection: Collection, decimals: int) -> Range | None:
    bounds = collection.bounds
    return Range(estimate(bounds[0], decimals), estimate(bounds[1], decimals)) if bounds else None


def _sample(collection: Collection, tell: Language) -> str | None:
    if collection.sample is None:
        return None
    size = tell.number(count(collection.sample))
    return tell("{size}, reached", size=size) if collection.sample_reached else tell("{size}, not reached", size=size)


def _channel_mix(mix: ChannelMixOut | None, tell: Language) -> tuple[tuple[str, str], ...]:
    if mix is None:
        return ()
    return ((tell("Mean weighted by channel"), tell(NO_MIX[mix.reason])),)


def _channels(channels: Mapping[str, int], tell: Language) -> list[tuple[str, int]]:
    return [(channel_name(code, tell), n) for code, n in sorted(channels.items())]


def _services(names: Mapping[str, str], services: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted((names.get(code, code), n) for code, n in services.items())


def _parts(caption: str, name: str, parts: Sequence[tuple[str, int]], n: int, tell: Language) -> Table:
    rest = n - sum(size for _, size in parts)
    # What is told of several together would else be missing from the sum.
    shown = [*parts, (tell("several, told together"), rest)] if rest > 0 else parts
    shares = [part_of(size, n) for _, size in shown]
    return Table(
        caption,
        (Column(name, "text"), Column(tell("Ratings (n)")), Column(tell("Share"))),
        tuple((part, count(size), share) for (part, size), share in zip(shown, shares, strict=True)),
        note=sum_note(shares, WHOLE, tell),
    )
