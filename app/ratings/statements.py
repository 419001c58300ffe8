"""The SQL that stores ratings with their traces, comments and profiles, for both databases.

PostgreSQL does it in one statement and so in one round trip: insert the ratings, annotate only those that were really
inserted, return the keys of the others. On SQLite a whole group travels as JSON and so in one step: the driver gives
the interpreter's lock away at every step, and waits for it as often.
Rows go in sorted by key: concurrent batches that hold the same ratings deadlock unsorted, and never sorted.
"""

COLUMNS = (
    "key", "rated_on", "office", "counter", "service", "employee", "channel", "ticketed", "standing",
    "instrument", "sheet", "digest",
)  # fmt: skip
# The trace beside a rating, which screening needs for some weeks only (decision 11).
TRACED = ("hour", "source")
TYPES = {"key": "uuid", "rated_on": "date", "ticketed": "boolean", "hour": "integer", "source": "uuid"}
LISTED = ", ".join(COLUMNS)


def _arrays(names: tuple[str, ...]) -> str:
    # A group travels as one array a column, which PostgreSQL reads faster than any JSON.
    return ", ".join(f"CAST(:{name} AS {TYPES.get(name, 'text')}[])" for name in names)


ARRAYS = _arrays((*COLUMNS, *TRACED))

# Comments go in by their random id, so that their order says nothing about the order of the ratings.
POSTGRESQL_STORE_SEPARATELY = (
    "commented AS (INSERT INTO comment (agency_id, comment_id, instrument, office, written_in, text, mixed) "
    "SELECT :agency_id, comment_id, comment_row.instrument, comment_row.office, written_in, text, false "
    "FROM json_to_recordset(CAST(:comments AS json)) "
    "AS comment_row(key uuid, comment_id uuid, instrument text, office text, written_in date, text text) "
    "JOIN stored USING (key) ORDER BY comment_id), "
    "profiled AS (INSERT INTO profile_tally (agency_id, instrument, office, month, attribute, value, n) "
    "SELECT :agency_id, profile_row.instrument, profile_row.office, month, attribute, value, count(*) "
    "FROM json_to_recordset(CAST(:profiles AS json)) "
    "AS profile_row(key uuid, instrument text, office text, month date, attribute text, value text) "
    "JOIN stored USING (key) GROUP BY profile_row.instrument, profile_row.office, month, attribute, value "
    "ORDER BY profile_row.instrument, profile_row.office, month, attribute, value "
    "ON CONFLICT ON CONSTRAINT profile_tally_pkey DO UPDATE SET n = profile_tally.n + excluded.n, mixed = false) "
)

POSTGRESQL_STORE = (
    f"WITH incoming AS MATERIALIZED (SELECT * FROM unnest({ARRAYS}) AS sent({LISTED}, {', '.join(TRACED)})), "
    f"stored AS (INSERT INTO rating (agency_id, {LISTED}) SELECT :agency_id, {LISTED} FROM incoming "
    f"ORDER BY key ON CONFLICT ON CONSTRAINT rating_pkey DO NOTHING RETURNING key), "
    "traced AS (INSERT INTO trace (agency_id, key, hour, source) SELECT :agency_id, key, hour, source "
    "FROM incoming JOIN stored USING (key) WHERE hour IS NOT NULL ORDER BY key), "
    f"{POSTGRESQL_STORE_SEPARATELY}"
    # Nearly always everything was new, and the rows need not be compared again.
    "SELECT key FROM incoming WHERE (SELECT count(*) FROM stored) < (SELECT count(*) FROM incoming) "
    "AND NOT EXISTS (SELECT FROM stored WHERE stored.key = incoming.key)"
)

