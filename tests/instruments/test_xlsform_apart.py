"""An XLSForm that somebody sent is read in a process of its own, which may take so much and no more."""

import sys
from threading import Thread
from time import sleep

import pytest

from app.foundation.problems import Problem
from app.instruments.faults import InstrumentFault
from app.instruments.xlsform_apart import COMMAND, NO_WORKBOOK, TOO_MUCH, text_apart
from app.instruments.xlsform_reading import MAX_BYTES, text_of_xlsform
from tests.instruments.test_xlsform import ASKED, HEAD, faults, workbook


def refused(content: bytes, *command: str, longest: float = 30.0) -> tuple[str, ...]:
    """What is said of a workbook."""
    with pytest.raises(InstrumentFault) as caught:
        text_apart(content, command or COMMAND, longest)
    return caught.value.faults


@pytest.mark.long
def test_it_says_what_reading_it_here_says() -> None:
    assert text_apart(workbook()) == text_of_xlsform(workbook())
    survey = (HEAD, ASKED, ("text", "SARAN", "Saran?", "Anything else?"))
    assert refused(workbook(survey=survey)) == faults(survey=survey)
    assert refused(b"x" * (MAX_BYTES + 1))[0].startswith(f"file: has {MAX_BYTES + 1} bytes")
    assert refused(b"") == (f"file: {NO_WORKBOOK}",)


GREEDY = """
import io
from app.instruments import xlsform_apart
class Greedy(io.BytesIO):
    def read(self): return bytearray(2 * 1024**3)
raise SystemExit(xlsform_apart.main(Greedy(), io.BytesIO()))
"""


def test_it_gets_so_much_memory_and_no_more() -> None:
    assert refused(b"", sys.executable, "-P", "-c", GREEDY) == (f"file: {TOO_MUCH}",)


def test_a_process_that_ends_or_lasts_is_told_as_too_much() -> None:
    assert refused(b"", sys.executable, "-c", "raise SystemExit(1)") == (f"file: {TOO_MUCH}",)
    assert refused(b"", sys.executable, "-c", "import time; time.sleep(60)", longest=0.1) == (f"file: {TOO_MUCH}",)


def test_one_at_a_time_is_read() -> None:
    lasting = (sys.executable, "-c", "import time; time.sleep(2)")
    first = Thread(target=lambda: refused(b"", *lasting, longest=1.0))
    first.start()
    sleep(0.3)
    with pytest.raises(Problem) as caught:
        text_apart(b"")
    assert caught.value.code == "busy"
    first.join()
