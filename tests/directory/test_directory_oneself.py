"""Nobody imports what concerns oneself; and the preview says what an import would change, without a NIP."""

import pytest

from app.directory.faults import Fault, WorkbookFault
from app.directory.workbook.alteration import Alteration, Difference
from app.directory.workbook.importing import check, import_checked
from app.directory.workbook.oneself import OWN_DUTY, OWN_PEOPLE, OWN_ROW
from app.directory.workbook.preview import MOST_ALTERATIONS, Preview, preview_of
from app.directory.workbook.proposal import propose
from app.directory.workbook.sheets import Workbook
from app.foundation.storage.database import Database
from tests.directory.workbooks import (
    NIP,
    NOW,
    OTHER_NIP,
    TODAY,
    TOWN,
    Lines,
    book_of,
    changed,
    dump,
    found_agency,
    from_records,
    import_lines,
)

APPRAISED = ("code", "name", "office", "posted_from", "appraiser")


@pytest.fixture
def town(database: Database) -> Database:
    """The agency `kota` with the small town, in which E001 appraises E002."""
    found_agency(database)
    import_lines(database, TOWN)
    with database.writing() as session:
        proposal = propose(appraising(E002="E001"), TODAY)
        import_checked(session, proposal, check(session, proposal, "kota"), agency_id="kota", actor="t", now=NOW)
    return database


def appraising(**appraisers: str) -> Workbook:
    """The sheet of employees with these appraisers."""
    posted = {
        "E001": ("Budi", NIP, "Analis", "III/b", "dukcapil", "2020-01-01"),
        "E002": ("Ani", "", "", "", "setda", "2021-06-01"),
    }
    new = ("Cici", "", "", "", "setda", "2026-01-01")
    names = ("name", "nip", "position", "grade", "office", "posted_from")
    rows = [
        {"code": code, **dict(zip(names, posted.get(code, new), strict=True)), "appraiser": appraiser}
        for code, appraiser in appraisers.items()
    ]
    return from_records({"employees": rows})


def faults(database: Database, lines: Lines | Workbook, by: str | None) -> list[Fault]:
    """What is wrong with it for this employee."""
    book = lines if isinstance(lines, Workbook) else book_of(lines)
    with database.reading() as session:
        try:
            check(session, propose(book, TODAY), "kota", by)
        except WorkbookFault as fault:
            return list(fault.faults)
    return []


OWN: list[tuple[Lines, Fault]] = [
    ({"employees": [("E001", "Budi S.", NIP, "Analis", "III/b", "dukcapil", "2020-01-01")]},
     Fault("employees", 2, "code", OWN_ROW)),
    ({"employees": [("E001", "Budi", NIP, "Analis", "IV/a", "dukcapil", "2020-01-01")]},
     Fault("employees", 2, "code", OWN_ROW)),
    ({"employees": [("E001", "Budi", NIP, "Analis", "III/b", "setda", "2026-11-19")]},
     Fault("employees", 2, "code", OWN_ROW)),
    ({"duties": [("dukcapil", "loket-2", "E001", "2026-11-19 08:00", "2026-11-19 12:00")]},
     Fault("duties", 2, "employee", OWN_DUTY)),
    ({"duties": [("dukcapil", "loket-1", "E001", "2026-11-18 08:00", "2026-11-18 11:00")]},
     Fault("duties", 2, "employee", OWN_DUTY)),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "fault"), OWN)
def test_a_change_of_the_own_row_posting_or_duties_is_refused(town: Database, lines: Lines, fault: Fault) -> None:
    before = dump(town)
    assert faults(town, lines, "E001") == [fault]
    assert dump(town) == before
    # Somebody else, and an operator, may.
    assert faults(town, lines, "E002") == []
    assert faults(town, lines, None) == []


def test_nobody_hands_the_own_duty_to_somebody_else(town: Database) -> None:
    people = [("E003", "Cici", "", "", "", "dukcapil", "2020-01-01")]
    import_lines(town, {"employees": people})
    taken = {"duties": [("dukcapil", "loket-1", "E003", "2026-11-18 08:00", "2026-11-18 12:00")]}
    assert faults(town, taken, "E001") == [Fault("duties", 2, "employee", OWN_DUTY)]
    assert faults(town, taken, "E002") == []


@pytest.mark.parametrize(
    ("appraisers", "by", "refused"),
    [
        ({"E002": ""}, "E001", True),
        ({"E002": "E001"}, "E001", False),
        ({"E003": "E001"}, "E001", True),
        ({"E003": "E002"}, "E001", False),
        ({"E003": "E002"}, "E002", True),
        ({"E002": ""}, "E003", False),
    ],
)
def test_nobody_says_whom_one_appraises(town: Database, appraisers: dict[str, str], by: str, refused: bool) -> None:
    expected = [Fault("employees", 2, "appraiser", OWN_PEOPLE)] if refused else []
    assert faults(town, appraising(**appraisers), by) == expected


