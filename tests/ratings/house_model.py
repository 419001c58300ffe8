"""The rules of the intake and of the index in other words than the service's: what clients and readers must be told."""

import json
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from sqlalchemy import text

from app.foundation.storage.database import Database
from tests.house import NOW

Sheet = dict[str, Any]
Row = tuple[str | None, ...]

ITEMS = ("speed", "transparency", "friendliness")

# The directory of the house, in the words of the model.
PARENTS: Mapping[str, str | None] = {
    "setda": None,
    "dukcapil": "setda",
    "upt-makassar": "setda",
    "upt-jayapura": "upt-makassar",
}
ZONES = {"upt-makassar": "Asia/Makassar", "upt-jayapura": "Asia/Jayapura"}
SERVICES = ("ktp-el", "kk", "skck")
EMPLOYEES = ("E001", "E002", "E003", "E004")
# Employee → office, first day, last day.
POSTED = (
    ("E001", "dukcapil", "2020-01-01", "9999-12-31"),
    ("E002", "dukcapil", "2020-01-01", "2026-11-10"),
    ("E002", "upt-makassar", "2026-11-11", "9999-12-31"),
    ("E003", "upt-jayapura", "2020-01-01", "9999-12-31"),
    ("E004", "dukcapil", "2020-01-01", "9999-12-31"),
)
AT_ONE = NOW.replace(hour=1)


@dataclass(frozen=True)
class Holder:
    """What a key of the model may do: a device's counter with its services, or the root of a subtree."""

    office: str | None = None
    counter: str | None = None
    services: tuple[str, ...] = ()


RATERS = {
    "app": Holder(),
    "app makassar": Holder("upt-makassar"),
    "device": Holder("dukcapil", "loket-1", ("ktp-el", "kk")),
    "device 2": Holder("dukcapil", "loket-2", ("kk",)),
}


def is_within(office: str, root: str | None) -> bool:
    """Whether an office lies under the root of a key."""
    at: str | None = office
    while at is not None and at != root:
        at = PARENTS[at]
    return root is None or at == root


def moment_of(sheet: Sheet) -> datetime:
    """When the rating happened, by its id."""
    return datetime.fromtimestamp((UUID(sheet["id"]).int >> 80) / 1000, UTC)


def on_duty(moment: datetime) -> str | None:
    """Who was at the first counter."""
    hours = (moment - AT_ONE) / timedelta(hours=1)
    return "E001" if 0 <= hours < 4 else "E004" if 4 <= hours < 8 else None


def local_day(office: str, moment: datetime) -> str:
    """The day a rating falls on."""
    return moment.astimezone(ZoneInfo(ZONES.get(office, "Asia/Jakarta"))).date().isoformat()


class Wrong(Exception):
    """The sheet is refused with this status."""

    def __init__(self, status: int = 422) -> None:
        self.status = status


def judged(key: str, sheet: Sheet, now: datetime) -> int | Row:
    """The status of a refusal, or the row to be stored."""
    try:
        return fitting(key, sheet, now)
    except Wrong as wrong:
        return wrong.status


def fitting(key: str, sheet: Sheet, now: datetime) -> Row:
    """The row of a sheet that fits."""
    holder, moment = RATERS[key], moment_of(sheet)
    if "nama" in sheet or any(isinstance(score, str) for score in sheet["scores"].values()):
        raise Wrong
    if not now - timedelta(days=35) <= moment <= now + timedelta(minutes=5):
        raise Wrong
    if sheet.get("instrument", "ikl-1") != "ikl-1":
        raise Wrong
    office, channel = at_its_counter(holder, sheet) if holder.counter else where_it_says(holder, sheet)
    service = sheet.get("service") or (holder.services[0] if len(holder.services) == 1 else None)
    if channel is None or service not in (holder.services or SERVICES):
        raise Wrong
    day = local_day(office, moment)
    employee = on_duty(moment) if holder.counter == "loket-1" else None
    if "employee" in sheet:
        employee = sheet["employee"]
        if employee not in posted_at(office, day):
            raise Wrong
    return day, office, holder.counter, service, employee, channel, "ikl-1", written(sheet["scores"])


