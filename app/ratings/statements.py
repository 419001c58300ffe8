"""The SQL that stores ratings and counts them in tallies, for both databases, made from the one list of grains.

PostgreSQL does it in one statement and so in one round trip: insert the ratings, count and annotate only those that
were really inserted, return the keys of the others. On SQLite a whole group travels as JSON and so in one step: the
driver gives the interpreter's lock away at every step, and waits for it as often.
Rows go in sorted by key and tallies sorted by theirs: of 180 concurrent batches 145 deadlocked unsorted, none sorted.
"""

from app.ratings.tallies.rules.grains import GRAINS, Grain

COLUMNS = (
    "key", "rated_on", "office", "counter", "service", "employee", "channel", "ticketed", "standing",
    "instrument", "sheet", "digest",
)  # fmt: skip
# The trace beside a rating, which screening needs for some weeks only (decision 11).
TRACED = ("hour", "source")
TYPES = {"key": "uuid", "rated_on": "date", "ticketed": "boolean", "hour": "integer", "source": "uuid"}
LISTED = ", ".join(COLUMNS)
TALLY_KEY = "grain, unit, period_start, service, channel, ticketed, standing, instrument, sheet"


# What tallies distinguish. Identical sheets are added up by these columns first, so that the three grains count a few
# groups instead of every row.
TALLIED_BY = "rated_on, office, service, channel, ticketed, standing, instrument, sheet"


def _grain(grain: Grain, source: str, month: str, agency_id: str) -> str:
    """The query that gives the counts of `source` the tally key of one grain."""
    unit = agency_id if grain.unit == "agency_id" else grain.unit
    period = month if grain.by_month else "rated_on"
    service, channel = ("service", "channel") if grain.split else ("''", "''")
    return (
        f"SELECT {agency_id} AS agency_id, '{grain.name}' AS grain, CAST({unit} AS VARCHAR) AS unit, "
        f"{period} AS period_start, {service} AS service, {channel} AS channel, "
        f"ticketed, standing, instrument, sheet, n FROM {source}"
    )


def _keyed(source: str, month: str, agency_id: str) -> str:
    return " UNION ALL ".join(_grain(grain, source, month, agency_id) for grain in GRAINS)


POSTGRESQL_MONTH = "CAST(date_trunc('month', rated_on) AS date)"

# A group travels as one array a column, which PostgreSQL reads faster than any JSON.
ARRAYS = ", ".join(f"CAST(:{name} AS {TYPES.get(name, 'text')}[])" for name in (*COLUMNS, *TRACED))

# Comments go in by their random id, so that their order says nothing about the order of the ratings.
POSTGRESQL_STORE_SEPARATELY = (
    "commented AS (INSERT INTO comment (agency_id, comment_id, office, written_in, text, mixed) "
    "SELECT :agency_id, comment_id, comment_row.office, written_in, text, false "
    "FROM json_to_recordset(CAST(:comments AS json)) "
    "AS comment_row(key uuid, comment_id uuid, office text, written_in date, text text) "
    "JOIN stored USING (key) ORDER BY comment_id), "
    "profiled AS (INSERT INTO profile_tally (agency_id, office, month, attribute, value, n) "
    "SELECT :agency_id, profile_row.office, month, attribute, value, count(*) "
    "FROM json_to_recordset(CAST(:profiles AS json)) "
    "AS profile_row(key uuid, office text, month date, attribute text, value text) "
    "JOIN stored USING (key) GROUP BY profile_row.office, month, attribute, value "
    "ORDER BY profile_row.office, month, attribute, value "
    "ON CONFLICT ON CONSTRAINT profile_tally_pkey DO UPDATE SET n = profile_tally.n + excluded.n, mixed = false) "
)

POSTGRESQL_STORE = (
    f"WITH incoming AS MATERIALIZED (SELECT * FROM unnest({ARRAYS}) AS sent({LISTED}, {', '.join(TRACED)})), "
    f"stored AS (INSERT INTO rating (agency_id, {LISTED}) SELECT :agency_id, {LISTED} FROM incoming "
    f"ORDER BY key ON CONFLICT ON CONSTRAINT rating_pkey DO NOTHING RETURNING key, {TALLIED_BY}), "
    f"identical AS (SELECT {TALLIED_BY}, count(*) AS n FROM stored GROUP BY {TALLIED_BY}), "
    f"tallied AS (INSERT INTO tally (agency_id, {TALLY_KEY}, n) SELECT :agency_id, {TALLY_KEY}, sum(n) "
    f"FROM ({_keyed('identical', POSTGRESQL_MONTH, ':agency_id')}) AS keyed "
    f"GROUP BY {TALLY_KEY} ORDER BY {TALLY_KEY} "
    "ON CONFLICT ON CONSTRAINT tally_pkey DO UPDATE SET n = tally.n + excluded.n), "
    "traced AS (INSERT INTO trace (agency_id, key, hour, source) SELECT :agency_id, key, hour, source "
    "FROM incoming JOIN stored USING (key) WHERE hour IS NOT NULL ORDER BY key), "
    f"{POSTGRESQL_STORE_SEPARATELY}"
    # Nearly always everything was new, and the rows need not be compared again.
    "SELECT key FROM incoming WHERE (SELECT count(*) FROM stored) < (SELECT count(*) FROM incoming) "
    "AND NOT EXISTS (SELECT FROM stored WHERE stored.key = incoming.key)"
)

