"""The packaged tables that say what classes, codes and columns of other formats stand for."""

from __future__ import annotations

from functools import cache
from typing import Any

from entitynorm.table_cache import packaged_table


@cache
def table(name: str) -> dict[str, Any]:
    """One table of ``data/importers/``, read once; raises DataError where it is missing or of another version."""
    return packaged_table(f"importers/{name}.yaml", f"import-{name}-1")
