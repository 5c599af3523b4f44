"""How common a word is among names at large: Smith says less than Featherstonehaugh.

Counts of name tokens from ``data/name_frequencies.tsv`` stand beside the gazetteer's own, so that fifty names are
weighed as a million would be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from entitynorm.errors import DataError
from entitynorm.resources import data_dir
from entitynorm.row_store import Decoded
from entitynorm.table_cache import stored

LEAST_RARITY = 0.15


_TOTAL = "# names"
"""What stands before the number of names that were counted."""


@cache
def _counts() -> tuple[Mapping[str, float], float]:
    tables = stored("name_frequencies", _read_counts)
    total = float(tables["total"].find(_TOTAL) or 0.0)
    return Decoded(tables["words"], lambda count: math.exp(float(count)), str, str), total


def _read_counts() -> dict[str, dict[str, str]]:
    path = data_dir() / "name_frequencies.tsv"
    words: dict[str, str] = {}
    total: dict[str, str] = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":") if line.startswith("#") else line.partition("\t")
            if name == _TOTAL or not line.startswith("#"):
                float(value)
                (total if name == _TOTAL else words)[name] = value
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable list of frequencies ({error}); reinstall entitynorm") from error
    return {"words": words, "total": total}


def rarity_in(fold: str, own: int, names: int) -> float:
    """How rare a folded word is, in [0.15, 1]: inverse document frequency over ``names`` and the names at large."""
    counts, total = _counts()
    held = own + counts.get(fold, 0.0)
    everything = names + total + 1
    return max(LEAST_RARITY, math.log(everything / max(held, 1.0)) / math.log(everything))
