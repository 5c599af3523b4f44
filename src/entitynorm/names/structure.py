"""Name structure: the slots of a name, recognised before any strings are compared.

"Belgorod Oblast Governor Vyacheslav Gladkov" is a place with its type word, a role and a person; comparing it
letter by letter with "Vyacheslav Gladkov" sees mostly noise. `parse` cuts a name, or a whole text, into *units*,
each with the roles its words can play: type word, title, function word, country, concept, given name, initial,
number, or core (a word that no table knows, which is what names are made of).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

from entitynorm.names.inflection import LATIN, languages, lemmas
from entitynorm.names.lexicon import Sense, lexicon
from entitynorm.names.words import Word, word
from entitynorm.table_cache import kept_words, packaged_table
from entitynorm.text.folding import fold_text
from entitynorm.text.sounds import initial_pairs, readings
from entitynorm.text.tokens import Gap, Token, pieces, script_of, tokenize

_DIGIT = re.compile(r"\d")
_JOIN, _STOP = Gap.JOIN, Gap.STOP  # members of an enumeration take long to look up
_HANDLE_PART = re.compile(r"[^\W_]+")
_HANDLE_TAILS = frozenset(
    {"en", "eng", "ua", "ukr", "ru", "rus", "uk", "us", "eu", "de", "fr", "pl", "official", "live", "tv", "hq", "int"}
)
_SECOND_LEVEL = frozenset({"com", "co", "org", "net", "gov", "gob", "gouv", "edu", "mil", "ac", "info", "in"})
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|e)$|(?<=\d)(?:[аяйоеіїхєи]|[гтмншк][аоуияйеіїі]{1,2}|го|му|ых|ої|ій)$")
_ORDINAL_TAIL = re.compile(r"(?:[аяйоеіїхєи]|[гтмнш][аоуияйеіїіь]{1,2}|ых|ої|ій|st|nd|rd|th)$")
_PATRONYMIC = re.compile(
    r"(?:ич|[оеё]вич(?:[ауеі]|[её]м)|[аеёо]віч(?:[ауеы]|ам)?|[оеё]вн(?:[аыуе]|ой|ою)|[іїо]вн(?:[аиуі]|ою)"
    r"|ovich|evich|ovych|yevich|yovych|ovna|evna|ivna)$"
)


@dataclass(slots=True, eq=False)
class Unit:
    """A word, or a phrase that the lexicon knows as one, with its roles.

    Never changed once made; only not frozen, since a text makes tens of thousands and freezing triples their cost.
    """

    words: tuple[Word, ...]
    start: int
    end: int
    gap: Gap
    kind: str
    """Token kind: word, handle, hashtag, domain or dotted."""
    senses: tuple[Sense, ...]
    role: str
    """The first role of: number, initial, function, type, title, country, concept, given, core."""
    concepts: frozenset[str]
    countries: frozenset[str]
    types: frozenset[str]
    """Ids of type words."""
    given: frozenset[str]
    phrase: str
    """The folded text."""

    @property
    def is_adjective(self) -> bool:
        """Names a country only as an adjective or its people (Russian, Ukrainians)."""
        return bool(self.countries) and all(
            s.form in ("adjective", "people") for s in self.senses if s.slot == "country"
        )

    @property
    def capitalised(self) -> bool:
        """Written as names are: any capital, or a script without capitals."""
        return any(w.shape in ("title", "upper", "mixed", "caseless", "number") for w in self.words)

    @property
    def is_patronymic(self) -> bool:
        return self.role in ("core", "given") and is_patronymic(self.phrase)


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A parsed name: its units in order."""

    text: str
    units: tuple[Unit, ...]

    @property
    def exact(self) -> str:
        """The folded words with single spaces: equal for spellings that differ in case, marks and punctuation only.

        A name without words (a web address, an emoji) is itself.
        """
        return " ".join(u.phrase for u in written(self.units)) if self.units else fold_text(self.text).strip()

    @property
    def squeezed(self) -> str:
        """The folded words without function words and spaces: equal for joined and separate writing."""
        return squeezed(self.units)


def name_in(text: str, units: Sequence[Unit], first: int, last: int) -> Name:
    """The name that units ``first`` to ``last`` of a text make up."""
    window = units[first : last + 1]
    return Name(text[window[0].start : window[-1].end], tuple(window))


def squeezed(units: Sequence[Unit]) -> str:
    """The folded words of units without function words and spaces."""
    return "".join(u.phrase.replace(" ", "") for u in written(units) if u.role != "function")


