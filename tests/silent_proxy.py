"""A proxy before PostgreSQL that can go silent: connections stay open, and nothing passes any more."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import make_url
from sqlalchemy.engine import URL


class SilentProxy:
    """Passes bytes on both ways until it is told to be silent."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._speaks = Event()
        self._speaks.set()
        # Whose bytes pass, and every socket there is.
        self._passing: set[socket.socket] = set()
        self._all: list[socket.socket] = [self._listening]
        Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the same database by way of this proxy."""
        port = self._listening.getsockname()[1]
        through = self._server.set(host="127.0.0.1", port=port).difference_update_query(("host", "port"))
        return through.render_as_string(hide_password=False)

    def be_silent(self) -> None:
        """Pass nothing on from now; new connections are taken and get no answer either."""
        self._speaks.clear()

    def speak(self) -> None:
        """The network is back. What was open before stays silent for ever, as behind a forgetful firewall."""
        self._passing.clear()
        self._speaks.set()

    def close(self) -> None:
        """End it."""
        for one in self._all:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._all.append(client)
                if self._speaks.is_set():
                    server = _connected(self._server)
                    self._all.append(server)
                    self._passing.add(client)
                    for source, target in ((client, server), (server, client)):
                        Thread(target=self._pump, args=(client, source, target), daemon=True).start()

    def _pump(self, client: socket.socket, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if self._speaks.is_set() and client in self._passing:
                    target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)


def _connected(server: URL) -> socket.socket:
    folder = server.query.get("host")
    if folder is not None:
        to = socket.socket(socket.AF_UNIX)
        to.connect(f"{folder}/.s.PGSQL.{server.port or 5432}")
        return to
    return socket.create_connection((server.host, server.port or 5432))


@contextmanager
def silent_proxy(url: str) -> Iterator[SilentProxy]:
    """A proxy before this database."""
    proxy = SilentProxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