def test_the_own_row_as_it_is_may_stand_in_the_file(town: Database) -> None:
    assert faults(town, TOWN, "E001") == []
    # A file without the column of appraisers says nothing of them.
    assert faults(town, changed(TOWN, services=[("baru", "Baru", "")]), "E001") == []


def previewed(database: Database, lines: Lines) -> Preview:
    """What an import would change."""
    with database.reading() as session:
        checked = check(session, propose(book_of(lines), TODAY), "kota")
        return preview_of(checked.changes, checked.before)


def test_the_preview_names_each_change_and_no_nip(town: Database) -> None:
    preview = previewed(
        town,
        {
            "offices": [("dukcapil", "Disdukcapil", "setda", "WITA", "73.71"), ("camat", "Camat", "", "WIB", "")],
            "services": TOWN["services"],
            "counters": [("dukcapil", "loket-1", "Loket 1", "kk")],
            "employees": [
                ("E001", "Budi Santoso", OTHER_NIP, "", "III/b", "setda", "2026-12-01"),
                ("E003", "Cici Rahasia", NIP, "", "", "setda", "2026-01-01"),
            ],
            "duties": [("dukcapil", "loket-2", "E001", "2026-11-19 08:00", "2026-11-19 12:00")],
        },
    )
    assert preview.alterations == (
        Alteration("offices", "new", "camat", "Camat", ()),
        Alteration("offices", "changed", "dukcapil", "Dinas Dukcapil",
                   (Difference("name", "Dinas Dukcapil", "Disdukcapil"),)),
        Alteration("counters", "changed", "dukcapil/loket-1", "Loket 1",
                   (Difference("services", "ktp-el;kk", "kk"),)),
        Alteration("employees", "new", "E003", None, ()),
        Alteration("employees", "changed", "E001", "Budi",
                   (Difference("name", None, None), Difference("nip", None, None),
                    Difference("position", "Analis", ""))),
        Alteration("postings", "new", "E001 · setda · 2026-12-01", "Budi", ()),
        Alteration("postings", "ended", "E001 · dukcapil · 2020-01-01", "Budi",
                   (Difference("until", None, "2026-11-30"),)),
        Alteration("duties", "new", "dukcapil/loket-2 · 2026-11-19 00:00 UTC", "Budi",
                   (Difference("employee", None, "E001"), Difference("until", None, "2026-11-19 04:00 UTC"))),
    )  # fmt: skip
    assert (preview.ended, preview.in_all, preview.changes_nothing) == (1, 8, False)
    assert [text for text in (NIP, OTHER_NIP, "Cici", "Santoso") if text in repr(preview)] == []


def test_a_changed_duty_is_told_with_what_it_was(town: Database) -> None:
    lines = {"duties": [("dukcapil", "loket-1", "E001", "2026-11-18 08:00", "2026-11-18 11:00")]}
    (change,) = previewed(town, lines).alterations
    until = Difference("until", "2026-11-18 04:00 UTC", "2026-11-18 03:00 UTC")
    assert change == Alteration("duties", "changed", "dukcapil/loket-1 · 2026-11-18 00:00 UTC", "Budi", (until,))


def test_the_same_file_changes_nothing(town: Database) -> None:
    preview = previewed(town, TOWN)
    assert (preview.alterations, preview.in_all, preview.changes_nothing) == ((), 0, True)


def test_of_very_many_changes_the_first_are_listed_and_all_are_counted(
    town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_ALTERATIONS >= 10_000
    monkeypatch.setattr("app.directory.workbook.preview.MOST_ALTERATIONS", 2)
    preview = previewed(town, {"services": [(f"s{n}", "S", "") for n in range(5)]})
    assert (len(preview.alterations), preview.in_all) == (2, 5)


def test_what_was_checked_is_checked_again_where_the_directory_has_changed(town: Database) -> None:
    proposal = propose(book_of({"services": [("baru", "Baru", "")]}), TODAY)
    with town.reading() as session:
        checked = check(session, proposal, "kota")
    import_lines(town, {"services": [("baru", "Lama", "")]})
    with town.writing() as session:
        imported = import_checked(session, proposal, checked, agency_id="kota", actor="test", now=NOW)
    assert (checked.changes.counts["services"].new, imported.changes.counts["services"].changed) == (1, 1)
