"""The full agency behind a real server, and a Chromium that is signed in as somebody of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext

from tests.desk.browsing import Browser
from tests.house import House
from tests.loopback import Telling


@contextmanager
def served(house: House) -> Iterator[str]:
    """The address at which a browser reaches this service, beside the tests that reach it without a socket."""
    server = Telling(uvicorn.Config(house.app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=2))
    thread = Thread(target=server.run)
    thread.start()
    try:
        server.told.wait()
        assert server.started, "the server did not start"
        [port] = [each.getsockname()[1] for listening in server.servers for each in listening.sockets]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def signed_in(chromium: Chromium, url: str, seat: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A context of Chromium with the session that somebody began without it."""
    with chromium.new_context(locale="id-ID", timezone_id="Asia/Jakarta", **options) as context:
        cookies: Mapping[str, str] = seat.cookies
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        yield context
