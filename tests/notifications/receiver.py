"""A receiver of webhooks on this machine: it keeps what it was sent, and answers as a test wants."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Event, Thread
from time import sleep


@dataclass(frozen=True)
class Posted:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What a receiver was sent, and what it answers to the next requests: `usual` once `answers` are used up."""

    port: int = 0
    usual: int = 204
    answers: list[int] = field(default_factory=list)
    seconds: float = 0.0
    location: str | None = None
    got: list[Posted] = field(default_factory=list)
    # Until it is set, nobody is answered.
    answering: Event | None = None

    @property
    def address(self) -> str:
        """Where it is reached, by plain http."""
        return f"http://127.0.0.1:{self.port}/hook?from=cermin"

    @property
    def ids(self) -> list[str]:
        """The ids of the messages it was sent, in order."""
        return [each.headers["webhook-id"] for each in self.got]


@contextmanager
def receiving(tls: SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that listens until the block ends."""
    receiver = Receiver()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(length := int(self.headers["content-length"]))
            if len(body) < length:
                # Whoever sent it died in the middle: this is no message.
                return
            receiver.got.append(Posted(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            sleep(receiver.seconds)
            if receiver.answering is not None:
                receiver.answering.wait(30)
            self.send_response(receiver.answers.pop(0) if receiver.answers else receiver.usual)
            if receiver.location is not None:
                self.send_header("Location", receiver.location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        receiver.port = server.server_port
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
