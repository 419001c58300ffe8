"""How ratings are stored on a Citus cluster: a statement a table, each sent to the agency's shard as it is.

The one statement that does it on one server (decision 6) would be taken apart there, and its rows carried through the
coordinator at every part; where row-level security holds, Citus refuses it altogether (decision 42).
"""

from collections.abc import Generator, Mapping, Sequence
from uuid import UUID

from app.ratings.rating import NewRating
from app.ratings.rows import postgresql_values
from app.ratings.statements import CITUS_COMMENT, CITUS_PROFILE, CITUS_STORE, CITUS_TRACE

# A statement with its parameters; whoever executes it sends the keys that it returned. Ends with those of the ratings
# that were there before.
Steps = Generator[tuple[str, Mapping[str, str]], Sequence[UUID], list[str]]


def steps(agency_id: str, ratings: Mapping[str, NewRating]) -> Steps:
    """The statements that store one agency's ratings by key; all within one transaction."""
    stored = {key.hex for key in (yield CITUS_STORE, postgresql_values(agency_id, ratings.values()))}
    new = [rating for key, rating in ratings.items() if key in stored]
    values = postgresql_values(agency_id, new)
    for statement, is_needed in (
        (CITUS_TRACE, any(rating.place.hour is not None for rating in new)),
        (CITUS_COMMENT, any(rating.comment for rating in new)),
        (CITUS_PROFILE, any(rating.profile for rating in new)),
    ):
        if is_needed:
            yield statement, values
    return [key for key in ratings if key not in stored]
