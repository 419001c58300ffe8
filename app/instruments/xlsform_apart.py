"""Reads an XLSForm that was sent in a process of its own: a small archive may ask for all the memory there is.

The process (`python -m`) takes the workbook and answers with the questionnaire's text, or with every fault, as JSON.
"""

import json
import subprocess
import sys
import threading
from typing import IO

from app.foundation.problems import busy
from app.foundation.process_limits import limit_this_process
from app.instruments.faults import Fault, InstrumentFault
from app.instruments.xlsform_reading import text_of_xlsform

COMMAND = (sys.executable, "-P", "-m", "app.instruments.xlsform_apart")
# A form of forty questions takes less than two seconds, most of them for loading the reader.
LONGEST = 30.0
MOST_MEMORY = 1024**3
TOO_MUCH = "asks for more memory or time than there is"
NO_WORKBOOK = "is no workbook in the form of an XLSForm (.xlsx)"
# One at a time: whoever adds a questionnaire waits for nobody, and takes nothing from those who rate.
_turn = threading.Lock()


def text_apart(content: bytes, command: tuple[str, ...] = COMMAND, longest: float = LONGEST) -> str:
    """The text of a questionnaire's file from the bytes of a workbook (blocking). Raises InstrumentFault, or `busy`."""
    if not _turn.acquire(blocking=False):
        raise busy()
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=content, capture_output=True, timeout=longest, check=False
        )
    except subprocess.TimeoutExpired:
        raise InstrumentFault(Fault("file", TOO_MUCH)) from None
    finally:
        _turn.release()
    # What it wrote to its errors may hold words of the file.
    if done.returncode:
        raise InstrumentFault(Fault("file", TOO_MUCH))
    told = json.loads(done.stdout)
    if told["faults"]:
        raise InstrumentFault(*(Fault(*each) for each in told["faults"]))
    return str(told["text"])


def main(given: IO[bytes], answer: IO[bytes]) -> int:
    """Read one workbook; the status of the process."""
    limit_this_process(MOST_MEMORY)
    text, faults = "", list[tuple[str, str, dict[str, object]]]()
    try:
        text = text_of_xlsform(given.read())
    except InstrumentFault as found:
        faults = [(each.place, each.text, dict(each.values)) for each in found.found]
    except MemoryError:
        return 1
    except Exception:
        # Whatever a reader of spreadsheets says of bytes that somebody sent; its words may quote them.
        faults = [("file", NO_WORKBOOK, {})]
    answer.write(json.dumps({"text": text, "faults": faults}).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
