"""What any page makes of a request: forms of other sites, broken bodies, languages, a store that is away."""

from collections.abc import Callable

import pytest

from app.access.principals import Role
from app.desk.routes import LONG_FORMS
from app.foundation.storage.database import OperationalError
from app.people import store
from app.people.granting import NEEDS_EMPLOYEE
from tests.desk.browsing import Browser, text_of, title_of
from tests.desk.pages import PAGES
from tests.house import RETRIES, House, problem
from tests.people.persons import Door

Open = Callable[[], Browser]


@pytest.mark.long
def test_forms_of_other_sites_change_nothing(browser: Open, door: Door, house: House) -> None:
    b = browser()
    b.join(door, "Ani", Role.administrator)
    for foreign in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        for path in ("/sign-in", "/sign-out", "/desk/people/invite", "/desk/keys/issue", "/desk/account/role"):
            response = b.send("POST", path, data={"name": "x"}, headers=foreign)
            assert response.status_code == 403, (path, foreign)
            assert "situs lain" in title_of(response)
    assert title_of(b.go("/desk")) == "Orang dan peran"


@pytest.mark.long
def test_pages_are_kept_by_nobody_and_framed_by_nobody(browser: Open, door: Door) -> None:
    b = browser()
    b.join(door, "Ani", Role.administrator)
    for path in ("/sign-in/link", "/desk/people", "/desk/keys", "/desk/account"):
        headers = b.send("GET", path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["content-security-policy"].startswith("default-src 'self'; frame-ancestors 'none'")
        assert "Cookie" in headers["vary"]


# What these do depends on nothing that is sent.
WITHOUT_FIELDS = (
    *("/mail/confirm", "/unsubscribe", "/notices/remove"),
    *("/sign-out", "/sign-out-everywhere", "/upload/erase"),
)
# A browser sends these forms in parts.
WITH_A_FILE = ("/desk/directory/upload", "/desk/instruments/add")


@pytest.mark.long
@pytest.mark.parametrize("sent", [b"\xff\xfe", b"a=%ff&b=%00", b"&".join(b"a=1" for _ in range(50)), b""])
def test_whatever_is_sent_is_answered_with_a_page(browser: Open, door: Door, sent: bytes) -> None:
    seats = {role: browser() for role in Role if role is not Role.viewer}
    for role, seat in seats.items():
        seat.join(door, f"Ani {role}", role, employee="E003" if role in NEEDS_EMPLOYEE else None)
    form = {"content-type": "application/x-www-form-urlencoded"}
    for path in (path for method, path in PAGES if method == "POST" and not path.endswith(WITHOUT_FIELDS)):
        who = PAGES["POST", path]
        b = next(seat for role, seat in seats.items() if not isinstance(who, frozenset) or role in who)
        response = b.send("POST", path, content=sent, headers=form)
        taken = (415,) if path in WITH_A_FILE else (200, 303, 404, 409, 422)
        assert response.status_code in taken, (path, response.status_code)
        response = b.send("POST", path, content=b"{}", headers={"content-type": "application/json"})
        assert response.status_code == 415, path
        assert "JSON" not in text_of(response), path
        too_much = b"x" * (LONG_FORMS.get(path, 0) + 20_000)
        kind = {"content-type": "multipart/form-data; boundary=b"} if path in WITH_A_FILE else form
        refused = b.send("POST", path, content=too_much, headers=kind)
        assert (refused.status_code, refused.headers["content-type"]) == (413, "text/html; charset=utf-8"), path
        assert response.headers["content-type"].startswith("text/html")


def test_a_form_as_long_as_no_form_is_not_read(browser: Open) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    for path in ("/sign-in", "/sign-in/link"):
        response = browser().send("POST", path, content=b"name=" + b"x" * 20_000, headers=form)
        assert response.status_code == 413


def test_a_database_that_is_away_is_told_on_a_page(browser: Open, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    b = browser()
    b.join(door, "Ani", Role.viewer)

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(store, "session_with", away)
    for path in ("/desk/office", "/sign-in"):
        response = b.send("GET", path)
        assert response.status_code == 503
        assert response.headers["retry-after"] in RETRIES
        assert response.headers["content-type"].startswith("text/html")


def test_both_languages_are_spoken_and_the_choice_is_kept(browser: Open, door: Door) -> None:
    b = browser()
    assert title_of(b.go("/sign-in")) == "Masuk"
    assert title_of(b.go("/sign-in?lang=en")) == "Sign in"
    assert title_of(b.go("/sign-in")) == "Sign in"
    assert b.send("GET", "/sign-in?tiada=1").status_code == 422
    assert b.send("GET", "/sign-in", headers={"accept-language": "id"}).headers["content-language"] == "en"


def test_a_language_goes_along_wherever_one_is_led(browser: Open, door: Door) -> None:
    b = browser()
    assert title_of(b.go("/desk/office?lang=en")) == "Sign in"
    b = browser()
    b.join(door, "Ani", Role.viewer)
    for language in ("en", "id", "tiada"):
        page = b.go(f"/desk?lang={language}")
        assert page.headers["content-language"] == ("en" if language == "en" else "id"), language


def test_an_api_refusal_of_a_session_stays_a_problem(browser: Open, door: Door) -> None:
    b = browser()
    b.join(door, "Ani", Role.viewer)
    problem(b.send("GET", "/v1/findings"), 403, "role-refused")
    assert b.send("GET", "/v1/indices").status_code in (200, 404)
