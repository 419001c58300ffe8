"""Personal links on paper, for employees who have no account: who gets one, and the sheets that are cut apart."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from app.access.principals import Reach
from app.closing import store
from app.closing.addressing import asked, newest
from app.closing.replies import Drawn, draw_links
from app.closing.tables import Period
from app.directory.listing_store import agency_name, names_of
from app.disclosure.rules.calendar import LAST_ZONE
from app.foundation.problems import Problem
from app.foundation.qr import qr_svg
from app.foundation.storage.database import Session
from app.foundation.translations import translator
from app.foundation.typefaces import breakable, typeset
from app.people.store import employees_with_accounts
from app.ratings.rules.selection import By

TITLE, SCAN = "Your report of {period}", "Scan the code with your phone, or type the address."
UNTIL = "You may reply once, until {day}. The link is yours alone: whoever has it reads your report."
CUT = "Cut along the lines, and hand each slip to the one it names."
TEXTS = frozenset({TITLE, SCAN, UNTIL, CUT})


class Slip(NamedTuple):
    """What one slip shows: whom it is for, where that person serves, and the link."""

    name: str
    employee: str
    office: str
    address: str


class Slips(NamedTuple):
    """The slips of a draft, in the order of offices and names."""

    agency: str
    period: Period
    items: tuple[Slip, ...]


def without_account(session: Session, period: Period, office: str | None = None) -> dict[str, str | None]:
    """The employees of a draft, perhaps of one office, who cannot sign in to read it, each with that office."""
    have = employees_with_accounts(session, period.agency_id)
    return {
        report.unit: report.office
        for report in store.reports_of(session, period)
        if report.kind == "employee" and report.unit not in have and office in (None, report.office)
    }


def draw_slips(
    session: Session,
    reach: Reach,
    code: str,
    instrument: str | None,
    public_url: str | None,
    *,
    office: str | None = None,
    most: int | None = None,
) -> tuple[Drawn, Slips]:
    """Links for the employees without an account, and their slips; they work once `keep_links` has kept them.

    Setting the sheets of a large agency takes a while, in which nobody should wait for the database.

    Raises `period-open`, `period-final`, `instrument-ambiguous`, `public-url-missing` where nobody has said how
    employees get here, and `slips-too-many` for more than `most`.
    """
    if public_url is None:
        raise Problem("public-url-missing")
    offices = without_account(session, newest(session, reach, asked(code), instrument), office)
    if most is not None and len(offices) > most:
        raise Problem("slips-too-many", n=most)
    drawn = draw_links(session, reach, code, instrument, only=offices)
    names = names_of(session, reach.agency_id, By.employee, drawn.tokens)
    places = names_of(session, reach.agency_id, By.office, {each for each in offices.values() if each})
    # The token stands in the fragment, which browsers send to no server, so it is in no log.
    items = [
        Slip(names.get(each, each), each, places.get(offices[each] or "", ""), f"{public_url}/r#{token}")
        for each, token in drawn.tokens.items()
    ]
    ordered = sorted(items, key=lambda each: (each.office, each.name, each.employee))
    return drawn, Slips(agency_name(session, reach.agency_id), drawn.period, tuple(ordered))


def slips_pdf(slips: Slips, language: str, words: Mapping[str, str]) -> bytes:
    """Sheets of A4 with eight slips each, to be cut apart; `words` are the period and the last day, as read."""
    tell = translator(language)
    data = {
        "language": language,
        "cut": tell(CUT),
        "agency": breakable(slips.agency),
        "title": tell(TITLE, period=words["period"]),
        "scan": tell(SCAN),
        "until": tell(UNTIL, day=words["day"]),
        "all": [
            {
                "name": breakable(each.name),
                "place": breakable(" · ".join(part for part in (each.office, each.employee) if part)),
                # Not breakable by what cannot be seen: who types it must get no character that is not there.
                "printed": each.address.partition("://")[2],
                "qr": qr_svg(each.address),
            }
            for each in slips.items
        ],
    }
    return typeset("app.closing", "slips.typ", "slips", data)


def last_reply_day(period: Period) -> str:
    """The last day on which a reply is taken, in ISO form: a window ends with its day in the zone that ends last."""
    return (period.replies_end_at.astimezone(LAST_ZONE) - timedelta(microseconds=1)).date().isoformat()
