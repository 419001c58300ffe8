"""How the ratings of an agency's offices were collected, and how far they represent those who were served."""

from collections.abc import Sequence

from app.closing.rules.report_documents.agency import Integrity, OfficeLine
from app.closing.rules.report_documents.parts import TicketCounts
from app.closing.rules.report_documents.reports import AgencyReport
from app.reports.sections.blocks import Block, Cell, Column, Facts, Number, Section, Table, Words
from app.reports.sections.collection import channel_name, ticket_facts
from app.reports.sections.held_reasons import REASONS, held_for, without_answers
from app.reports.sections.language import Language
from app.reports.sections.results import count, part_of, percent
from app.reports.sections.sums import WHOLE, add_up

HELD = (
    "Held ratings are in no figure: screening doubts them, and nobody deletes them. Where a queue system has not told "
    "how many were served, coverage stays empty; nothing is assumed. A coverage of more than 100 % is a finding itself."
)
NOT_WHOLE = (
    "Where the shares of an office do not add up to 100 %, each of them is rounded, or some ratings are told of "
    "several channels together."
)

FINDING_STATUS_WORDS = {
    "held": "Findings that wait for an auditor",
    "noted": "Findings noted without holding ratings",
    "released": "Findings released by an auditor",
    "confirmed": "Findings confirmed by an auditor",
}


def integrity_section(document: AgencyReport, tell: Language) -> Section | None:
    """What was held and covered, in all and by office; None where no office has figures."""
    lines = [line for line in document.offices if line.n is not None]
    if not lines:
        return None
    blocks: list[Block] = [_together(document, tell), _offices(lines, tell), Words(tell(HELD))]
    blocks += _reasons(lines, tell)
    channels = sorted({channel for line in lines for channel in line.channels or ()})
    if len(channels) > 1:
        blocks.append(_channels(lines, channels, tell))
    return Section("integrity", tell("Integrity of collection"), tuple(blocks))


def _together(document: AgencyReport, tell: Language) -> Facts:
    figures, known = document.figures, document.integrity
    facts: list[tuple[str, Cell]] = []
    if figures.n is not None:
        facts = [
            (tell("Ratings counted"), count(figures.n)),
            (tell("Ratings held back by screening, in no figure"), without_answers(figures.held, tell)),
            (tell("Share held"), _share(figures.held, figures.n)),
        ]
    if known is None:
        not_looked_for = tell("not looked for; only what screening has held is counted")
        return Facts((*facts, (tell("Bursts of ratings"), not_looked_for)))
    return Facts((*facts, *_collected(known, tell)))


def _collected(known: Integrity, tell: Language) -> list[tuple[str, Cell]]:
    reporting, all_of_them = (tell.number(count(n)) for n in (known.offices_told, known.offices))
    return [
        (
            tell("Offices that told how many they served"),
            tell("{told} of {all}", told=reporting, all=all_of_them),
        ),
        (tell("People served there"), count(known.served)),
        (tell("Coverage there (rated of served)"), percent(known.coverage, 0)),
        *ticket_facts(known.tickets, tell),
        (tell("Bursts of ratings"), _bursts(known, tell)),
        *held_for(known.held_reasons, tell),
        *(
            (tell(FINDING_STATUS_WORDS[standing]), without_answers(n, tell))
            for standing, n in (known.findings or {}).items()
            if standing in FINDING_STATUS_WORDS
        ),
    ]


def _bursts(known: Integrity, tell: Language) -> Cell:
    """Older versions did not look for bursts, and wrote no findings: that is not the same as none."""
    if known.bursts is None and known.findings is None:
        return tell("not looked for; only what screening has held is counted")
    return without_answers(known.bursts, tell)


def _reasons(lines: Sequence[OfficeLine], tell: Language) -> list[Block]:
    """Why ratings are held, by office; no table where none is."""
    held = [(line.name, line.held_reasons) for line in lines if line.held_reasons]
    named = [reason for reason in REASONS if any(reason in reasons for _, reasons in held)]
    if not named:
        return []
    columns = (Column(tell("Office"), "text"), *(Column(tell(REASONS[reason])) for reason in named))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(count(reasons.get(reason, 0)) for reason in named)) for name, reasons in held
    )
    return [Table(tell("Why ratings were held"), columns, rows)]


def _offices(lines: Sequence[OfficeLine], tell: Language) -> Table:
    rows = tuple(
        (
            line.name,
            line.code,
            count(line.n),
            None if line.n is None else without_answers(line.held, tell),
            _share(line.held, line.n),
            count(line.served),
            percent(line.coverage, 0),
            _spent(line.tickets),
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


def _channels(lines: Sequence[OfficeLine], channels: Sequence[str], tell: Language) -> Table:
    known = [(line.name, line.channels, line.n) for line in lines if line.channels and line.n]
    rows = [(name, [part_of(rated.get(channel, 0), n) for channel in channels]) for name, rated, n in known]
    whole = all(add_up(shares, WHOLE) for _, shares in rows)
    return Table(
        tell("Share of each channel in an office's ratings"),
        (Column(tell("Office"), "text"), *(Column(channel_name(channel, tell)) for channel in channels)),
        tuple((name, *shares) for name, shares in rows),
        note=None if whole else tell(NOT_WHOLE),
    )


def _spent(tickets: TicketCounts | None) -> Number | None:
    return percent(tickets.coverage, 0) if tickets else None


def _share(held: int | None, counted: int | None) -> Number | None:
    """The held of all ratings; nothing where one of the counts is not told."""
    if held is None or counted is None or not held + counted:
        return None
    return part_of(held, held + counted)
