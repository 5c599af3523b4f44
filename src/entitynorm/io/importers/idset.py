"""A set of ids that fits into memory even for all of GeoNames or Wikidata.

Ids of big registers end in numbers that lie close together (``geonames:2950159``, ``wikidata:Q42``). One bit for each,
in pages, needs a few megabytes where a set of strings needs a gigabyte. Ids of other forms are kept as they are.
"""

from __future__ import annotations

import re
from typing import Final

_NUMBERED: Final = re.compile(r"(.*?)([1-9][0-9]{0,11})", re.DOTALL)
_PAGE_BITS: Final = 12


class IdSet:
    """Ids, added and asked for one at a time; nothing can be taken out or listed.

    >>> ids = IdSet()
    >>> ids.add("wikidata:Q42"), ids.add("wikidata:Q42"), ids.add("org:x"), "wikidata:Q43" in ids
    (True, False, True, False)
    """

    __slots__ = ("_pages", "_texts")

    def __init__(self) -> None:
        self._pages: dict[tuple[str, int], bytearray] = {}
        self._texts: set[str] = set()

    def add(self, item: str) -> bool:
        """Put an id in; False where it was there already."""
        found = _NUMBERED.fullmatch(item)
        if found is None:
            before = len(self._texts)
            self._texts.add(item)
            return len(self._texts) > before
        number = int(found[2])
        page = self._pages.setdefault((found[1], number >> _PAGE_BITS), bytearray(1 << (_PAGE_BITS - 3)))
        place, bit = (number & ((1 << _PAGE_BITS) - 1)) >> 3, 1 << (number & 7)
        new = not page[place] & bit
        page[place] |= bit
        return new

    def __contains__(self, item: str) -> bool:
        found = _NUMBERED.fullmatch(item)
        if found is None:
            return item in self._texts
        number = int(found[2])
        page = self._pages.get((found[1], number >> _PAGE_BITS))
        return page is not None and bool(page[(number & ((1 << _PAGE_BITS) - 1)) >> 3] & (1 << (number & 7)))
