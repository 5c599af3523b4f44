"""RESULTS.md in sections, each rewritten by the script that measures it and left alone by the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from entitynorm.io.files import atomic_write

PAGE = Path(__file__).resolve().parent / "RESULTS.md"


def put_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put a section in place of the one of its name, or at the end."""
    whole = page.read_text(encoding="utf-8") if page.exists() else "# Results\n"
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n\n{text.strip()}\n\n{end}"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    changed, times = found.subn(lambda _: section, whole)
    atomic_write(page, changed if times else f"{whole.rstrip()}\n\n{section}\n")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