# On SQLite the counts come added up (`increments.py`). Parameters: the agency, and the rows as JSON. `WHERE true` tells
# SQLite's parser that ON belongs to the insert and not to a join.
_SQLITE_ROW = ", ".join(f"value ->> {index}" for index in range(len(COLUMNS)))
_SQLITE_TALLY = ", ".join(f"value ->> {index}" for index in range(TALLY_KEY.count(",") + 2))
SQLITE_STORE = (
    f"INSERT INTO rating (agency_id, {LISTED}) SELECT ?, {_SQLITE_ROW} FROM json_each(?) WHERE true "
    "ON CONFLICT DO NOTHING"
)
SQLITE_TRACE = (
    "INSERT INTO trace (agency_id, key, hour, source) SELECT ?, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)"
)
SQLITE_COUNT = (
    f"INSERT INTO tally (agency_id, {TALLY_KEY}, n) SELECT ?, {_SQLITE_TALLY} FROM json_each(?) WHERE true "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n"
)
SQLITE_COMMENT = (
    "INSERT INTO comment (agency_id, comment_id, office, written_in, text, mixed) "
    "SELECT ?, value ->> 'comment_id', value ->> 'office', value ->> 'written_in', value ->> 'text', false "
    "FROM json_each(?)"
)
SQLITE_PROFILE = (
    "INSERT INTO profile_tally (agency_id, office, month, attribute, value, n) "
    "SELECT ?, value ->> 'office', value ->> 'month', value ->> 'attribute', value ->> 'value', 1 "
    "FROM json_each(?) WHERE true ON CONFLICT DO UPDATE SET n = n + 1, mixed = false"
)

_EXISTING = "SELECT key, digest, office, employee, rated_on FROM rating WHERE agency_id = :agency_id AND key IN "
POSTGRESQL_EXISTING = _EXISTING + "(SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST(:keys AS json)))"
SQLITE_EXISTING = _EXISTING + "(SELECT value FROM json_each(:keys))"

# Moving sheets to another status takes them from one tally row and adds them to another.
_WHOLE_KEY = f"agency_id, {TALLY_KEY}".split(", ")
DECREASE_TALLY = f"UPDATE tally SET n = n + :n WHERE {' AND '.join(f'{name} = :{name}' for name in _WHOLE_KEY)}"


def increase_tally(*, is_sqlite: bool) -> str:
    """The statement that adds to a tally row, which may not be there yet."""
    # By name: a column list may match no index while one is rebuilt concurrently.
    conflict = "" if is_sqlite else "ON CONSTRAINT tally_pkey "
    return (
        f"INSERT INTO tally (agency_id, {TALLY_KEY}, n) VALUES ({', '.join(f':{name}' for name in _WHOLE_KEY)}, :n) "
        f"ON CONFLICT {conflict}DO UPDATE SET n = tally.n + excluded.n"
    )


SQLITE_MONTH = "date(rated_on, 'start of month')"


def _recounted(month: str) -> str:
    """The query of what all tallies should be, counted from the ratings."""
    columns = f"agency_id, {TALLIED_BY}"
    identical = f"(SELECT {columns}, count(*) AS n FROM rating GROUP BY {columns}) AS identical"
    whole_key = f"agency_id, {TALLY_KEY}"
    keyed = _keyed(identical, month, "agency_id")
    return f"SELECT {whole_key}, sum(n) AS n FROM ({keyed}) AS keyed GROUP BY {whole_key}"


def recount(month: str) -> str:
    """Fill an empty tally table from the ratings of one agency; the read benchmark loads ratings with COPY."""
    return (
        f"INSERT INTO tally (agency_id, {TALLY_KEY}, n) "
        f"SELECT * FROM ({_recounted(month)}) AS recounted WHERE agency_id = :agency_id"
    )


def differences(month: str) -> str:
    """The query of tally keys whose count differs from a recount, whichever side lacks them."""
    whole_key = f"agency_id, {TALLY_KEY}"
    return (
        f"SELECT {whole_key}, sum(tallied) AS tallied, sum(counted) AS counted FROM ("
        f"SELECT {whole_key}, 0 AS tallied, n AS counted FROM ({_recounted(month)}) AS recounted "
        f"UNION ALL SELECT {whole_key}, n AS tallied, 0 AS counted FROM tally) AS both_sides "
        "WHERE :agency_id IS NULL OR agency_id = :agency_id "
        f"GROUP BY {whole_key} HAVING sum(tallied) <> sum(counted) ORDER BY {whole_key} LIMIT :most"
    )


def strays() -> tuple[str, ...]:
    """One query per kind of code: the codes in ratings that the directory does not have."""
    kinds = {"office": "office", "service": "service", "employee": "employee"}
    return tuple(
        f"SELECT DISTINCT agency_id, '{column}' AS kind, {column} AS code FROM rating "
        f"WHERE {column} IS NOT NULL AND (:agency_id IS NULL OR agency_id = :agency_id) "
        f"AND NOT EXISTS (SELECT 1 FROM {table} AS known "
        f"WHERE known.agency_id = rating.agency_id AND known.code = rating.{column}) LIMIT :most"
        for column, table in kinds.items()
    )
