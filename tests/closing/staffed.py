"""An agency with enough employees and offices to compare: one of each far above the others, one far below."""

from datetime import date

from app.directory.tables import Employee, Posting
from tests.closing.steps import OCTOBER, open_offices
from tests.house import House
from tests.ratings.visits import Visit, put

# What each of eight gets, by how often: the first is far above the others, the last far below in speed.
MIDDLING = {"344": 20, "434": 15, "333": 5}
SHEETS = [{"444": 38, "434": 2}, *[MIDDLING] * 6, {"144": 25, "244": 15}]
NAMES = ["Zainab", "Siti", "Putu", "Made", "Ketut", "Joko", "Hasan", "Ayu"]
STAFF = [f"S{place}" for place in range(8)]


def staff(house: House, appraiser: str | None = "E002") -> list[str]:
    """Eight employees of Dukcapil with ratings in October, and whoever appraises them; their codes."""
    with house.database.writing() as session:
        for code, name in zip(STAFF, NAMES, strict=True):
            session.add(Employee(agency_id="kota", code=code, name=name, appraiser=appraiser))
            session.flush()
            session.add(Posting(agency_id="kota", employee=code, office="dukcapil", from_on=date(2020, 1, 1)))
    rate(house, [("dukcapil", code) for code in STAFF], 10_000)
    return STAFF


def offices(house: House) -> list[str]:
    """Eight offices with ratings in October about nobody; their codes."""
    codes = open_offices(house, 8)
    rate(house, [(code, None) for code in codes], 20_000)
    return codes


def rate(house: House, about: list[tuple[str, str | None]], start: int) -> None:
    """Give each of eight what the list above says."""
    visits = [
        Visit(office=office, employee=employee, sheet=sheet, rated_on=OCTOBER)
        for (office, employee), sheets in zip(about, SHEETS, strict=True)
        for sheet, n in sheets.items()
        for _ in range(n)
    ]
    put(house.database, visits, start=start)
