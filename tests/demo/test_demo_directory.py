"""The directory of the made-up town: a tree of offices, their counters, people and duties."""

import re
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

from app.demo.weeks import first_day
from app.demo.workbook import Row
from tests.demo.made_up_town import EMPLOYEES, SHEETS, TODAY, ZONES, duties_by_counter

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def test_the_workbook_has_its_five_sheets_with_their_columns() -> None:
    columns = {name: {tuple(row) for row in rows} for name, rows in SHEETS.items()}
    assert columns == {
        "offices": {("code", "name", "parent", "timezone", "region_code")},
        "services": {("code", "name", "family")},
        "counters": {("office", "code", "name", "services")},
        "employees": {("code", "name", "nip", "position", "grade", "office", "posted_from", "appraiser")},
        "duties": {("office", "counter", "employee", "from", "until")},
    }


def test_offices_form_one_tree_in_three_time_zones() -> None:
    codes = [office["code"] for office in SHEETS["offices"]]
    parents = [office["parent"] for office in SHEETS["offices"]]
    assert len(set(codes)) == len(codes) == 10
    assert parents[0] == ""
    assert all(parent in codes[:place] for place, parent in enumerate(parents) if place > 0)
    assert {zone.key for zone in ZONES.values()} == {"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"}


def test_every_office_has_one_to_four_counters_which_give_known_services() -> None:
    services = {service["code"] for service in SHEETS["services"]}
    given = {code for counter in SHEETS["counters"] for code in counter["services"].split(";")}
    per_office = Counter(counter["office"] for counter in SHEETS["counters"])
    assert len(SHEETS["services"]) == 12
    assert given == services
    assert set(per_office) == set(ZONES)
    assert set(per_office.values()) <= {1, 2, 3, 4}


def test_codes_are_well_formed() -> None:
    named = [*SHEETS["offices"], *SHEETS["services"], *SHEETS["counters"]]
    families = [service["family"] for service in SHEETS["services"]]
    assert all(CODE.fullmatch(code) for code in [*(row["code"] for row in named), *families])
    assert list(EMPLOYEES) == [f"E{number:03}" for number in range(1, 41)]
    assert all(re.fullmatch(r"99\.01(\.\d\d)?", office["region_code"]) for office in SHEETS["offices"])


def test_every_nip_holds_a_birth_an_appointment_before_the_posting_and_a_sex() -> None:
    assert len({employee["nip"] for employee in EMPLOYEES.values()}) == 40
    for employee in EMPLOYEES.values():
        assert re.fullmatch(r"\d{14}[12]9\d\d", employee["nip"])
        born = date.fromisoformat(employee["nip"][:8])
        appointed = date(int(employee["nip"][8:12]), int(employee["nip"][12:14]), 1)
        assert 18 < (appointed - born).days / 365.25 < 35
        assert appointed < date.fromisoformat(employee["posted_from"])
        assert re.fullmatch(r"I[IV]{1,2}/[a-e]", employee["grade"])


def test_nobody_shares_a_counter_or_is_at_two_at_once() -> None:
    by_employee: dict[str, list[Row]] = defaultdict(list)
    for duty in SHEETS["duties"]:
        by_employee[duty["employee"]].append(duty)
    for duties in [*duties_by_counter().values(), *by_employee.values()]:
        in_order = sorted(duties, key=lambda duty: duty["from"])
        assert all(earlier["until"] <= later["from"] for earlier, later in pairwise(in_order))
        assert all(duty["from"] < duty["until"] for duty in duties)


def test_everybody_on_duty_is_posted_at_that_office() -> None:
    for duty in SHEETS["duties"]:
        employee = EMPLOYEES[duty["employee"]]
        assert employee["office"] == duty["office"]
        assert employee["posted_from"] <= duty["from"][:10]


def test_the_roster_runs_from_the_first_rating_to_after_today() -> None:
    assert min(duty["from"] for duty in SHEETS["duties"])[:10] <= first_day(TODAY).isoformat()
    assert max(duty["until"] for duty in SHEETS["duties"])[:10] > TODAY.isoformat()
