"""Tasks tell apart what waits at several offices."""

from datetime import UTC, date, datetime

from app.closing.survey.store import OpenAction
from app.desk.office_tasks import Waiting, tasks_of
from app.reports.sections.language import language


def test_an_overdue_action_of_another_office_names_it() -> None:
    action = OpenAction("upt", "2026-Q3", "ikl-1", 0, "speed", "Loket kedua.", date(2026, 11, 1))
    overdue = ((action, "Kecepatan", "UPT Timur"), (action, "Kecepatan", None))
    tasks = tasks_of(Waiting(True, 0, 0, (), overdue), datetime(2026, 11, 9, tzinfo=UTC), language("id"))
    assert [each.text for each in tasks.items] == [
        "Tindak lanjut terlambat: Kecepatan – Loket kedua. – UPT Timur",
        "Tindak lanjut terlambat: Kecepatan – Loket kedua.",
    ]
