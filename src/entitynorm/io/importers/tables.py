"""The packaged tables that say what classes, codes and columns of other formats stand for."""

from __future__ import annotations

from functools import cache
from typing import Any

from entitynorm.resources import data_dir, load_table


@cache
def table(name: str) -> dict[str, Any]:
    """One table of ``data/importers/``, read once; raises DataError where it is missing or of another version."""
    return load_table(data_dir() / "importers" / f"{name}.yaml", f"import-{name}-1")
