"""Single changes of a database behind the service's back: what was changed, how, and how it is put back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, delete, insert, select, update

from app.foundation.storage.database import Database, Session, metadata
from tests.house import NOW

Row = dict[str, Any]
DAY_MS = 86_400_000 << 80
RATING, BLOCK, EVENT, REPORT, ENTRY, PART, CHECKPOINT = (
    metadata.tables[name]
    for name in ("rating", "block", "audit_event", "report", "log_entry", "inventory_part", "log_checkpoint")
)


@dataclass(frozen=True)
class Mutation:
    """A row before and after (None: it is not there), and words of which one must be in what the check says."""

    table: Table
    before: Row | None
    after: Row | None
    told: tuple[str, ...]
    how: str

    def apply(self, database: Database) -> None:
        """Change it."""
        _swap(database, self.table, self.before, self.after)

    def revert(self, database: Database) -> None:
        """Put it back."""
        _swap(database, self.table, self.after, self.before)


def _swap(database: Database, table: Table, old: Row | None, new: Row | None) -> None:
    with database.writing() as session:
        if old is not None and new is not None and _key(table, old) == _key(table, new):
            # Only what is changed: Citus lets nobody write the agency, not even as it is.
            changed = {name: value for name, value in new.items() if value != old[name]}
            session.execute(update(table).where(*_key_is(table, old)).values(**changed))
            return
        if old is not None:
            session.execute(delete(table).where(*_key_is(table, old)))
        if new is not None:
            session.execute(insert(table), [new])


def _key(table: Table, row: Row) -> list[Any]:
    return [row[column.name] for column in table.primary_key.columns]


def _key_is(table: Table, row: Row) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


class Vandal:
    """Draws mutations of an agency's rows."""

    def __init__(self, database: Database, agency_id: str, draw: Random) -> None:
        self._draw = draw
        with database.reading() as session:
            self._rows = {table.name: _all(session, table, agency_id) for table in (RATING, BLOCK, EVENT, ENTRY, PART)}
            self._rows["report"] = [each for each in _all(session, REPORT, agency_id) if each["envelope"]]
            self._rows["log_checkpoint"] = _all(session, CHECKPOINT, agency_id)
        self._ways: Sequence[Callable[[], Mutation]] = (
            self._edited_rating,
            self._back_dated_rating,
            self._gone_rating,
            self._made_up_rating,
            self._edited_block,
            self._gone_block,
            self._made_up_block,
            self._edited_event,
            self._gone_event,
            self._back_dated_event,
            self._edited_report,
            self._gone_report,
            self._made_up_report,
            self._edited_entry,
            self._gone_entry,
            self._edited_part,
            self._gone_part,
            self._edited_checkpoint,
        )

    def mutation(self, number: int) -> Mutation:
        """The next one; every way has its turn."""
        return self._ways[number % len(self._ways)]()

    def _one(self, table: Table) -> Row:
        return dict(self._draw.choice(self._rows[table.name]))

    def _changed(self, table: Table, names: Sequence[str], told: Callable[[Row], tuple[str, ...]]) -> Mutation:
        row = self._one(table)
        name = self._draw.choice(names)
        return Mutation(table, row, {**row, name: _other(row[name], self._draw)}, told(row), f"edit {name}")

    def _edited_rating(self) -> Mutation:
        names = ("office", "counter", "service", "employee", "channel", "ticketed", "instrument", "sheet", "digest")
        if self._draw.random() < 0.15:
            row = self._one(RATING)
            standing = self._draw.choice([each for each in ("counted", "held", "open") if each != row["standing"]])
            return Mutation(RATING, row, {**row, "standing": standing}, (str(row["key"]),), "edit standing")
        return self._changed(RATING, names, lambda row: (str(row["key"]),))

    def _back_dated_rating(self) -> Mutation:
        row, days = self._one(RATING), self._draw.randrange(1, 60)
        day = row["rated_on"] - timedelta(days=days)
        if self._draw.random() < 0.5:
            return Mutation(RATING, row, {**row, "rated_on": day}, (str(row["key"]),), "back-date rated_on")
        moved = {**row, "rated_on": day, "key": UUID(int=row["key"].int - days * DAY_MS)}
        return Mutation(RATING, row, moved, (str(row["key"]),), "back-date the key")

    def _gone_rating(self) -> Mutation:
        row = self._one(RATING)
        return Mutation(RATING, row, None, (str(row["key"]),), "delete")

    def _made_up_rating(self) -> Mutation:
        row, days = self._one(RATING), self._draw.randrange(0, 400)
        key = UUID(int=(row["key"].int ^ self._draw.getrandbits(60)) - days * DAY_MS)
        made = {**row, "key": key, "rated_on": row["rated_on"] - timedelta(days=days), "standing": "counted"}
        return Mutation(RATING, None, made, (str(key),), "insert")

    def _edited_block(self) -> Mutation:
        names = ("standing", "office", "employee", "first_month", "last_month", "service_mode", "released", "n", "cell")
        return self._changed(BLOCK, names, lambda row: (f"block {row['block']} ",))

    def _gone_block(self) -> Mutation:
        row = self._one(BLOCK)
        return Mutation(BLOCK, row, None, (f"block {row['block']} ",), "delete")

    def _made_up_block(self) -> Mutation:
        row = self._one(BLOCK)
        number = max(each["block"] for each in self._rows["block"]) + 1
        return Mutation(BLOCK, None, {**row, "block": number}, (f"block {number} ",), "insert")

    def _edited_event(self) -> Mutation:
        return self._changed(EVENT, ("at", "actor", "action", "subject", "detail"), lambda row: (str(row["event_id"]),))

    def _gone_event(self) -> Mutation:
        row = self._one(EVENT)
        return Mutation(EVENT, row, None, (str(row["event_id"]),), "delete")

    def _back_dated_event(self) -> Mutation:
        row, days = self._one(EVENT), self._draw.randrange(1, 400)
        event_id = uuid4() if self._draw.random() < 0.3 else UUID(int=row["event_id"].int - days * DAY_MS)
        # Releases of tests are made long after.
        made = {**row, "event_id": event_id, "at": min(row["at"], NOW) - timedelta(days=days)}
        return Mutation(EVENT, None, made, (str(event_id),), "insert back-dated")

    def _edited_report(self) -> Mutation:
        row = self._one(REPORT)
        digits = [place for place, sign in enumerate(row["envelope"]) if sign.isdigit()]
        place = self._draw.choice(digits)
        digit = str((int(row["envelope"][place]) + self._draw.randrange(1, 10)) % 10)
        changed = row["envelope"][:place] + digit + row["envelope"][place + 1 :]
        return Mutation(REPORT, row, {**row, "envelope": changed}, (str(row["report_id"]),), "edit a digit")

    def _gone_report(self) -> Mutation:
        row = self._one(REPORT)
        return Mutation(REPORT, row, {**row, "envelope": None}, (str(row["report_id"]),), "delete the envelope")

    def _made_up_report(self) -> Mutation:
        row = self._one(REPORT)
        made = {**row, "report_id": uuid4(), "unit": "X"}
        return Mutation(REPORT, None, made, (str(made["report_id"]),), "insert")

    def _edited_entry(self) -> Mutation:
        row = self._one(ENTRY)
        place = self._draw.randrange(len(row["entry"]))
        changed = row["entry"][:place] + ("x" if row["entry"][place] != "x" else "y") + row["entry"][place + 1 :]
        told = (f"entry {row['position']}", row["subject"], "look at entries", "checkpoint of")
        return Mutation(ENTRY, row, {**row, "entry": changed}, told, "edit the entry")

    def _gone_entry(self) -> Mutation:
        row = self._one(ENTRY)
        told = (f"entry {row['position']} is missing", f"signed with {len(self._rows['log_entry'])} entries")
        return Mutation(ENTRY, row, None, told, "delete the entry")

    def _edited_part(self) -> Mutation:
        row = self._one(PART)
        rows = bytearray(row["rows"])
        rows[self._draw.randrange(len(rows))] ^= 1 << self._draw.randrange(8)
        return Mutation(PART, row, {**row, "rows": bytes(rows)}, (f"inventory {row['number']}:",), "edit the part")

    def _gone_part(self) -> Mutation:
        row = self._one(PART)
        return Mutation(PART, row, None, (f"inventory {row['number']}:",), "delete the part")

    def _edited_checkpoint(self) -> Mutation:
        row = self._one(CHECKPOINT)
        place = self._draw.randrange(len(row["note"]) - 90)
        changed = row["note"][:place] + ("1" if row["note"][place] != "1" else "2") + row["note"][place + 1 :]
        told = (f"the checkpoint of {row['size']} entries",)
        return Mutation(CHECKPOINT, row, {**row, "note": changed}, told, "edit the checkpoint")


def _all(session: Session, table: Table, agency_id: str) -> list[Row]:
    query = select(table).where(table.c.agency_id == agency_id).order_by(*table.primary_key.columns)
    return [dict(row) for row in session.execute(query).mappings()]


def _other(value: Any, draw: Random) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + draw.randrange(1, 9)
        case None:
            return "X1"
        case datetime():
            return value - timedelta(minutes=draw.randrange(1, 100_000))
        case date():
            return value - timedelta(days=1)
        case dict():
            return {**value, "more": 1}
        case "counted" | "open" | "held":
            return "held" if value == "counted" else "counted"
        case "kiosk" | "mobile" | "web" | "import":
            return "web" if value == "kiosk" else "kiosk"
        case str():
            return ("2" if value[:1] != "2" else "3") + value[1:]
    raise AssertionError(f"no other value of {value!r}")
