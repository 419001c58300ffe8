"""How far the ratings of an agency's offices may be trusted to stand for those they served."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.reports.sections.blocks import Block, Cell, Column, Facts, Number, Section, Table, Words
from app.reports.sections.collection import channel_name, ticket_facts
from app.reports.sections.held_reasons import REASONS, held_for
from app.reports.sections.language import Language
from app.reports.sections.results import count

HELD = (
    "Held ratings are in no figure: screening doubts them, and nobody deletes them. Where a queue system has not told "
    "how many were served, coverage stays empty; nothing is assumed. A coverage of more than 100 % is a finding itself."
)

STANDINGS = {
    "held": "Findings that wait for an auditor",
    "noted": "Findings noted without holding ratings",
    "released": "Findings released by an auditor",
    "confirmed": "Findings confirmed by an auditor",
}


def integrity_section(document: Mapping[str, Any], tell: Language) -> Section | None:
    """What was held and covered, in all and by office; None where no office has figures."""
    lines = [line for line in document["offices"] if line["n"] is not None]
    if not lines:
        return None
    blocks: list[Block] = [_together(document, tell), _offices(lines, tell), Words(tell(HELD))]
    blocks += _reasons(lines, tell)
    channels = sorted({channel for line in lines for channel in line.get("channels") or ()})
    if len(channels) > 1:
        blocks.append(_channels(lines, channels, tell))
    return Section("integrity", tell("Integrity of collection"), tuple(blocks))


def _together(document: Mapping[str, Any], tell: Language) -> Facts:
    figures, known = document["figures"], document.get("integrity") or {}
    facts: list[tuple[str, Cell]] = []
    if not figures["suppressed"]:
        facts = [
            (tell("Ratings counted"), count(figures["n"])),
            (tell("Ratings held back by screening, in no figure"), count(figures["held"])),
            (tell("Share held"), _share(figures["held"], figures["n"] + figures["held"])),
        ]
    if known:
        told, all_of_them = (tell.number(count(known[name])) for name in ("offices_told", "offices"))
        coverage = known["coverage"]
        facts += [
            (tell("Offices that told how many they served"), tell("{told} of {all}", told=told, all=all_of_them)),
            (tell("People served there"), None if known["served"] is None else count(known["served"])),
            (tell("Coverage there (rated of served)"), None if coverage is None else Number(coverage, 1, percent=True)),
        ]
    facts += ticket_facts(known.get("tickets"), tell)
    bursts = known.get("bursts")
    unknown = tell("not looked for; only what screening has held is counted")
    facts.append((tell("Bursts of ratings"), unknown if bursts is None else count(bursts)))
    facts += held_for(known.get("held_reasons"), tell)
    found = known.get("findings") or {}
    facts += [(tell(STANDINGS[standing]), count(n)) for standing, n in found.items() if standing in STANDINGS]
    return Facts(tuple(facts))


def _reasons(lines: Sequence[Mapping[str, Any]], tell: Language) -> list[Block]:
    """Why ratings are held, by office; no table where none is."""
    held = [line for line in lines if line.get("held_reasons")]
    named = [reason for reason in REASONS if any(reason in line["held_reasons"] for line in held)]
    if not named:
        return []
    columns = (Column(tell("Office"), "text"), *(Column(tell(REASONS[reason])) for reason in named))
    rows = tuple((line["name"], *(count(line["held_reasons"].get(reason, 0)) for reason in named)) for line in held)
    return [Table(tell("Why ratings were held"), columns, rows)]


def _offices(lines: Sequence[Mapping[str, Any]], tell: Language) -> Table:
    rows = tuple(
        (
            line["name"],
            line["code"],
            count(line["n"]),
            count(line["held"]),
            _share(line["held"], line["n"] + line["held"]),
            None if line.get("served") is None else count(line["served"]),
            None if line.get("coverage") is None else Number(line["coverage"], 1, percent=True),
            _spent(line.get("tickets")),
        )
        for line in lines
    )
    columns = (
        Column(tell("Office"), "text"),
        Column(tell("Code"), "text"),
        Column(tell("Ratings (n)")),
        Column(tell("Held")),
        Column(tell("Share held")),
        Column(tell("Served")),
        Column(tell("Coverage")),
        Column(tell("Tickets spent of armed")),
    )
    return Table(tell("What was held, and how many of those served have rated"), columns, rows)


def _channels(lines: Sequence[Mapping[str, Any]], channels: Sequence[str], tell: Language) -> Table:
    told = [line for line in lines if line.get("channels")]
    return Table(
        tell("Share of each channel in an office's ratings"),
        (Column(tell("Office"), "text"), *(Column(channel_name(channel, tell)) for channel in channels)),
        tuple(
            (line["name"], *(_share(line["channels"].get(channel, 0), line["n"]) for channel in channels))
            for line in told
        ),
    )


def _spent(tickets: Mapping[str, Any] | None) -> Number | None:
    return None if tickets is None or tickets["coverage"] is None else Number(tickets["coverage"], 1, percent=True)


def _share(part: int, whole: int) -> Number | None:
    return Number(part / whole, 1, percent=True) if whole else None