def at_its_counter(holder: Holder, sheet: Sheet) -> tuple[str, str | None]:
    """Office and channel of a device, which may name no other."""
    assert holder.office is not None
    if sheet.get("office", holder.office) != holder.office or "channel" in sheet:
        raise Wrong
    return holder.office, "kiosk"


def where_it_says(holder: Holder, sheet: Sheet) -> tuple[str, str | None]:
    """Office and channel that the sheet of an app must name."""
    office: str = sheet.get("office", "")
    if office not in PARENTS:
        raise Wrong
    if not is_within(office, holder.office):
        raise Wrong(403)
    return office, sheet.get("channel")


def posted_at(office: str, day: str) -> list[str]:
    """Who worked there on that day."""
    return [who for who, where, first, last in POSTED if where == office and first <= day <= last]


def written(scores: Mapping[str, int | None]) -> str:
    """The answers as they are stored."""
    if scores.keys() != set(ITEMS) or any(score not in (1, 2, 3, 4, None) for score in scores.values()):
        raise Wrong
    answers = "".join("-" if scores[item] is None else str(scores[item]) for item in ITEMS)
    if answers == "---":
        raise Wrong
    return answers


def content(key: str, sheet: Sheet) -> str:
    """What a sheet means: two with one id and the same of this are the same rating."""
    holder = RATERS[key]
    meant = {"office": holder.office, "instrument": "ikl-1"} | sheet | {"counter": holder.counter}
    meant["comment"] = sheet.get("comment", "").strip()
    return json.dumps({name: value for name, value in meant.items() if value}, sort_keys=True)


@dataclass
class Model:
    """What the agency's part of the database must hold."""

    contents: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    comments: Counter[Row] = field(default_factory=Counter)
    profiles: Counter[Row] = field(default_factory=Counter)

    def take(self, key: str, sheet: Sheet, now: datetime) -> int:
        """The status of this sheet, after which the model holds what it leaves behind."""
        verdict, meant, known = judged(key, sheet, now), content(key, sheet), self.contents.get(sheet["id"])
        if known == meant and verdict != 403:
            return 200
        if isinstance(verdict, int):
            return verdict
        if known is not None:
            return 409
        self.contents[sheet["id"]] = meant
        self.rows.append(verdict)
        self._keep_apart(verdict, sheet)
        return 201

    def _keep_apart(self, row: Row, sheet: Sheet) -> None:
        day, office = row[:2]
        assert day is not None
        if comment := sheet.get("comment", "").strip():
            self.comments[office, f"{day[:7]}-01", comment] += 1
        for attribute, value in sheet.get("profile", {}).items():
            self.profiles[office, f"{day[:7]}-01", attribute, value] += 1


def month_over(now: datetime) -> str:
    """The newest month that is over everywhere: in WIB, where days end last."""
    return months_ago(now.astimezone(ZoneInfo("Asia/Jakarta")), 1)


def months_ago(now: datetime, n: int) -> str:
    """The month so many months before that of a moment."""
    number = now.year * 12 + now.month - 1 - n
    return f"{number // 12}-{number % 12 + 1:02}"


def last_day(month: str) -> date:
    """The last day of a month."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


@dataclass
class Told:
    """A release: the last month it could tell, and every rating there was then with its block, or None."""

    through: str
    rows: list[tuple[Row, int | None]]

    @property
    def blocks(self) -> dict[int, list[Row]]:
        """The ratings that are told together."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row, block in self.rows:
            if block is not None:
                found[block].append(row)
        return found


def told_of(database: Database, agency_id: str, now: datetime) -> Told:
    """What an agency's release of this moment tells and leaves waiting; held ratings are neither."""
    statement = text(
        "SELECT rated_on, office, counter, service, employee, channel, instrument, sheet, block FROM rating "
        "LEFT JOIN block_rating USING (agency_id, key) WHERE agency_id = :agency_id AND standing = 'counted'"
    )
    with database.reading() as session:
        found = list(session.execute(statement, {"agency_id": agency_id}))
    return Told(month_over(now), [((str(day), *row), block) for day, *row, block in found])


def half_up(value: Fraction, places: int) -> str:
    """A figure as the official forms round it."""
    digits = str(int(value * 10**places + Fraction(1, 2))).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


