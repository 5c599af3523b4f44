"""Writes down which compiled gazetteers a process opens and maps, into the file that ``ENX_RECORD`` names.

In a folder of its own, since Python runs a module of this name when it starts, before any other code, wherever the
folder stands in PYTHONPATH. What it writes is what the interpreter reports: ``PID EVENT FILE``.
"""

import os
import sys
from pathlib import Path
from typing import Any


def record(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path = arguments[0]
    elif event == "mmap.__new__" and arguments[0] >= 0:
        path = str(Path(f"/proc/self/fd/{arguments[0]}").readlink())
    else:
        return
    if isinstance(path, str) and path.endswith(".enx"):
        with Path(os.environ["ENX_RECORD"]).open("a", encoding="utf-8") as lines:
            print(os.getpid(), event, Path(path).name, file=lines)


if "ENX_RECORD" in os.environ:
    sys.addaudithook(record)
