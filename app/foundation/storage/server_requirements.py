"""What a PostgreSQL server must be for the service to work on it, as a connection says it without being asked."""

# The oldest version on which the tests were run. PostgreSQL's own maintainers support no older one either.
OLDEST = 150_000
ENCODING = "UTF8"


def fault_of_server(version: int, encoding: str | None) -> str | None:
    """Why a server of this version (170010 is 17.10), or a database of this encoding, does not do; None where it does.

    A pooler that does not say the encoding is believed.
    """
    if version < OLDEST:
        return f"The server is PostgreSQL {version // 10_000}; Cermin needs {OLDEST // 10_000} or newer."
    if encoding not in (None, ENCODING):
        # SQL_ASCII is what a server gets that was set up where no language was: there texts come as bare bytes.
        return (
            f"The database is encoded in {encoding}, and cannot hold every text that people write. Make one in UTF8: "
            "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )
    return None