Figures = tuple[str | None, int | None, str | None, list[tuple[int | None, str | None, str | None]], str | None]


def measured(group: str | None, blocks: Sequence[Sequence[str]], left_out: int, *, personal: bool) -> Figures:
    """Group, n, what is left out, (n, mean, index) of each question, index: from blocks, in exact fractions."""
    n = sum(map(len, blocks))
    if not n or (left_out > 9 and left_out * 10 > n + left_out):
        return group, None, None, [(None, None, None)] * 3, None
    rough = personal and n < 30
    figures: list[tuple[int | None, str | None, str | None]] = []
    means: list[Fraction] = []
    for place in range(3):
        answers = [[int(sheet[place]) for sheet in block if sheet[place] != "-"] for block in blocks]
        # What one to nine answered of a block is not told.
        scores = [score for each in answers if len(each) > 9 for score in each]
        if not scores:
            figures.append((0, None, None))
            continue
        means.append(Fraction(sum(scores), len(scores)))
        mean, index = half_up(means[-1], 1 if rough else 4), half_up(means[-1] * 25, 1 if rough else 2)
        figures.append((len(scores), mean, index))
    whole = half_up(sum(means, Fraction(0)) * 25 / 3, 1 if rough else 2) if len(means) == 3 else None
    waiting = None if not left_out else "<10" if left_out < 10 else f"{left_out // 10}0+"
    return group, n, waiting, figures, whole


def shown(row: Mapping[str, Any]) -> Figures:
    """The same of a row of an answer."""
    group = next((value for name, value in row["group"].items() if name != "name"), None) if row["group"] else None
    dimensions = [(each["n"], each["mean"], each["index"]) for each in row["dimensions"]]
    assert row["held"] == (None if row["suppressed"] else 0)
    return group, row["n"], row["waiting"], dimensions, row["index"] and row["index"]["value"]


def expected_rows(told: Told, asked: Mapping[str, Any], root: str | None) -> list[Figures]:
    """What an answer to a question must show after a release: sums of blocks whose ratings are all asked for."""
    by = asked.get("by")
    blocks: dict[str | None, list[list[str]]] = defaultdict(list)
    left_out: Counter[str | None] = Counter()
    for block in told.blocks.values():
        groups = {group_of(row, by) if is_asked(row, asked, root) else "" for row in block}
        if len(groups) == 1 and "" not in groups:
            blocks[groups.pop()].append([str(row[-1]) for row in block])
        else:
            left_out.update(group_of(row, by) for row in block if is_asked(row, asked, root))
    waiting = [row for row, block in told.rows if block is None and str(row[0])[:7] <= told.through]
    left_out.update(group_of(row, by) for row in waiting if is_asked(row, asked, root))
    personal = "employee" in asked or by == "employee"
    found = {None} if by is None else (blocks.keys() | left_out.keys()) - {""}
    return [measured(group, blocks[group], left_out[group], personal=personal) for group in sorted(found, key=str)]


def group_of(row: Row, by: str | None) -> str | None:
    """The row of an answer in which a rating counts; '' for those of nobody among persons."""
    day, office, _, service, employee, channel, *_ = row
    values = {"office": office, "service": service, "employee": employee or "", "channel": channel}
    return None if by is None else str(day)[:7] if by == "month" else values[by]


def is_asked(row: Row, asked: Mapping[str, Any], root: str | None) -> bool:
    """Whether a question is about a rating."""
    day, where, _, service, employee, channel, *_ = row
    office = asked.get("office")
    # Without an office `include` has nothing to include.
    tops = [top for top in (root, office if "include" in asked else None) if top is not None]
    values = {"service": service, "employee": employee, "channel": channel, "office": where}
    wanted = {name: asked[name] for name in ("service", "employee", "channel") if name in asked}
    if office is not None and "include" not in asked:
        wanted["office"] = office
    within = all(is_within(str(where), top) for top in tops) and asked["from"] <= str(day) <= asked["to"]
    return within and all(values[name] == value for name, value in wanted.items())


scores = st.fixed_dictionaries(dict.fromkeys(ITEMS, st.sampled_from((4, 3, 1, 2, None))))
answered = scores.filter(lambda given: any(score is not None for score in given.values()))