def written(units: Sequence[Unit]) -> Iterator[Unit]:
    """Each written word or phrase once: a compound (Минобороны) stands as one unit for each idea in it."""
    return (
        unit
        for n, unit in enumerate(units)
        if not n or (unit.start, unit.phrase) != (units[n - 1].start, units[n - 1].phrase)
    )


def is_patronymic(fold: str) -> bool:
    """Whether a folded word ends like a patronymic, in any case (Васильевич, Васильевича, Petrovna)."""
    return bool(_PATRONYMIC.search(fold))


_ROLES = ("function", "type", "title", "country", "concept", "given")


@cache
def _agreement() -> dict[str, list[str]]:
    endings: dict[str, list[str]] = packaged_table("inflection/agreement.yaml", "agreement-1")["endings"]
    return endings


@lru_cache(maxsize=16_384)
def _options(fold: str) -> tuple[str, ...]:
    """The folded word and its possible dictionary forms, adjectives in the masculine as tables list them."""
    if len(fold) > 3 and "\u0400" <= fold[0] <= "\u052f":
        options = dict.fromkeys((fold, *(lemma.text for lemma in lemmas(fold))))
        for option in list(options):
            for ending in _agreement().get(option[-2:], ()):
                options[option[:-2] + ending] = None
        return tuple(options)
    return (fold,)


@lru_cache(maxsize=16_384)
def _senses(fold: str) -> tuple[Sense, ...]:
    found: dict[tuple[str, str, str], Sense] = {}
    listed = False
    for option in _options(fold):
        for sense in lexicon().lookup((option,)):
            # A word listed as it stands needs no dictionary form, but Валерия is Valeria and the genitive of Valery.
            if not listed or sense.slot == "given":
                found.setdefault((sense.slot, sense.id, sense.form), sense)
        listed = listed or bool(found)
    if not found and len(fold) >= _LEAST_DECLINED and fold[:_STEM] in _declined_stems() and script_of(fold) == "Latn":
        # Komisije, parlamentu: a form of a word that a table lists in a language that declines so.
        for lemma in lemmas(fold):
            for sense in lexicon().lookup((lemma.text,)):
                # Adjectives are written small in these languages; with a capital Lotyšska is the country's own name.
                if sense.lang in LATIN and sense.form not in ("adjective", "people"):
                    found.setdefault((sense.slot, sense.id, sense.form), sense)
    return tuple(found.values())


@cache
def _declined_stems() -> frozenset[str]:
    """How words begin that tables list in a language which declines names in Latin letters: endings change last."""
    return frozenset(kept_words("declined_stems", _find_declined_stems))


def _find_declined_stems() -> list[str]:
    listed = lexicon().senses.items()
    return sorted({word[:_STEM] for word, senses in listed if any(sense.lang in LATIN for sense in senses)})


_STEM = 3
_LEAST_DECLINED = 5
"""Letters of a word in Latin script from which it is read as a case form of a word that the tables list."""


@lru_cache(maxsize=16_384)
def senses_of(text: str) -> tuple[Sense, ...]:
    """What one written word can be by the lexicon, whatever stands beside it.

    >>> [(s.slot, s.id) for s in senses_of("Governor")]
    [('title', 'governor')]
    """
    if text.isascii() and text.isalpha():
        senses = _senses(text.lower())
        return senses if text.isupper() and len(text) > 1 else tuple(s for s in senses if not s.caps)
    return tuple(sense for unit in parse(text).units for sense in unit.senses)


@lru_cache(maxsize=16_384)
def slots_of(text: str) -> frozenset[str]:
    """The slots of `senses_of`: whether a written word can be a type word, a title, a country and so on."""
    return frozenset(sense.slot for sense in senses_of(text))


@lru_cache(maxsize=16_384)
def _is_given(phrase: tuple[str, ...]) -> bool:
    """Whether a phrase is a double given name only: those stay apart, for they are written with or without a hyphen."""
    senses = lexicon().lookup(phrase)
    return bool(senses) and all(s.slot == "given" for s in senses)