# The same on a Citus cluster, which would make five statements of that one and take the rows to the coordinator and
# back in each: here one a table, and only of what was stored. Citus sends such a statement to the agency's shard as it
# is, because what it selects from lies beside what it writes to.
_BESIDE = "FROM agency, {rows} WHERE agency.agency_id = :agency_id"
_COMMENT_ROWS = (
    "json_to_recordset(CAST(:comments AS json)) "
    "AS sent(comment_id uuid, instrument text, office text, written_in date, text text)"
)
_PROFILE_ROWS = (
    "json_to_recordset(CAST(:profiles AS json)) "
    "AS sent(instrument text, office text, month date, attribute text, value text)"
)
_KEYED = ("key", *TRACED)
CITUS_STORE = (
    f"INSERT INTO rating (agency_id, {LISTED}) SELECT agency.agency_id, sent.* "
    + _BESIDE.format(rows=f"unnest({_arrays(COLUMNS)}) AS sent({LISTED})")
    + " ORDER BY sent.key ON CONFLICT ON CONSTRAINT rating_pkey DO NOTHING RETURNING key"
)
CITUS_TRACE = (
    "INSERT INTO trace (agency_id, key, hour, source) SELECT agency.agency_id, sent.key, sent.hour, sent.source "
    + _BESIDE.format(rows=f"unnest({_arrays(_KEYED)}) AS sent({', '.join(_KEYED)})")
    + " AND sent.hour IS NOT NULL ORDER BY sent.key"
)
CITUS_COMMENT = (
    "INSERT INTO comment (agency_id, comment_id, instrument, office, written_in, text, mixed) "
    "SELECT agency.agency_id, sent.comment_id, sent.instrument, sent.office, sent.written_in, sent.text, false "
    + _BESIDE.format(rows=_COMMENT_ROWS)
    + " ORDER BY sent.comment_id"
)
CITUS_PROFILE = (
    "INSERT INTO profile_tally (agency_id, instrument, office, month, attribute, value, n) "
    "SELECT agency.agency_id, sent.instrument, sent.office, sent.month, sent.attribute, sent.value, count(*) "
    + _BESIDE.format(rows=_PROFILE_ROWS)
    + " GROUP BY agency.agency_id, sent.instrument, sent.office, sent.month, sent.attribute, sent.value "
    "ORDER BY sent.instrument, sent.office, sent.month, sent.attribute, sent.value "
    "ON CONFLICT ON CONSTRAINT profile_tally_pkey DO UPDATE SET n = profile_tally.n + excluded.n, mixed = false"
)

# Parameters on SQLite: the agency, and the rows as JSON. `WHERE true` tells its parser that ON belongs to the insert
# and not to a join.
_SQLITE_ROW = ", ".join(f"value ->> {index}" for index in range(len(COLUMNS)))
SQLITE_STORE = (
    f"INSERT INTO rating (agency_id, {LISTED}) SELECT ?, {_SQLITE_ROW} FROM json_each(?) WHERE true "
    "ON CONFLICT DO NOTHING"
)
SQLITE_TRACE = (
    "INSERT INTO trace (agency_id, key, hour, source) SELECT ?, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)"
)
SQLITE_COMMENT = (
    "INSERT INTO comment (agency_id, comment_id, instrument, office, written_in, text, mixed) "
    "SELECT ?, value ->> 'comment_id', value ->> 'instrument', value ->> 'office', value ->> 'written_in', "
    "value ->> 'text', false FROM json_each(?)"
)
SQLITE_PROFILE = (
    "INSERT INTO profile_tally (agency_id, instrument, office, month, attribute, value, n) "
    "SELECT ?, value ->> 'instrument', value ->> 'office', value ->> 'month', value ->> 'attribute', "
    "value ->> 'value', 1 FROM json_each(?) WHERE true ON CONFLICT DO UPDATE SET n = n + 1, mixed = false"
)

_EXISTING = "SELECT key, digest, office, employee, rated_on FROM rating WHERE agency_id = :agency_id AND key IN "
POSTGRESQL_EXISTING = _EXISTING + "(SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST(:keys AS json)))"
SQLITE_EXISTING = _EXISTING + "(SELECT value FROM json_each(:keys))"

# Reaches the disk, and leaves no row.
TOUCH = (
    "INSERT INTO lease (name, holder, until_at) VALUES (:name, '', '2000-01-01 00:00:00')",
    "DELETE FROM lease WHERE name = :name",
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
