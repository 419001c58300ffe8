"""PgBouncer before the tests' PostgreSQL, in transaction mode: Debian's package, on loopback, for one test."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url

from tests.silent_proxy import silent_proxy

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def pgbouncer(url: str, *settings: str) -> Iterator[str]:
    """The address of the same database by way of PgBouncer, which has three connections to the server.

    Skips the test where PgBouncer is missing; where CI has promised it, that is a failure.
    """
    if PROGRAM is None:
        assert "CERMIN_NEEDS_PGBOUNCER" not in os.environ, "PgBouncer is missing"
        pytest.skip("PgBouncer is missing; on Debian: apt-get install pgbouncer")
    # It refuses to be root, and whom it becomes cannot reach the server's socket: so by way of a port.
    with silent_proxy(url) as server, TemporaryDirectory(prefix="cermin-pgbouncer-", dir="/tmp") as folder:
        address, port = make_url(server.url), _free_port()
        config = Path(folder, "pgbouncer.ini")
        lines = (
            "[databases]",
            f"* = host=127.0.0.1 port={address.port} user={address.username}",
            "[pgbouncer]",
            "listen_addr = 127.0.0.1",
            f"listen_port = {port}",
            "unix_socket_dir =",
            "auth_type = any",
            "pool_mode = transaction",
            "default_pool_size = 3",
            "max_client_conn = 200",
            *settings,
        )
        config.write_text("\n".join(lines) + "\n")
        config.parent.chmod(0o755)
        become = ["-u", "nobody"] if os.geteuid() == 0 else []
        process = subprocess.Popen([PROGRAM, "-q", *become, str(config)], stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, process)
            yield address.set(port=port).render_as_string(hide_password=False)
        finally:
            process.terminate()
            process.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, "PgBouncer has ended"
            assert time.monotonic() < until, "PgBouncer does not answer"
            time.sleep(0.02)
        else:
            return
