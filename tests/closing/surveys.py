"""A survey of nine elements with profiles and comments, for the tests of its report."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app.foundation.storage.database import Database
from app.ratings.tables import Comment, ProfileTally
from tests.closing.steps import OCTOBER
from tests.ratings.visits import Visit, put

SKM_ID = "skm-2017"


def surveyed(database: Database, sheets: Sequence[str], office: str = "dukcapil", start: int = 0) -> None:
    """Sheets of the official survey at an office in October."""
    visits = [Visit(office=office, sheet=sheet, instrument=SKM_ID, rated_on=OCTOBER) for sheet in sheets]
    put(database, visits, start=start)


def profiled(database: Database, office: str, instrument: str = SKM_ID, **values: dict[str, int]) -> None:
    """How many gave each value of each attribute, in October."""
    with database.writing() as session:
        session.add_all(
            ProfileTally(
                agency_id="kota",
                instrument=instrument,
                office=office,
                month=date(2026, 10, 1),
                attribute=attribute,
                value=value,
                n=n,
            )
            for attribute, of_values in values.items()
            for value, n in of_values.items()
        )


def commented(database: Database, office: str, texts: Sequence[str], start: int = 0, instrument: str = SKM_ID) -> None:
    """Comments of October."""
    with database.writing() as session:
        session.add_all(
            Comment(
                agency_id="kota",
                comment_id=UUID(int=start + place),
                instrument=instrument,
                office=office,
                written_in=date(2026, 10, 1),
                text=text,
            )
            for place, text in enumerate(texts)
        )


def plan(**changed: Any) -> dict[str, Any]:
    """An action as it is entered."""
    return {
        "element": "PENGADUAN",
        "problem": "Kotak pengaduan jarang dibuka.",
        "action": "Membuka kotak setiap Senin.",
        "due_on": "2026-12-15",
        "owner": "Kepala subbagian umum",
    } | changed
