"""The sheets of slips for employees without an account, made once: page and API answer the same file."""

from datetime import datetime
from typing import NamedTuple

from app.access.principals import Reach
from app.closing.replies import keep_links
from app.closing.slips import draw_slips, last_reply_day, slips_pdf
from app.foundation.storage.database import Database
from app.reports.sections.language import Language

# Each takes some milliseconds, most of them for its code: somebody waits for them.
MOST_SLIPS = 500


class AskedSlips(NamedTuple):
    """Of which period they are, perhaps of one office alone, and how many there may be."""

    code: str
    instrument: str | None
    office: str | None = None
    most: int = MOST_SLIPS


class Sheets(NamedTuple):
    """A PDF and the name of its file."""

    name: str
    content: bytes


def make_sheets(
    database: Database, reach: Reach, asked: AskedSlips, public_url: str | None, tell: Language, now: datetime
) -> Sheets:
    """New links, and the sheets that show them once: of a link only a digest is kept.

    Raises `period-open`, `period-final`, `instrument-ambiguous`, `public-url-missing`, `slips-too-many`.
    """
    with database.reading() as session:
        drawn, made = draw_slips(
            session, reach, asked.code, asked.instrument, public_url, office=asked.office, most=asked.most
        )
    words = {"period": tell.period(made.period.code), "day": tell.day(last_reply_day(made.period))}
    # Before the links are kept: if the sheets cannot be set, those that were given before still work.
    content = slips_pdf(made, tell.code, words)
    with database.writing() as session:
        keep_links(session, reach, drawn, now)
    return Sheets(f"cermin-{made.period.agency_id}-{made.period.code}-slips.pdf", content)
