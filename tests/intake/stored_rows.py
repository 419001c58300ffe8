"""What ratings left in the database."""

from sqlalchemy import text

from tests.house import House


def rows(house: House, table: str = "rating") -> list[dict[str, object]]:
    """Every row of a table, as the store holds it."""
    with house.database.reading() as session:
        return [dict(row._mapping) for row in session.execute(text(f"SELECT * FROM {table}"))]
