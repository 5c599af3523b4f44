"""Words of a text with their original offsets, in any script that separates words.

A token is a word, a number, a handle (``@EuromaidanPress``), a hashtag, a domain name or dotted initials (``D.C.``).
Words are cut where a lower-case letter meets a capital (``farCHASIV``, ``EuromaidanPress``), and the English
possessive is left outside (``Putin's`` is the token ``Putin``). Web addresses and e-mail addresses hide their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

MARK = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
)
# Vowel signs and viramas of the scripts of India and South East Asia are marks, and \\w does not take them.
MARK += (
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09d7\u0a01-\u0a03\u0a3c-\u0a4d"
    "\u0a70-\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3e-\u0c56"
    "\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d57\u0d81-\u0d83\u0dca-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1"
    "\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f71-\u0f84\u102b-\u103e\u1056-\u1059\u135d-\u135f\u17b4-\u17d3"
)
CAPITAL = "A-ZÀ-ÖØ-ÞА-ЯЁІЇЄҐ"
_SMALL = "a-zß-öø-ÿа-яёіїєґ"
# An apostrophe between a small letter and a capital parts two words: d'Ukraine, dell'Italia. So does one behind the
# article or preposition of one letter that French and Italian elide: l'islam, d'intervention, L'Algérie (not L'viv).
APOSTROPHES = "'’ʼʻʹ`´′"
_ELIDED = f"(?:(?<=(?<![^\\W_])[dl].)|(?<=(?<![^\\W_])[DL].)(?=[{CAPITAL}]))"
# Some romanisations write ” for a hard sign inside a word (V”yacheslav).
# Scanned pages break words with ¬, and Fraktur prints hyphenate with = (Öster=reich, Got¬ tembourg).
_WORD = (
    f"[^\\W_](?:[{MARK}]|[^\\W_]|[{APOSTROPHES}](?=[^\\W_])(?!(?<=[{_SMALL}].)[{CAPITAL}])(?!{_ELIDED})"
    "|”(?=[^\\W\\d_])"
    "|(?<=[^\\W\\d_])(?:¬[ \n]?|[=⸗](?=[^\\W\\d_]{2}))(?=[a-zà-öø-ÿſ]))*"
)
_DOMAIN_END = (
    "com|org|net|info|media|news|press|army|tv|io|me|eu|gov|mil|edu|int|online|live|today|agency|site|blog|app|uk|us|ca|au|"
    "ua|ru|by|su|рф|укр|бел|de|fr|pl|cz|sk|bg|rs|it|es|nl|be|ch|at|se|no|fi|dk|ee|lv|lt|ge|am|az|kz|uz|kg|tr|il|ir|sy|in|cn|jp|kr"
)
# Every repeat that could fail late is bounded and begins at a boundary, so that rulers and minified lines cost no more
# than other text. 63 letters are the most a domain label may have (RFC 1035).
_ADDRESS = (
    r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]+"
    r"|(?<![\w@.-])[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/\S+"
)
_HANDLE = r"(?<!\w)@\w+"
_DOMAIN = (
    r"(?<![\w.@-])[a-zа-яіїєґ0-9][a-zа-яіїєґ0-9-]{1,62}(?:\.[a-zа-яіїєґ0-9-]{1,63}){0,8}"
    rf"\.(?:{_DOMAIN_END})(?![\w-])(?!\.\w)"
)
ADDRESS = re.compile(_ADDRESS)
_DOTTED = r"(?<![\w.])(?:[^\W\d_]\.){2,}(?![^\W\d_])"
SIGNED = re.compile(rf"{_HANDLE}|(?<!\w)#(?=[^\W\d_])\w+|{_DOMAIN}|{_DOTTED}")
"""Handles, hashtags, domains and dotted letters, with their signs."""
_TOKEN = re.compile(
    r"(?=[\w@#.+-])(?:"  # where nothing begins, nothing needs to be tried
    # Before a space, or punctuation and a space, a run of letters is a word and nothing else.
    r"(?P<plain>[^\W_]++(?=[.,;:!?)\]»]?(?:\s|\Z)))"
    rf"|(?P<url>{_ADDRESS})"
    rf"|(?P<handle>{_HANDLE})"
    r"|(?P<hashtag>(?<!\w)#(?=[^\W\d_]))"
    rf"|(?P<domain>{_DOMAIN})"
    rf"|(?P<dotted>{_DOTTED})"
    rf"|(?P<word>{_WORD}))"
)
_TRAILING = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+$")
_POSSESSIVE = re.compile(f"(?<=[A-Za-z\u00c0-\u024f0-9])[{APOSTROPHES}][sS]$")
_MARKS = re.compile(f"[{MARK}]")
# A capital that another letter follows; the last letter of MoD or GmbH begins no word.
_CAMEL = re.compile(rf"(?<=[^\W\d_{CAPITAL}])(?=[{CAPITAL}][^\W\d_])")
_HARD = re.compile(
    r"\t|\n[ \t\r]*\n|[\f\v\u2028\u2029]|[!?;:()\[\]{}|<>…•*=\u2190-\u2bff\U0001f000-\U0001faff]|[–—] | -+ "
)
_BULLET = re.compile(r" [·+~^]+ ")
_STOP = re.compile(r"\.")
_LONGEST_GAP = 40
"""Code points between two words from which they stand in no one name: columns, leaders, rulers."""


class Gap:
    """What stands between a token and the one before it: plain numbers, since arrays and rules compare very many."""

    NONE: Final = 0
    """Nothing: the tokens are glued (a word cut at a capital)."""
    JOIN: Final = 1
    """A space, a hyphen, quotes: inside a name."""
    COMMA: Final = 2
    """A comma or slash: inside a name only where the alias has one."""
    STOP: Final = 3
    """A full stop: inside a name only after an abbreviation or initial."""
    HARD: Final = 4
    """Sentence punctuation, brackets, a blank line, or the start of the text: never inside a name."""


class Token(NamedTuple):
    """A word of a text; ``start`` and ``end`` are code points of the original text."""

    text: str
    start: int
    end: int
    kind: str
    """word, handle, hashtag, domain or dotted."""
    gap: int
    """What stands before the token (see `Gap`)."""


def gap_of(between: str) -> int:
    """What stands between two words, as one of `Gap`."""
    if not between:
        return Gap.NONE
    if between == " ":
        return Gap.JOIN
    if len(between) >= _LONGEST_GAP:
        return Gap.HARD
    if _HARD.search(between):
        return Gap.HARD
    if "," in between or "/" in between or "，" in between or "،" in between or _BULLET.search(between):
        return Gap.COMMA
    if _STOP.search(between):
        return Gap.STOP
    return Gap.JOIN


def pieces(word: str) -> list[tuple[int, int]]:
    """Where a word is cut at its inner capitals, as (start, end); a single leading small letter (iPhone) stays."""
    bare = word if word.isascii() else _MARKS.sub("", word)  # a mark parts what `str.istitle` takes for words
    if bare.islower() or bare.isupper() or bare.istitle():
        return [(0, len(word))]
    cuts = [m.start() for m in _CAMEL.finditer(bare) if m.start() > 1]
    if cuts and len(bare) < len(word):
        letters = [n for n, sign in enumerate(word) if not _MARKS.match(sign)]
        cuts = [letters[n] for n in cuts]
    return list(pairwise([0, *cuts, len(word)]))


def tokenize(text: str, begin: int = 0, end: int | None = None) -> list[Token]:
    """All tokens of a text in order, or of ``text[begin:end]``, as it stands there and with its offsets.

    >>> [t.text for t in tokenize("so farCHASIV YAR, Russia’s Gora-Podol")]
    ['so', 'far', 'CHASIV', 'YAR', 'Russia', 'Gora', 'Podol']
    """
    tokens: list[Token] = []
    last_end = begin
    first = True
    pending_hashtag = False
    for match in _TOKEN.finditer(text, begin, len(text) if end is None else end):
        kind = match.lastgroup or "word"
        start, end = match.span()
        word = match[0]
        if kind == "plain" and (word.islower() or word.istitle()):
            # Most words of most texts: nothing to cut, nothing to drop.
            between = text[last_end:start]
            gap = Gap.HARD if first else Gap.JOIN if between == " " else gap_of(between)
            tokens.append(Token(word, start, end, "hashtag" if pending_hashtag else "word", gap))
            pending_hashtag = first = False
            last_end = end
            continue
        if kind == "plain":
            kind = "word"
        if kind == "url":
            first = True  # what hides behind an address never joins its neighbours
            last_end = end
            continue
        if kind == "hashtag":
            if not pending_hashtag and not first:
                tokens_gap = gap_of(text[last_end:start])
                if tokens_gap == Gap.HARD:
                    first = True
            pending_hashtag = True
            continue
        trailing = None if word.isascii() else _TRAILING.search(word)
        if trailing:  # closing direction marks belong to the text around a word
            word = word[: trailing.start()]
            end = start + len(word)
        if kind == "word" and word[-1] in "sS" and word[-2:-1] in APOSTROPHES:
            possessive = _POSSESSIVE.search(word)
            if possessive:
                word = word[: possessive.start()]
                end = start + len(word)
        if kind != "word" or word.islower():
            gap = Gap.HARD if first else gap_of(text[last_end:start])
            tokens.append(Token(word, start, end, "hashtag" if pending_hashtag else kind, gap))
            pending_hashtag = first = False
            last_end = end
            continue
        parts = pieces(word)
        for number, (a, b) in enumerate(parts):
            gap = Gap.NONE if number else Gap.HARD if first else gap_of(text[last_end:start])
            tokens.append(Token(word[a:b], start + a, start + b, "hashtag" if pending_hashtag else kind, gap))
        pending_hashtag = False
        first = False
        last_end = end
    return tokens


_SCRIPTS = (
    ("Latn", "A-Za-zªº\u00c0-\u024f\u1e00-\u1eff\uff21-\uff5a"),
    ("Cyrl", "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f"),
    ("Grek", "\u0370-\u03ff\u1f00-\u1fff"),
    ("Armn", "\u0530-\u058f"),
    ("Hebr", "\u0590-\u05ff\ufb1d-\ufb4f"),
    ("Arab", "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"),
    ("Geor", "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f"),
    ("Hang", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"),
    ("Jpan", "\u3040-\u30ff\u31f0-\u31ff"),
    ("Hani", "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"),
)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3040-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)


def _ranges(listed: str) -> Iterator[tuple[str, str]]:
    """First and last letter of each range of a character class; a pattern with all of Han takes long to make."""
    at = 0
    while at < len(listed):
        last = at + 2 if listed[at + 1 : at + 2] == "-" else at
        yield listed[at], listed[last]
        at = last + 1


_UNSPACED_RANGES = tuple(_ranges(_UNSPACED))
_FIRST_UNSPACED = min(first for first, _ in _UNSPACED_RANGES)
_SCRIPT_RANGES = tuple((first, last, name) for name, listed in _SCRIPTS for first, last in _ranges(listed))
_SCRIPT_ORDER = {name: -order for order, (name, _) in enumerate(_SCRIPTS)}


def is_unspaced(letter: str) -> bool:
    """Whether a letter is of Thai, Lao, Burmese, Khmer, Hangul, kana or Han: where a word ends, spaces do not tell."""
    return letter >= _FIRST_UNSPACED and any(first <= letter <= last for first, last in _UNSPACED_RANGES)


class _ScriptOf(dict[str, str]):
    """The script of each letter, found out when it is first asked for; "" for what has none we know."""

    def __missing__(self, letter: str) -> str:
        found = next((name for first, last, name in _SCRIPT_RANGES if first <= letter <= last), "")
        self[letter] = found
        return found


_SCRIPT_OF = _ScriptOf()


@lru_cache(maxsize=16_384)
def script_of(text: str) -> str:
    """ISO 15924 code of the script most letters of ``text`` belong to; "Zyyy" where it has no letters we know.

    >>> script_of("Грайворон"), script_of("Grayvoron"), script_of("82")
    ('Cyrl', 'Latn', 'Zyyy')
    """
    if text.isascii():
        return "Latn" if any(c.isalpha() for c in text) else "Zyyy"
    counts: dict[str, int] = {}
    for letter in text:
        if name := _SCRIPT_OF[letter]:
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: (counts[name], _SCRIPT_ORDER[name]), default="Zyyy")
