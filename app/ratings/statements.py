"""The SQL that stores and counts, for both stores, made from the one list of grains.

PostgreSQL does it in one statement: insert, count only what was really inserted, return what was not. A whole group
travels as one JSON parameter, which costs one bind whatever its length. Rows go in
sorted by key and tallies sorted by theirs: unsorted writers deadlock, sorted ones do not.
"""

from app.ratings.grains import GRAINS, Grain

COLUMNS = (
    "key", "rated_on", "office", "counter", "service", "employee", "channel", "ticketed", "standing",
    "instrument", "sheet", "digest",
)  # fmt: skip
TYPES = {"key": "uuid", "rated_on": "date", "ticketed": "boolean"}
LISTED = ", ".join(COLUMNS)
TALLY_KEY = "grain, unit, period_start, service, channel, ticketed, standing, instrument, sheet"


def _grain(grain: Grain, source: str, month: str, agency_id: str) -> str:
    """The sheets of `source` keyed at one grain."""
    unit = agency_id if grain.unit == "agency_id" else grain.unit
    period = month if grain.by_month else "rated_on"
    service, channel = ("service", "channel") if grain.split else ("''", "''")
    return (
        f"SELECT {agency_id} AS agency_id, '{grain.name}' AS grain, CAST({unit} AS VARCHAR) AS unit, "
        f"{period} AS period_start, {service} AS service, {channel} AS channel, "
        f"ticketed, standing, instrument, sheet FROM {source}"
    )


def _keyed(source: str, month: str, agency_id: str) -> str:
    return " UNION ALL ".join(_grain(grain, source, month, agency_id) for grain in GRAINS)


def _count(source: str, month: str, on_conflict: str) -> str:
    """Add the sheets of `source` to the tallies of every grain. The agency is the statement's parameter."""
    return (
        f"INSERT INTO tally (agency_id, {TALLY_KEY}, n) "
        f"SELECT :agency_id, {TALLY_KEY}, count(*) FROM ({_keyed(source, month, ':agency_id')}) AS keyed "
        f"GROUP BY {TALLY_KEY} ORDER BY {TALLY_KEY} "
        f"ON CONFLICT {on_conflict} DO UPDATE SET n = tally.n + excluded.n"
    )


POSTGRESQL_MONTH = "CAST(date_trunc('month', rated_on) AS date)"

POSTGRESQL_STORE = (
    "WITH incoming AS MATERIALIZED (SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS sent("
    + ", ".join(f"{name} {TYPES.get(name, 'text')}" for name in COLUMNS)
    + ")), "
    f"stored AS (INSERT INTO rating (agency_id, {LISTED}) SELECT :agency_id, {LISTED} FROM incoming "
    "ORDER BY key ON CONFLICT ON CONSTRAINT rating_pkey DO NOTHING "
    f"RETURNING {LISTED}), "
    f"tallied AS ({_count('stored', POSTGRESQL_MONTH, 'ON CONSTRAINT tally_pkey')}) "
    "SELECT key FROM incoming WHERE NOT EXISTS (SELECT FROM stored WHERE stored.key = incoming.key)"
)

# SQLite has one writer at a time, so it may look first and then insert what is missing; the counts come
# added up (`counting.py`).
SQLITE_STORE = f"INSERT INTO rating (agency_id, {LISTED}) VALUES (?{', ?' * len(COLUMNS)})"
SQLITE_COUNT = (
    f"INSERT INTO tally (agency_id, {TALLY_KEY}, n) VALUES (?{', ?' * (TALLY_KEY.count(',') + 2)}) "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n"
)

_EXISTING = "SELECT key, digest, office, employee, rated_on FROM rating WHERE agency_id = :agency_id AND key IN "
POSTGRESQL_EXISTING = _EXISTING + "(SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST(:keys AS json)))"
SQLITE_EXISTING = _EXISTING + "(SELECT value FROM json_each(:keys))"

SQLITE_MONTH = "date(rated_on, 'start of month')"


def recount(month: str) -> str:
    """Fill an empty tally table from the ratings of one agency."""
    return (
        f"INSERT INTO tally (agency_id, {TALLY_KEY}, n) SELECT agency_id, {TALLY_KEY}, count(*) "
        f"FROM ({_keyed('rating', month, 'agency_id')}) AS keyed WHERE agency_id = :agency_id "
        f"GROUP BY agency_id, {TALLY_KEY}"
    )


def differences(month: str) -> str:
    """Keys whose tally and recount differ, whichever side lacks them (agency, key, tally, ratings)."""
    whole_key = f"agency_id, {TALLY_KEY}"
    recounted = (
        f"SELECT {whole_key}, 0 AS tallied, 1 AS counted "
        f"FROM ({_keyed('rating', month, 'agency_id')}) AS keyed "
        "WHERE :agency_id IS NULL OR agency_id = :agency_id"
    )
    tallied = (
        f"SELECT {whole_key}, n AS tallied, 0 AS counted FROM tally WHERE :agency_id IS NULL OR agency_id = :agency_id"
    )
    return (
        f"SELECT {whole_key}, sum(tallied) AS tallied, sum(counted) AS counted "
        f"FROM ({recounted} UNION ALL {tallied}) AS both_sides GROUP BY {whole_key} "
        f"HAVING sum(tallied) <> sum(counted) ORDER BY {whole_key} LIMIT :most"
    )


def strays() -> tuple[str, ...]:
    """For each kind of code: the codes in ratings that the directory does not have."""
    kinds = {"office": "office", "service": "service", "employee": "employee"}
    return tuple(
        f"SELECT DISTINCT agency_id, '{column}' AS kind, {column} AS code FROM rating "
        f"WHERE {column} IS NOT NULL AND (:agency_id IS NULL OR agency_id = :agency_id) "
        f"AND NOT EXISTS (SELECT 1 FROM {table} AS known "
        f"WHERE known.agency_id = rating.agency_id AND known.code = rating.{column}) LIMIT :most"
        for column, table in kinds.items()
    )


# Comments go in by their random id, so that their order says nothing about the order of the ratings.
COMMENT = (
    "INSERT INTO comment (agency_id, comment_id, office, written_in, text, mixed) "
    "VALUES (:agency_id, :comment_id, :office, :written_in, :text, false)"
)
PROFILE = (
    "INSERT INTO profile_tally (agency_id, office, month, attribute, value, n) "
    "VALUES (:agency_id, :office, :month, :attribute, :value, :n) "
    "ON CONFLICT (agency_id, office, month, attribute, value) DO UPDATE SET n = profile_tally.n + excluded.n"
)
