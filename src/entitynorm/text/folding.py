"""Folding: take away spelling that carries no identity, and remember where every character came from.

The steps run in a fixed, written order on each cluster (a base character with its marks), so that the
same function serves gazetteer and query, and offsets of the original text survive every change of length:

1. ``compose``     NFKC: full width, ligatures and compatibility forms become plain letters
2. ``invisible``   format characters (soft hyphen, zero width, direction marks) are dropped
3. ``case``        Unicode case folding (ß becomes ss)
4. ``marks``       accents fall from every letter but those of Cyrillic, where й, ї, ё and ў are letters of their own;
                   the stress mark of dictionaries (а́) falls there too
5. ``typography``  apostrophes, quotation marks, dashes and white space become ``'``, ``"``, ``-`` and space

Nothing is transliterated here: see `entitynorm.text.translit` and `entitynorm.text.sounds`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_APOSTROPHES = "'’‘ʼʻʹʽ`´ˈʾʿ′＇‛"
_QUOTES = '"“”„‟«»‹›″〝〞＂'
_DASHES = "-‐‑‒–—―−﹘﹣－⁃"
_TYPOGRAPHY = {
    **dict.fromkeys(map(ord, _APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, _QUOTES), '"'),
    **dict.fromkeys(map(ord, _DASHES), "-"),
}
# A base character and what belongs to it; conjoining Hangul letters compose with each other, so they stay together.
_CLUSTER = re.compile(
    "[\u1100-\u11ff]+|(?s:.)[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]*"
)
# Marks that make another letter in Cyrillic: breve (й, ў), diaeresis (ё, ї).
_CYRILLIC_KEPT = {"\u0306", "\u0308"}
# Latin letters whose stroke or shape is not a combining mark, so that NFKD leaves them.
_STROKES = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ŋ": "n"}
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text with its offset map: ``text[i]`` came from ``original[starts[i]:ends[i]]``."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that produced ``text[start:end]``, in code points."""
        if not 0 <= start < end <= len(self.text):
            raise IndexError(f"span {start}:{end} lies outside a folded text of {len(self.text)} characters")
        return self.starts[start], self.ends[end - 1]


def _strip_marks(cluster: str) -> str:
    kept: list[str] = []
    cyrillic = False
    for char in unicodedata.normalize("NFKD", cluster):
        if unicodedata.combining(char):
            if cyrillic and char in _CYRILLIC_KEPT:
                kept.append(char)
        else:
            cyrillic = "\u0400" <= char <= "\u052f"
            kept.append(char)
    return unicodedata.normalize("NFKC", "".join(kept)).translate(_STROKES)


def _fold_once(cluster: str) -> str:
    out = unicodedata.normalize("NFKC", cluster)
    out = "".join(c for c in out if unicodedata.category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f")
    # NFKC of some spacing accents is a space and a mark; typography goes first for those.
    out = out.translate(_TYPOGRAPHY).casefold()
    out = _strip_marks(out).translate(_TYPOGRAPHY)
    return "".join(" " if c.isspace() else c for c in out)


@lru_cache(maxsize=65_536)
def _fold_cluster(cluster: str) -> str:
    if cluster[0] in _APOSTROPHES + _QUOTES + _DASHES:  # ´ and its kin decompose into a space and a mark
        return _TYPOGRAPHY[ord(cluster[0])]
    before, out = cluster, _fold_once(cluster)
    while out != before:  # a few letters need two rounds (case folding can give a compatibility form)
        before, out = out, "".join(_fold_once(c) for c in _CLUSTER.findall(out))
    return out


def fold_text(text: str) -> str:
    """The folded text alone, without the offset map.

    >>> fold_text("GRAYVORON’S"), fold_text("Ґрайворо́н"), fold_text("Йод")
    ("grayvoron's", 'ґрайворон', 'йод')
    """
    if text.isascii():
        plain = text.lower().replace("`", "'")
        return plain if plain.isprintable() else "".join(" " if c.isspace() else c for c in plain)
    return "".join(map(_fold_cluster, _CLUSTER.findall(text)))


def fold(text: str) -> Folded:
    """Fold a text and keep the offset map.

    Newspapers print one name with curly quotes, non-breaking spaces or a stray accent; a gazetteer cannot list
    them all. Folding is idempotent: folding a folded text changes nothing.

    >>> folded = fold("straße")
    >>> folded.text, folded.original_span(4, 6)
    ('strasse', (4, 5))
    """
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        out = _fold_cluster(match.group())
        parts.append(out)
        starts += [match.start()] * len(out)
        ends += [match.end()] * len(out)
    return Folded("".join(parts), tuple(starts), tuple(ends))
