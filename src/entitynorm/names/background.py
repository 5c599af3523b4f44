"""How common a word is among names at large: Smith says less than Featherstonehaugh.

Counts of name tokens from ``data/name_frequencies.tsv`` stand beside the gazetteer's own, so that fifty names are
weighed as a million would be.
"""

from __future__ import annotations

import math
from functools import cache

from entitynorm.errors import DataError
from entitynorm.resources import data_dir

LEAST_RARITY = 0.15


@cache
def _counts() -> tuple[dict[str, float], float]:
    path = data_dir() / "name_frequencies.tsv"
    counts: dict[str, float] = {}
    total = 0.0
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                if line.startswith("# names:"):
                    total = float(line.partition(":")[2])
                continue
            word, _, count = line.partition("\t")
            counts[word] = math.exp(float(count))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable list of frequencies ({error}); reinstall entitynorm") from error
    return counts, total


def rarity_in(fold: str, own: int, names: int) -> float:
    """How rare a folded word is, in [0.15, 1]: inverse document frequency over ``names`` and the names at large."""
    counts, total = _counts()
    held = own + counts.get(fold, 0.0)
    everything = names + total + 1
    return max(LEAST_RARITY, math.log(everything / max(held, 1.0)) / math.log(everything))
