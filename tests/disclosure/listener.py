"""The attacker at the real doors: asks over HTTP, looks at pages, and hands what is said to the oracle."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.access.principals import Role
from app.desk.findings_words import reason_words
from app.disclosure.rules import due
from app.disclosure.rules.calendar import span_between, span_of
from app.ratings.rules.selection import By
from app.reports.sections.collection import channel_name
from app.reports.sections.language import language
from tests.disclosure.answers import small_counts
from tests.disclosure.askers import APPRAISED, Asker, KeyAsker, Seat
from tests.disclosure.attacker import Town
from tests.disclosure.claims import Claim, as_in_csv, from_csv, of_indices, of_measures, of_report, plain
from tests.disclosure.shown import Page, Said, cells_of, figures_in, page_of
from tests.house import House

READS_OFFICES = frozenset({Role.supervisor, Role.viewer, Role.auditor, Role.administrator})
READS_COMMENTS = frozenset({Role.supervisor, Role.administrator})
READS_FINDINGS = frozenset({Role.supervisor, Role.auditor, Role.administrator})
# They show how many people, reports, keys, readings or sessions there are, and no rating: what they hold is compared
# before and after citizens rate, as of every page.
ABOUT_OTHERS = frozenset(
    f"/desk/{page}"
    for page in (
        *("account", "confirm", "people", "person", "person/revoke", "keys", "keys/revoke", "readers", "trail"),
        *("trail/file", "period", "period/slips", "periods", "reply", "reports", "decisions"),
        # How an agency is set up.
        *("agency", "directory", "directory/upload", "hours", "hours/office", "instruments", "instrument"),
        *("promises", "targets", "recognition"),
        *("notices", "notices/end", "webhooks", "webhook"),
        *("kiosks", "kiosk", "kiosk/revoke", "poster", "passkeys/end"),
        *("integrity", "integrity/report", "integrity/erase", "integrity/keys", "integrity/key"),
        "integrity/key/retire",
    )
)
# Whoever looks is written down and sees that; whoever oversees findings sees how many ratings a doubted day has by now,
# none or ten and more, and whoever runs the kiosks how many came today, in tens (SECURITY.md).
LIVE = frozenset({f"/desk/{page}" for page in ("readers", "trail", "trail/file", "finding", "kiosks", "kiosk")})
FIRST_PAGE = "/desk/account"
# What everybody reads of an agency, and of each office, where a period is shown.
OF_THE_AGENCY, OF_AN_OFFICE = ("", "/data.csv", "/data.jsonld"), ("", "/screen", "/badge.svg")
# Of one page, such as an office's, so many periods.
MOST_ALIKE = 4


@dataclass
class Listener:
    """Asks, and remembers what was said."""

    house: House
    town: Town
    keys: Mapping[str, KeyAsker]
    seats: Mapping[str, Seat]
    known: set[tuple[str, ...]] = field(default_factory=set)
    reports: dict[str, Said] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    closed: dict[str, None] = field(default_factory=dict)
    told_now: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def askers(self, root: str | None, *, persons: bool) -> list[Asker]:
        """Everybody who reads figures of this office and those below it (None: of all), perhaps of persons, too."""
        seats = [each for each in self.seats.values() if each.role in READS_OFFICES]
        known = [*self.keys.values(), *(each for each in seats if not persons or each.role is not Role.viewer)]
        return [each for each in known if each.office == root]

    def indices(self, asker: Asker, given: Mapping[str, str]) -> None:
        """Ask for indices, as JSON and as CSV, and learn what they say."""
        table = self._answer(asker, "/v1/indices", given)
        if table is None:
            return
        self._learn(of_indices(asker, given, table))
        for code in ("en", "id"):
            response = asker.get("/v1/indices", given, accept="text/csv", **{"accept-language": code})
            rows = from_csv(response.text, decimal_comma=code == "id")
            assert rows == [as_in_csv(row) for row in table["rows"]]

    def measures(self, asker: Asker, by: By, given: Mapping[str, str]) -> None:
        """Ask for measures."""
        table = self._answer(asker, f"/v1/measures/{by}s", given)
        if table is not None:
            self._learn(of_measures(asker, by, given, table))

    def tickets(self, asker: Asker, given: Mapping[str, str]) -> None:
        """Ask for counts of tickets."""
        self._answer(asker, "/v1/tickets/counts", given)

    def reports_of(self, period: str) -> None:
        """Read every report of a closed period, in every format, and the file for appraisal systems."""
        asker = self.keys["supervisor"]
        listed = self._answer(asker, "/v1/reports", {"period": period})
        if listed is None:
            return
        self.closed[period] = None
        for line in listed["items"]:
            document = plain(asker.ask(f"/v1/reports/{line['id']}"))["document"]
            assert not list(small_counts(document)), document
            self._learn(of_report(document))
            self.reports[line["id"]] = self._report(asker, line["id"], document)
            self.subjects[line["id"]] = line["unit"]
        self._appraisals(asker, period)

    def public(self) -> dict[str, str]:
        """What everybody reads of the agency, and of its offices: each figure stands in the report that it names."""
        root = f"/p/{self.town.agency_id}"
        answer = self.house.get(f"{root}/data.json", None)
        if answer.status_code == 404:
            return {}
        figures, said, found = answer.json(), Said(), {f"{root}/data.json": answer.text}
        for unit in (each for item in figures["items"] for each in (item["whole"], *item["offices"])):
            about, shown = Said() if unit["report"] is None else self.reports[unit["report"]], Said()
            assert not list(small_counts(unit)), unit
            shown.add({"n": unit["n"], "index": unit["index"]})
            assert shown.everything <= about.everything, unit
        said.add(figures)
        offices = {office["code"] for item in figures["items"] for office in item["offices"]}
        for place in (*OF_THE_AGENCY, *(f"/{office}{each}" for office in sorted(offices) for each in OF_AN_OFFICE)):
            answer = self.house.get(f"{root}{place}", None, headers={"accept-language": "en"})
            found[f"{root}{place}"] = answer.text
            # A badge is of one questionnaire alone.
            assert answer.status_code == 200, (place, answer.text)
            unsaid = said.unsaid(page_of(answer))
            assert not unsaid, (place, unsaid)
        return found

    def walk(self, seat: Seat, steps: Iterable[int]) -> None:
        """Go from page to page, by these links; every number that stands there was said by an answer to this person."""
        at = FIRST_PAGE
        self.told_now.clear()
        for step in steps:
            page = self.look(seat, at)
            links = _onward(page)
            at = links[step % len(links)] if links else FIRST_PAGE

    def look(self, seat: Seat, address: str) -> Page:
        """Look at a page: its numbers are those of the answers that this person gets to the same question."""
        response = seat.ask(address)
        page = page_of(response)
        assert response.status_code < 500, (address, response.text)
        if response.status_code == 200 and urlsplit(address).path not in ABOUT_OTHERS:
            unsaid = self._said_to(seat, address).unsaid(page)
            assert not unsaid, (seat.name, address, unsaid)
        return page

    def everything(self, seat: Seat) -> dict[str, str]:
        """Every page that this person can reach by links, as it reads."""
        found: dict[str, str] = {}
        self.told_now.clear()
        waiting = deque([FIRST_PAGE])
        while waiting:
            address = waiting.popleft()
            alike = sum(urlsplit(each).path == urlsplit(address).path for each in found)
            if address not in found and alike < MOST_ALIKE:
                page = self.look(seat, address)
                found[address] = "\n".join([*page.texts, *(" | ".join(row) for row in page.rows)])
                waiting.extend(_onward(page))
        return {at: text for at, text in found.items() if urlsplit(at).path not in LIVE}

    def _answer(self, asker: Asker, path: str, given: Mapping[str, str]) -> dict[str, Any] | None:
        """The answer; None where it is refused, which tells nothing. Its counts are none, or ten and more."""
        response = asker.get(path, given)
        assert response.status_code < 500, (path, given, response.text)
        if response.status_code != 200:
            return None
        answer = plain(response)
        assert not list(small_counts(answer)), (asker.name, path, given, answer)
        return answer

    def _learn(self, claims: Iterable[Claim]) -> None:
        with self.town.database.snapshot() as session:
            ledger = self.town.ledger(session)
            for claim in claims:
                # Said before, word for word: a report that is carried over, or kept, tells nothing new.
                if claim.known_as not in self.known:
                    self.town.learn(ledger, claim.check, claim.first, claim.last, claim.only, claim.standing)
                    self.known.add(claim.known_as)

    def _report(self, asker: Asker, report_id: str, document: Mapping[str, Any]) -> Said:
        """What a report says; every file of it says just that."""
        said = Said()
        said.add(document)
        said.add_csv(asker.ask(f"/v1/reports/{report_id}", format="csv", lang="en").text)
        workbook = asker.ask(f"/v1/reports/{report_id}", format="xlsx", lang="en").content
        unsaid = [cell for cell in cells_of(workbook) if not all(map(said.has, figures_in(cell)))]
        assert not unsaid, unsaid
        page = Page.read(asker.ask(f"/v1/reports/{report_id}", format="html", lang="en").text)
        assert not said.unsaid(page), said.unsaid(page)
        return said

    def _appraisals(self, asker: Asker, period: str) -> None:
        """The file for appraisal systems says of each person what the report says."""
        found = self._answer(asker, "/v1/appraisals", {"period": period})
        for row in found["items"] if found else ():
            said = Said()
            for report_id, unit in self.subjects.items():
                if unit == row["code"]:
                    said.everything |= self.reports[report_id].everything
            figures = {
                name: value for name, value in row.items() if isinstance(value, int | float) and value is not True
            }
            assert all(said.has(abs(Decimal(str(value)))) for value in figures.values()), figures

    def _said_to(self, seat: Seat, address: str) -> Said:
        """What the answers say that this person gets to the question of a page."""
        parts = urlsplit(address)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        said = Said()
        for report_id, about in self.reports.items():
            if given.get("id") == report_id or self.subjects[report_id] == self._subject(seat, parts.path, given):
                said.everything |= about.everything
                for label, found in about.about.items():
                    said.about.setdefault(label, set()).update(found)
        if seat.role is Role.appraiser:
            # Whom one appraises, the directory says.
            said.add({"people": APPRAISED})
        for path, asked in self._questions(seat, given):
            said.add(self._told_now(seat, path, asked))
        return said

    def _told_now(self, seat: Seat, path: str, given: Mapping[str, str]) -> Any:
        """What this person is told there, asked once while nothing happens; None where it is refused."""
        question = (seat.name, path, *sorted(given.items()))
        if question not in self.told_now:
            response = seat.get(path, given)
            answer = plain(response) if response.status_code == 200 else None
            self.told_now[question] = _in_words(answer, self.house.clock.now.date())
        return self.told_now[question]

    def _subject(self, seat: Seat, path: str, given: Mapping[str, str]) -> str | None:
        """Whose reports a page is made of, if it is about a person."""
        if seat.role is Role.employee:
            return seat.person.employee
        return given.get("employee") if path == "/desk/team/person" else None

    def _questions(self, seat: Seat, given: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """The addresses that say what the pages of a role say, for the period of a page."""
        if seat.role is Role.appraiser:
            yield from (("/v1/appraisals", {"period": period}) for period in self.closed)
        if seat.role not in READS_OFFICES:
            return
        if seat.role in READS_FINDINGS:
            yield "/v1/findings", {"state": "waiting"}
            yield "/v1/findings", {"state": "held"}
        table = self._told_now(seat, "/v1/indices", {})
        if table is None:
            return
        span = span_of(given["period"]) if "period" in given else None
        asked = span or span_between(*(date.fromisoformat(table[name]) for name in ("from", "to")))
        days = {"from": asked.first.isoformat(), "to": asked.last.isoformat()}
        trend = {"from": "2025-07-01", "to": due.last_day(self.town.through).isoformat()}
        at = {} if seat.office is None else {"office": seat.office}
        yield from (("/v1/indices", days | at | by) for by in ({}, {"by": "service"}, {"by": "channel"}))
        yield "/v1/indices", trend | at | {"by": "month"}
        yield "/v1/measures/offices", {"period": asked.code}
        yield "/v1/measures/training", {"period": asked.code}
        if seat.role in READS_COMMENTS:
            yield "/v1/comments", {"period": asked.code} | {n: v for n, v in given.items() if n in ("search", "office")}
        if "id" in given and given["id"] not in self.reports:
            yield f"/v1/findings/{given['id']}/timeline", {}
        if "period" in given or self.closed:
            yield "/v1/reports", {"period": given.get("period") or next(reversed(self.closed))}


def _onward(page: Page) -> list[str]:
    """The pages and files to which a page leads."""
    found = dict.fromkeys(each for each in page.links if each.startswith(("/desk/", "/v1/")) and "lang=" not in each)
    return [each for each in found if not each.startswith("/v1/")]


def _in_words(answer: Any, today: date) -> Any:
    """An answer with the words by which a page calls its channels, months and findings, and with days until today."""
    tell = language("en")
    if isinstance(answer, list):
        return [_in_words(each, today) for each in answer]
    if not isinstance(answer, Mapping):
        return answer
    named = {name: _in_words(inner, today) for name, inner in answer.items()}
    if "reasons" in named and "title" in named:
        # A training need stands by its office and its question.
        named["name"] = f"{named['name']}, {named['title']['en']}"
    if "month" in named:
        named["name"] = tell.month(named["month"])
    if isinstance(named.get("channel"), str):
        named["name"] = channel_name(named["channel"], tell)
    if "found_at" in named:
        named["name"] = f"{reason_words(named['reason'], tell)}, {tell.day(named['from'])}"
        named["days_held"] = (today - date.fromisoformat(named["found_at"][:10])).days
    return named
