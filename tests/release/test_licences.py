"""What is installed with the service has a licence that we take, and a new one is noticed."""

import pytest

from deploy.licences import ABSENT, TAKEN, is_taken, libraries, licence_of
from tests.test_documentation import read


def test_everything_that_the_service_installs_has_a_licence_that_we_take() -> None:
    found = {name: licence_of(name) for name, _ in libraries(read("requirements/run.txt"))}
    assert len(found) > 50
    assert {name: licence for name, licence in found.items() if not is_taken(licence)} == {}
    # What is not installed here is of other systems.
    assert {name for name, licence in found.items() if licence == ABSENT} <= {"colorama"}


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("MIT", True),
        ("(MIT)", True),
        ("BSD-3-Clause AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("AGPL-3.0-or-later", False),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_of_a_choice_one_is_enough_and_of_a_sum_all_are_needed(expression: str, taken: bool) -> None:
    assert is_taken(expression) is taken


def test_libraries_are_those_that_are_pinned() -> None:
    text = "a-b==1.2 \\\n    --hash=sha256:0\nc==3 ; sys_platform == 'win32' \\\nc==4\n# d==5\n"
    assert libraries(text) == [("a-b", "1.2"), ("c", "3"), ("c", "4")]


def test_no_licence_is_taken_that_binds_the_service_itself() -> None:
    assert not any(name.startswith(("GPL", "AGPL", "SSPL", "BUSL")) for name in TAKEN)
