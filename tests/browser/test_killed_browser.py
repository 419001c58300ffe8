"""The ground that a kiosk's queue stands on: what IndexedDB has committed strictly outlives the browser's death."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Playwright

from tests.browser.chromium import kill_browser, options
from tests.browser.standing import Standing

OPEN = """
const opened = await new Promise((done, fail) => {
  const request = indexedDB.open("proof", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("rows", {autoIncrement: true});
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});
"""
PUT = f"""async words => {{ {OPEN}
  const change = opened.transaction("rows", "readwrite", {{durability: "strict"}});
  change.objectStore("rows").add(words);
  await new Promise((done, fail) => {{ change.oncomplete = done; change.onabort = () => fail(change.error); }});
}}"""
ALL = f"""async () => {{ {OPEN}
  const request = opened.transaction("rows").objectStore("rows").getAll();
  return await new Promise((done, fail) => {{
    request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error);
  }});
}}"""


def test_what_is_committed_survives_kills_of_the_browser(
    service: Standing, playwright: Playwright, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"

    def opened() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(profile, **options())

    for n in range(3):
        context = opened()
        page = context.pages[0]
        page.goto(f"{service.url}/")
        page.evaluate(PUT, f"rating {n}")
        kill_browser(profile)
        try:
            context.close()
        except Error as error:
            assert "closed" in str(error)  # noqa: PT017 - that it is closed already is fine, anything else is not
    context = opened()
    page = context.pages[0]
    page.goto(f"{service.url}/")
    assert page.evaluate(ALL) == ["rating 0", "rating 1", "rating 2"]
    context.close()
