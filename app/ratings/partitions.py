"""PostgreSQL's partitions of ratings, traces and places in blocks: one a month (WIB), made ahead. SQLite has none."""

import time
from collections.abc import Callable
from datetime import date

from app.foundation.storage.database import Database
from app.foundation.storage.partition_store import Partition, make, partitions
from app.foundation.storage.rewriting_store import is_busy
from app.ratings.keys import day_of_key, first_key
from app.ratings.rules.months import months_to_make, next_month

TABLES = ("rating", "trace", "block_rating")
# Somebody who reads for long is waited for a while; then another night tries again.
TRIES, PAUSE = 6, 2.0


def make_ahead(database: Database, today: date, *, dry_run: bool = False) -> list[date]:
    """Make the months that are missing up to some after today's; returns their first days.

    Raises where others use the tables for too long; what is missing then comes with the next call.
    """
    made: set[date] = set()
    for table in TABLES:
        for month in _missing(database, table, today):
            made.add(month)
            if not dry_run:
                part = Partition(f"{month:%Y_%m}", first_key(month), first_key(next_month(month)))
                patiently(lambda part=part, table=table: make(database, table, part))  # type: ignore[misc]  # bound now
    return sorted(made)


def _missing(database: Database, table: str, today: date) -> list[date]:
    if database.is_sqlite:
        return []
    with database.reading() as session:
        ends = [each.end for each in partitions(session, table) if each.end is not None]
    # Behind the newest there is: they are made in their order, and what is missing before it was dropped.
    return months_to_make(day_of_key(max(ends)), today)


def patiently(step: Callable[[], object], pause: float = PAUSE) -> None:
    """Try a step again while others hold what it needs. Raises what the last try did."""
    for n in range(1, TRIES + 1):
        try:
            step()
        except Exception as error:
            if n == TRIES or not is_busy(error):
                raise
            time.sleep(pause)
        else:
            return
