"""How much a process may take that works beside the service: it is started for one task, such as reading a workbook."""

import os
import sys


def limit_this_process(most_memory: int) -> None:
    """Let it come after whoever takes ratings, and have no more than so many bytes of memory."""
    # There is no such limit on Windows.
    if sys.platform != "win32":
        import resource

        os.nice(10)
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most_memory, most))
