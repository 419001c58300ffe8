"""From what a rating, a page and a report cost to processors, disk and money.

A small model, pure: what was measured stands in `MEASURED`, what is assumed in `Assumed` and `Place`, and
docs/capacity.md says of each which it is. The tables of that page are what this prints (`tests/capacity/`).
"""

from dataclasses import dataclass, replace
from math import ceil

MILLION, MONTH_DAYS, YEAR_DAYS = 1_000_000, 21, 245


@dataclass(frozen=True)
class Measured:
    """Microseconds of the processor and bytes, on one engine; `server` is the database's own.

    `request` is what a request costs around its ratings, `contact` a kiosk's heartbeat and its question what to show,
    `told` a rating in the night that tells it, `page` a page of the desk, `paper` a report drawn as PDF. `rating_bytes`
    has traces and comments with it, `log_bytes` are those of the database's log. `commit`, `refusal` and
    `database_cores` are assumed.
    """

    request: float = 30
    rating: float = 40
    rating_server: float = 25
    contact: float = 73
    contact_server: float = 14
    told: float = 38
    told_server: float = 19
    page: float = 31_000
    paper: float = 57_000
    rating_bytes: float = 380
    told_bytes: float = 242
    log_bytes: float = 1_005
    report_bytes: float = 10_258
    commit: float = 5_000
    refusal: float = 1_000
    database_cores: int = 4


# `python -m benchmarks.unit_costs` and `benchmarks.kiosk_costs` on 1 December 2026, and docs/performance.md: a rating
# by itself at 64 connections (69 µs, of which the rating is 40), a page of the desk on PostgreSQL, a report of an
# evidence pack.
MEASURED = Measured()
MEASURED_SQLITE = replace(
    MEASURED,
    request=65,
    rating=75,
    rating_server=0,
    contact=58,
    contact_server=0,
    told=36,
    told_server=0,
    page=12_000,
    rating_bytes=347,
    told_bytes=183,
    log_bytes=0,
    report_bytes=17_177,
)


@dataclass(frozen=True)
class Assumed:
    """What nobody measured: how a day is spread, how much room is left, and what is paid.

    `peak` is the share of a day in its busiest hour, `busy` how busy a processor may be then. Prices are rupiah a month
    for a processor with four GiB of memory, and for a GB of disk; `copies` is how often each byte is kept: database,
    replica or standby, two backups.
    """

    peak: float = 0.2
    busy: float = 0.5
    pages: float = 5
    persons: float = 10
    log_days: float = 14
    copies: float = 4
    processor_rupiah: float = 250_000
    disk_rupiah: float = 1_500


# Twice as dear, and half.
PRICES = (0.5, 2.0)


@dataclass(frozen=True)
class Place:
    """Who runs it: so many offices, kiosks and ratings a day in each, on one of the two engines."""

    offices: int
    kiosks: float
    ratings: float
    measured: Measured = MEASURED


@dataclass(frozen=True)
class Need:
    """What a place needs.

    Processors are those that are busy all the time in the busiest hour, `processes` and `cores` what to run so that
    none is busier than assumed. `night` is the minutes of the night that tells a month, `papers` the hours of one
    processor for a quarter's reports as PDF; GB are of one copy, `log` of a day; rupiah a month after the first year.
    """

    ratings_a_second: float
    service: float
    database: float
    processes: int
    cores: int
    night: float
    papers: float
    disk: float
    log: float
    rupiah: float


def need(place: Place, assumed: Assumed = Assumed()) -> Need:
    """What this place needs."""
    one = place.measured
    ratings = place.offices * place.ratings
    a_second = ratings * assumed.peak / 3_600
    contacts, pages = place.offices * place.kiosks / 60, place.offices * assumed.pages * assumed.peak / 3_600
    service = (a_second * (one.request + one.rating) + contacts * one.contact + pages * one.page) / MILLION
    database = (a_second * one.rating_server + contacts * one.contact_server) / MILLION
    processes = max(1, ceil(service / assumed.busy))
    cores = processes + max(1, ceil(database / assumed.busy)) if one.rating_server else processes
    a_month, persons = ratings * MONTH_DAYS, place.offices * assumed.persons
    # A report of each person, each office and its survey, each quarter.
    reports = 4 * (persons + 2 * place.offices)
    disk = (ratings * YEAR_DAYS * (one.rating_bytes + one.told_bytes) + reports * one.report_bytes) / 1e9
    log = ratings * one.log_bytes / 1e9
    stored = disk * assumed.copies + log * assumed.log_days
    return Need(
        ratings_a_second=a_second,
        service=service,
        database=database,
        processes=processes,
        cores=cores,
        night=a_month * (one.told + one.told_server) / MILLION / 60,
        papers=reports / 4 * one.paper / MILLION / 3_600,
        disk=disk,
        log=log,
        rupiah=cores * assumed.processor_rupiah + stored * assumed.disk_rupiah,
    )
