"""What is purged leaves a line in the audit trail, and takes the time it needs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.foundation.storage.database import Database, OperationalError
from app.ratings.retention import tidy
from tests.house import NOW, House
from tests.postgres import owning

YEAR = timedelta(days=365)
LATER = NOW + timedelta(days=500)


def comment(house: House, key: str = "app", n: int = 1) -> None:
    """Some ratings with a comment."""
    for _ in range(n):
        assert house.post("/v1/ratings", house.sheet(comment="baik"), key).status_code == 201


def purges(house: House) -> list[dict[str, Any]]:
    """What the audit trail tells of purges, by agency."""
    statement = text(
        "SELECT agency_id, actor, subject, detail FROM audit_event WHERE action = 'comments.purged' ORDER BY agency_id"
    )
    with house.database.reading() as session:
        return [dict(row._mapping) for row in session.execute(statement)]


def test_a_purge_is_audited_once_for_each_agency_that_lost_comments(house: House) -> None:
    assert tidy(house.database, LATER, YEAR, actor="service") == 0
    comment(house, n=3)
    comment(house, "desa app")
    assert tidy(house.database, NOW, YEAR, actor="service") == 0
    assert purges(house) == []
    assert tidy(house.database, LATER, YEAR, actor="service") == 4
    assert tidy(house.database, LATER, YEAR, actor="service") == 0
    kota, desa = purges(house)[1], purges(house)[0]
    assert (kota["agency_id"], kota["actor"], kota["subject"]) == ("kota", "service", "comment")
    assert '"n": 3' in str(kota["detail"]).replace("'", '"')
    assert '"n": 1' in str(desa["detail"]).replace("'", '"')
    assert len(purges(house)) == 2


def test_a_purge_that_cannot_be_audited_does_not_happen(house: House) -> None:
    comment(house)
    with owning(house.database) as session:
        session.execute(text("ALTER TABLE audit_event RENAME TO audit_elsewhere"))
    with pytest.raises(Exception, match="audit_event"):
        tidy(house.database, LATER, YEAR, actor="service")
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM comment")).scalar_one() == 1


SLOW = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.4); RETURN OLD; END $$;
CREATE TRIGGER slowly BEFORE DELETE ON comment FOR EACH ROW EXECUTE FUNCTION slowly();
"""


@pytest.mark.parametrize("store", ["postgresql"])
@pytest.mark.one_server
def test_tidying_may_take_longer_than_a_statement_of_the_service(house: House) -> None:
    comment(house)
    with owning(house.database) as session:
        session.execute(text(SLOW))
    hurried = Database(house.database.url.render_as_string(hide_password=False), statement_timeout_ms=200, pool_size=1)
    with pytest.raises(OperationalError), hurried.writing() as session:
        session.execute(text("DELETE FROM comment"))
    assert tidy(hurried, LATER, YEAR, actor="service") == 1
    # The connection goes back to the pool as it was.
    with hurried.writing() as session:
        assert session.execute(text("SHOW statement_timeout")).scalar_one() == "200ms"
    hurried.dispose()
