"""A snapshot: whatever is written meanwhile, every read of it tells of one moment."""

from sqlalchemy import select
from sqlmodel import col

from app.directory.tables import Service
from tests.house import House


def test_a_snapshot_does_not_see_what_is_committed_after_its_first_read(house: House) -> None:
    names = select(col(Service.name)).where(col(Service.agency_id) == "kota", col(Service.code) == "kk")
    with house.database.snapshot() as session:
        before = session.scalars(names).one()
        with house.database.writing() as writer:
            service = writer.get_one(Service, ("kota", "kk"))
            service.name = "Kartu lain"
        assert session.scalars(names).one() == before
    with house.database.snapshot() as session:
        assert session.scalars(names).one() == "Kartu lain"