@lru_cache(maxsize=16_384)
def _phrases(first: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The phrases of the lexicon that begin with a word, by their second word; double given names are left out."""
    out: dict[str, list[tuple[str, ...]]] = {}
    for phrase in lexicon().starts(first):
        if not _is_given(phrase):
            out.setdefault(phrase[1], []).append(phrase)
    return {second: tuple(phrases) for second, phrases in out.items()}


def _phrase(folds: Sequence[str]) -> tuple[int, tuple[Sense, ...]]:
    """The longest lexicon phrase of two or more words at the head of ``folds``: its length and senses."""
    best: tuple[int, tuple[Sense, ...]] = (0, ())
    for first in _options(folds[0]):
        known = _phrases(first)
        for second in _options(folds[1]) if known else ():
            for phrase in known.get(second, ()):
                n = len(phrase)
                if best[0] < n <= len(folds) and all(phrase[i] in _options(folds[i]) for i in range(2, n)):
                    best = (n, lexicon().lookup(phrase))
    return best


def _descriptive(type_id: str) -> bool:
    entry = lexicon().type_word(type_id)
    return "PLACE" in entry.applies or bool({"media", "group", "legal"} & set(entry.senses))


def _role(senses: tuple[Sense, ...], words: tuple[Word, ...], kind: str, gap_after: Gap | None) -> str:
    if kind == "initial":
        return "initial"
    if len(words) == 1:
        only = words[0]
        if only.shape == "number":
            return "number"
        if gap_after == Gap.STOP and only.shape == "title" and len(only.fold) == 1:
            return "initial"
        if gap_after == Gap.STOP and only.shape == "title" and only.fold in initial_pairs():
            return "initial"
        if len(only.fold) == 1 and only.shape == "title" and not senses:
            return "initial"
    return role_of(senses)


def role_of(senses: Sequence[Sense]) -> str:
    """The role of a word or phrase of these senses, "core" for one that no table knows."""
    slots = {s.slot for s in senses}
    if "concept" in slots and "type" in slots and not any(_descriptive(s.id) for s in senses if s.slot == "type"):
        slots.discard("type")  # forces, bank, party: part of what the thing is, not of how it is introduced
    return next((role for role in _ROLES if role in slots), "core")


_NO_IDS: frozenset[str] = frozenset()


class _Said(NamedTuple):
    """What words are, wherever they stand."""

    role: str
    concepts: frozenset[str]
    countries: frozenset[str]
    types: frozenset[str]
    given: frozenset[str]
    phrase: str


@lru_cache(maxsize=8_192)
def _said(words: tuple[Word, ...], senses: tuple[Sense, ...], kind: str, stop_after: bool) -> _Said:
    def ids(slot: str) -> frozenset[str]:
        found = [s.id for s in senses if s.slot == slot]
        return frozenset(found) if found else _NO_IDS  # one for all: most words have none, and there are many words

    role = _role(senses, words, kind, Gap.STOP if stop_after else None)
    phrase = " ".join(w.fold for w in words)
    return _Said(role, ids("concept"), ids("country"), ids("type"), ids("given"), phrase)


def _unit(token: Token, end: int, words: tuple[Word, ...], senses: tuple[Sense, ...], gap_after: Gap | None) -> Unit:
    said = _said(words, senses, token.kind, gap_after == Gap.STOP)
    return Unit(words, token.start, end, token.gap, token.kind, senses, *said)


def _split_token(token: Token) -> list[Token]:
    """A handle or domain as the words it is made of, each at the offsets of the whole."""
    if token.kind == "handle":
        found = _HANDLE_PART.findall(token.text.replace("_", " "))
        parts = [part[a:b] for part in found for a, b in pieces(part)]
        while len(parts) > 1 and parts[-1].lower() in _HANDLE_TAILS:
            parts.pop()
    elif token.kind == "dotted" and "\u0400" <= token.text[0] <= "\u052f":
        # В.В. Путин: initials in Cyrillic; acronyms are not dotted there.
        letters = range(0, len(token.text), 2)
        gaps = [token.gap] + [Gap.STOP] * len(letters)
        places = zip(letters, gaps, strict=False)
        return [Token(token.text[k], token.start + k, token.start + k + 1, "initial", gap) for k, gap in places]
    elif token.kind == "domain":
        labels = token.text.split(".")
        while len(labels) > 2 and labels[-2] in _SECOND_LEVEL:
            labels.pop()  # mod.gov.ua: the name stands before the public suffix
        parts = [labels[-2]]
    else:
        return [token]
    gaps = [token.gap] + [Gap.NONE] * len(parts)
    return [Token(part, token.start, token.end, token.kind, gap) for part, gap in zip(parts, gaps, strict=False)]


def _ordinals(tokens: Iterable[Token]) -> Iterator[Token]:
    """Tokens with the endings of ordinals gone: 3rd, 3-тя and 3-я are the number 3."""
    before: Token | None = None
    for token in tokens:
        joined = (
            before is not None and before.text.isdigit() and token.start == before.end + 1 and token.gap == Gap.JOIN
        )
        if joined and _ORDINAL_TAIL.fullmatch(token.text):
            before = None
            continue
        before = token
        yield token._replace(text=_ORDINAL.sub("", token.text)) if token.text[0].isdigit() else token


def _style(tokens: Sequence[Token], i: int) -> str:
    """The word and its neighbours in the same name, lower case: evidence for habits of spelling."""
    near = tokens[i].text
    if not near.isascii() or near.islower():
        return ""
    if not near[0].isupper():
        near = ""
    if i and tokens[i].gap <= _JOIN and (before := tokens[i - 1].text)[0].isupper():
        near = f"{before} {near}" if near else before
    if i + 1 < len(tokens) and tokens[i + 1].gap <= _JOIN and (after := tokens[i + 1].text)[0].isupper():
        near = f"{near} {after}" if near else after
    near = near.lower()
    return near if "w" in near or "j" in near or "sch" in near else ""


@cache
def _regions() -> dict[str, Any]:
    return packaged_table("inflection/regions.yaml", "regions-1")


def region_adjective(fold: str) -> str | None:
    """The adjective inside a noun for a province (Херсонщина: херсонська); None for other words."""
    table = _regions()
    for option in _options(fold):
        for rule in table["rules"]:
            stem = option.removesuffix(rule["ending"])
            if stem != option and len(stem) >= table["least_stem"]:
                return str(stem + rule["ru" if "uk" not in languages(option) else "uk"])
    return None


_region_adjective = lru_cache(maxsize=16_384)(region_adjective)


@lru_cache(maxsize=16_384)
def _compound_key(phrase: str) -> str | None:
    return next((o for o in _options(phrase) if lexicon().compound(o)), None)


@lru_cache(maxsize=16_384)
def _starts_phrases(fold: str) -> bool:
    """Whether some phrase of the lexicon begins with a word."""
    return any(lexicon().starts(option) for option in _options(fold))


def _expand(unit: Unit) -> Iterator[Unit]:
    """A compound (Минобороны, Херсонщина) as one unit for each idea in it, all at the same offsets."""
    if unit.role == "core" and len(unit.words) == 1 and unit.words[0].script == "Cyrl" and unit.capitalised:
        adjective = _region_adjective(unit.phrase)
        if adjective is not None:
            yield replace(unit, words=(word(adjective.capitalize()),))
            region = Sense("type", _regions()["type"], "compound", "")
            yield replace(unit, gap=Gap.NONE, senses=(region,), role="type", types=frozenset({region.id}))
            return
    key = _compound_key(unit.phrase) if unit.phrase else None
    shouted = unit.role == "function" and unit.words[0].shape != "upper"
    if key is None or unit.types or shouted:
        yield unit
        return
    country = lexicon().compound_country(key)
    parts = [("concept", part) for part in lexicon().compound(key) or ()] + ([("country", country)] if country else [])
    none: frozenset[str] = frozenset()
    for n, (slot, part) in enumerate(parts):
        one = frozenset({part})
        yield replace(
            unit,
            gap=Gap.NONE if n else unit.gap,
            senses=(Sense(slot, part, "compound", ""),),
            role=slot,
            concepts=one if slot == "concept" else none,
            countries=one if slot == "country" else none,
            types=none,
            given=none,
        )


def _holds_acronym(words: Sequence[Word]) -> bool:
    upper = [w.shape == "upper" for w in words]
    return any(upper) and not all(upper)


def _small_inside(words: Sequence[Word]) -> bool:
    return all(w.shape == "lower" for w in words)


_LONGEST_INITIAL = 2
"""Letters of a word that a full stop makes an initial (Yu.)."""


class _Plain(NamedTuple):
    """A word that holds no more than one idea, without a full stop after it and with one."""

    words: tuple[Word, ...]
    senses: tuple[Sense, ...]
    said: _Said
    said_before_stop: _Said


class _Read(NamedTuple):
    """A word as it stands in a text."""

    word: Word
    plain: _Plain | None
    begins: bool
    """Whether some phrase of the lexicon begins with it."""


@lru_cache(maxsize=16_384)
def _read_word(text: str, style: str) -> _Read:
    only = word(text, style)
    begins = _starts_phrases(only.fold)
    senses = _senses(only.fold)
    if only.shape in ("lower", "title"):
        senses = tuple(s for s in senses if not s.caps)
    words = (only,)
    unknown = not senses and len(only.fold) > _LONGEST_INITIAL and only.script != "Cyrl" and only.shape != "number"
    if unknown and _compound_key(only.fold) is None:  # what names are made of: no table knows it
        said = _Said("core", _NO_IDS, _NO_IDS, _NO_IDS, _NO_IDS, only.fold)
        return _Read(only, _Plain(words, senses, said, said), begins)
    said = _said(words, senses, "word", False)
    unit = Unit(words, 0, 0, Gap.NONE, "word", senses, *said)
    if list(_expand(unit)) != [unit]:
        return _Read(only, None, begins)
    return _Read(only, _Plain(words, senses, said, _said(words, senses, "word", True)), begins)


@lru_cache(maxsize=16_384)
def _goes_on(first: str, second: str) -> bool:
    """Whether some phrase of the lexicon begins with two words."""
    seconds = _options(second)
    return any(not _phrases(option).keys().isdisjoint(seconds) for option in _options(first))


def parse_units(text: str, *, running: bool = False, begin: int = 0, end: int | None = None) -> tuple[Unit, ...]:
    """All units of a text, or of ``text[begin:end]``, in order, whatever stands between them (see `Unit.gap`).

    In running text a phrase keeps to one way of writing: "Telegram channel" is a name and a common noun there,
    while in a single name it is the type word of a channel.
    """
    found: Iterable[Token] = tokenize(text, begin, end)
    if _DIGIT.search(text, begin, len(text) if end is None else end):
        found = _ordinals(found)
    tokens = [part for token in found for part in ((token,) if token.kind == "word" else _split_token(token))]
    read = [_read_word(t.text, "" if t.text.islower() else _style(tokens, i)) for i, t in enumerate(tokens)]
    count = len(tokens)
    units: list[Unit] = []
    i = 0
    while i < count:
        token = tokens[i]
        only, plain, begins = read[i]
        after = tokens[i + 1] if i + 1 < count else None
        begins = (
            begins
            and after is not None
            and after.gap <= _JOIN
            and after.kind == "word"
            and _goes_on(only.fold, read[i + 1].word.fold)
        )
        if plain is not None and not begins and token.kind == "word":
            i += 1
            said = plain.said_before_stop if after is not None and after.gap == _STOP else plain.said
            units.append(Unit(plain.words, token.start, token.end, token.gap, "word", plain.senses, *said))
            continue
        group = _group(tokens, read, i, running) if begins else ((only,), _senses(only.fold))
        words, senses = group
        if any(w.shape in ("lower", "title") for w in words):
            senses = tuple(s for s in senses if not s.caps)  # US and us, ООО and ооо
        last = i + len(words)
        gap_after = tokens[last].gap if last < count else None
        units += _expand(_unit(token, tokens[last - 1].end, words, senses, gap_after))
        i = last
    return tuple(units)


def _group(
    tokens: Sequence[Token], read: Sequence[_Read], i: int, running: bool
) -> tuple[tuple[Word, ...], tuple[Sense, ...]]:
    """The words of the longest phrase of the lexicon at a place, or the one word that stands there, and the senses."""
    reach = i + 1
    while reach < len(tokens) and reach - i < 6 and tokens[reach].gap <= _JOIN and tokens[reach].kind == "word":
        reach += 1
    words = tuple(one.word for one in read[i:reach])
    length, senses = _phrase([w.fold for w in words])
    if length > 1 and running and _holds_acronym(words[:length]):
        length = 0  # "head of the FSB" is a role, but FSB is a mention
    # "Telegram channel" mixes a name and a common noun; in Cyrillic a full name has only its first capital.
    if words[0].script == "Latn" and running and words[0].shape != "lower" and _small_inside(words[1:length]):
        length = 0
    return (words[:1], _senses(words[0].fold)) if length < 2 else (words[:length], senses)


_LONGEST_CACHED = 200
_LONGEST_READ = 2_000
"""Code points of one name that are taken apart: no name is longer, and a pasted page must not cost seconds."""


@lru_cache(maxsize=16_384)
def _parse(name: str) -> Name:
    return Name(name, parse_units(name))


def parse(name: str) -> Name:
    """Parse one name; short ones are remembered.

    >>> [(u.phrase, u.role) for u in parse("Governor Vyacheslav Gladkov").units]
    [('governor', 'title'), ('vyacheslav', 'given'), ('gladkov', 'core')]
    """
    return _parse(name) if len(name) <= _LONGEST_CACHED else Name(name, parse_units(name[:_LONGEST_READ]))


def first_sounds(unit: Unit) -> frozenset[str]:
    """What an initial of this word may be, as phones and as the written letter."""
    out = {unit.phrase[:1], unit.phrase[:2]}
    for w in unit.words[:1]:
        out |= {r.phones[0] for r in readings(w.text) if r.phones}
    return frozenset(out)
