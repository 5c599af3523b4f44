"""Building the arrays of a `NameIndex`: everything per distinct term, so that cost follows the vocabulary.

Entities are read once, one by one; what is kept of each are its aliases' terms as numbers. Readings, keys and masks are
then made for blocks of terms at a time, and every big array is sorted in place, so that a million names stay below a
gigabyte. The same entities in the same order give the same bytes.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entitynorm.errors import GazetteerError, Problem
from entitynorm.model import Alias, Entity, Fuzzy
from entitynorm.names.background import rarity_in
from entitynorm.names.lexicon import lexicon
from entitynorm.names.qualified import unqualified, without_country
from entitynorm.names.types import entity_class
from entitynorm.retrieval import phones
from entitynorm.retrieval.distinct import distinct
from entitynorm.retrieval.roles import carries_name, lexical_ids, role_number, role_of_term, weight_of_role
from entitynorm.tagging import trie
from entitynorm.text.sounds import latin_initials, wide_readings
from entitynorm.text.terms import MAYBE_CUT, all_terms_of, fold_term, terms_of

Arrays = dict[str, NDArray[Any]]
Progress = Callable[[str, int, int], None]

_BLOCK = 20_000
COST_SCALE = 500
"""Costs of readings are kept in steps of 0.002."""
_TELL = 10_000
_SHORT_ALIAS = 5
SLIPPING = 3
"""Readings of a term in which slips are looked for."""
JOINED_BELOW = 200_000
"""Aliases below which names of two and three words are also indexed as one word (San Francisco, Sanfrancisco)."""
_LONGEST_JOINED = 20
POLICIES: tuple[Fuzzy, ...] = ("edit", "key", "off", "edit")
"""How freely an alias may be met: with slips, by sound only, or letter by letter; the last is `STATED`."""
STATED = 3
"""The policy "edit" where the gazetteer says so itself: among many names, single words of texts may slip as well."""
WEAK, CANONICAL, SHORTENED = 1, 2, 16
FEW = 1_000
"""Aliases below which a gazetteer's own word frequencies are chance, and what it lacks is likelier."""
BLOCKS = 1
"""Flag of an entity that must never take some surface forms."""


def acronyms_of(terms: Sequence[str]) -> list[str]:
    """The acronyms that a name of these terms may go by, in Latin capitals or its own letters, folded to lower case."""
    if not 2 <= len(terms) <= 10:
        return []
    content = [t for t in terms if role_of_term(fold_term(t)) != "function"]
    out: dict[str, None] = {}
    for words in (content, list(terms)):
        if len(words) < 2 or not all(w[0].isalpha() for w in words):
            continue
        letters = [fold_term(w)[:1] for w in words]
        out["".join(letters)] = None
        if any("\u0400" <= c <= "\u052f" for c in letters):
            spelled = [[f.lower() for f in latin_initials(c)] if not c.isascii() else [c] for c in letters]
            out["".join(s[0] for s in spelled)] = None
            for k, forms in enumerate(spelled):
                for form in forms[1:]:
                    out["".join(form if n == k else s[0] for n, s in enumerate(spelled))] = None
    number = next((n for n, w in enumerate(content) if w.isdecimal()), 0)
    if 0 < number < len(content) - 1 and all(w[0].isalpha() for w in content[:number]):
        out["".join(fold_term(w)[:1] for w in content[:number]) + content[number]] = None  # M23: March 23 Movement
    return [a for a in out if 2 <= len(a) <= 8]


@dataclass
class _Growing:
    """What is gathered while entities stream by."""

    alias_text: list[str] = field(default_factory=list)
    alias_entity: array[int] = field(default_factory=lambda: array("i"))
    alias_flags: bytearray = field(default_factory=bytearray)
    alias_count: array[int] = field(default_factory=lambda: array("i"))
    alias_terms: array[int] = field(default_factory=lambda: array("i"))
    vocabulary: dict[str, int] = field(default_factory=dict)
    folds: list[str] = field(default_factory=list)
    entity_id: list[str] = field(default_factory=list)
    entity_type: array[int] = field(default_factory=lambda: array("H"))
    entity_weight: array[float] = field(default_factory=lambda: array("f"))
    entity_flags: bytearray = field(default_factory=bytearray)
    types: dict[str, int] = field(default_factory=dict)
    acronym: list[str] = field(default_factory=list)
    acronym_alias: array[int] = field(default_factory=lambda: array("i"))
    redirects: list[str] = field(default_factory=list)
    redirect_entity: array[int] = field(default_factory=lambda: array("i"))


def name_key(name: str) -> str:
    """What two spellings share that differ in case, marks, punctuation and spacing only.

    A name without letters or digits (an emoji, a web address of signs) is its own key.
    """
    terms = all_terms_of(name)
    return " ".join(terms if name.isascii() else map(fold_term, terms)) or name.strip()


def aliases_of(entity: Entity) -> Iterator[tuple[Alias, bool]]:
    """The canonical name and the aliases of an entity, each spelling once, and those of them without their qualifiers.

    Each with whether it lost a qualifier (see `entitynorm.names.qualified`).

    What an alias that equals the name says of its strength and of how freely it is met holds for the name.
    """
    if not entity.aliases:
        yield Alias(entity.name), False
        yield from ((Alias(text), True) for text in unqualified(entity.name, entity.type))
        return
    own = name_key(entity.name)
    same = [a for a in entity.aliases if name_key(a.text) == own]
    seen: set[tuple[str, str]] = set()
    weak = any(a.strength == "weak" for a in same)
    fuzzy = next((a.fuzzy for a in same if a.fuzzy is not None), None)
    canonical = Alias(entity.name, strength="weak" if weak else "strong", fuzzy=fuzzy)
    listed = [(alias, False) for alias in (canonical, *entity.aliases)]
    short = ((replace(a, text=text), True) for a, _ in listed for text in unqualified(a.text, entity.type))
    for alias, shortened in chain(listed, short):
        key = (name_key(alias.text) if alias.text.isascii() else alias.text, alias.strength)
        if key not in seen:
            seen.add(key)
            yield alias, shortened


class IndexBuilder:
    """Takes entities one by one, then makes the arrays; what it keeps of each is a few numbers and its strings."""

    def __init__(self, *, fuzzy: Fuzzy | None = None, progress: Progress | None = None) -> None:
        """``fuzzy``: how freely aliases may be met that say nothing themselves (see `entitynorm.model.Alias`); None is
        "edit", but for single words of running text where names are many.

        ``progress`` is called with (stage, done, total); total is 0 while it is not known.
        """
        self._grown = _Growing()
        self._fuzzy = fuzzy
        self._progress = progress

    def add(self, entity: Entity) -> None:
        """Take one more entity; its number is the count of those before it."""
        out = self._grown
        vocabulary = out.vocabulary
        number = len(out.entity_id)
        if self._progress is not None and number % _TELL == 0:
            self._progress("reading", number, 0)
        out.entity_id.append(entity.id)
        out.entity_type.append(out.types.setdefault(entity.type, len(out.types)))
        out.entity_weight.append(math.nan if entity.weight is None else entity.weight)
        out.entity_flags.append(bool(entity.blocked) * BLOCKS)
        for old in entity.was:
            out.redirects.append(old)
            out.redirect_entity.append(number)
        acronyms = entity_class(entity.type) != "PERSON"
        for k, (alias, shortened) in enumerate(aliases_of(entity)):
            terms = terms_of(alias.text)
            if acronyms and alias.strength == "strong" and len(terms) > 1:
                for acronym in acronyms_of(terms_of(without_country(alias.text))):
                    out.acronym.append(acronym)
                    out.acronym_alias.append(len(out.alias_text))
            flags = (alias.strength == "weak") * WEAK + (k == 0) * CANONICAL + (self._policy(alias, terms) << 2)
            flags += shortened * SHORTENED
            out.alias_text.append(alias.text)
            out.alias_entity.append(number)
            out.alias_flags.append(flags)
            out.alias_count.append(len(terms))
            for term in terms:
                known = vocabulary.get(term)
                if known is None:
                    known = vocabulary[term] = len(vocabulary)
                out.alias_terms.append(known)

    def _policy(self, alias: Alias, terms: Sequence[str]) -> int:
        wanted = alias.fuzzy or self._fuzzy
        if alias.fuzzy is None and wanted == "key" and len(terms) == 1 and len(terms[0]) < _SHORT_ALIAS:
            wanted = "off"
        return 0 if wanted is None else STATED if wanted == "edit" else POLICIES.index(wanted)

    def finish(self) -> tuple[Arrays, dict[str, Any]]:
        """All arrays, and what a header says of them; the builder is empty afterwards.

        Raises GazetteerError for an id that two entities have.
        """
        grown, self._grown = self._grown, _Growing()
        return _arrays(grown, self._progress)


def _repeated_ids(arrays: Arrays, ids: Sequence[str]) -> None:
    hashes, owners = arrays["id_hash"], arrays["id_owner"]
    twice = np.flatnonzero(hashes[1:] == hashes[:-1])
    for n in twice.tolist():
        first, second = int(owners[n]), int(owners[n + 1])
        if ids[first] == ids[second]:
            remedy = "the id stands twice; give one of the two another id, or merge them"
            raise GazetteerError([Problem(f"entities[{second}]", ids[second], remedy)])


def _blob(texts: Iterable[str], name: str, arrays: Arrays) -> None:
    """Strings as one run of UTF-8 bytes and the offsets of their ends."""
    encoded = [t.encode("utf-8", "surrogatepass") for t in texts]
    offsets = np.zeros(len(encoded) + 1, np.uint32 if sum(map(len, encoded)) < 1 << 32 else np.uint64)
    np.cumsum([len(e) for e in encoded], out=offsets[1:])
    arrays[f"{name}_bytes"] = np.frombuffer(b"".join(encoded), np.uint8)
    arrays[f"{name}_ends"] = offsets


def _hashed(texts: Sequence[str], owners: NDArray[Any], name: str, arrays: Arrays) -> None:
    """A sorted array of text hashes and, in the same order, whom each leads to."""
    hashes = np.concatenate(
        [phones.text_hashes(texts[k : k + _BLOCK]) for k in range(0, len(texts), _BLOCK)] or [np.zeros(0, np.uint64)]
    )
    order = np.lexsort((owners, hashes))
    arrays[f"{name}_hash"] = hashes[order]
    arrays[f"{name}_owner"] = owners[order].astype(np.uint32)


def _rows(terms: Sequence[str], folds: Sequence[str], first: int) -> tuple[dict[str, NDArray[Any]], list[NDArray[Any]]]:
    """Readings of a block of terms as rows, and their packed keys (key << 32 | row), rows counted from ``first``."""
    found = wide_readings(terms)
    texts: list[str] = []
    costs = bytearray()
    owner = array("i")
    for n, readings in enumerate(found):
        if not readings:  # digits and signs: a row without sound, for slips and lexicon keys to point at
            texts.append("")
            costs.append(0)
            owner.append(n)
        for reading in readings:
            texts.append(reading.phones)
            costs.append(min(255, round(reading.cost * COST_SCALE)))
            owner.append(n)
    codes, lengths = phones.encode(texts)
    owners = np.frombuffer(owner, np.int32).astype(np.int64)
    bits, pairs = phones.masks(codes, lengths)
    heard = np.flatnonzero(lengths >= 2)
    first_row = np.searchsorted(owners, np.arange(len(terms)))
    # Slips are looked for in the likelier readings only; the others are met when they sound the same.
    likely = np.arange(len(texts)) - first_row[owners] < SLIPPING
    packed = []
    depths: tuple[tuple[NDArray[Any], phones.Depth], ...] = (
        (heard[likely[heard]], "wide"),
        (heard[~likely[heard]], "equal"),
    )
    for rows_of, depth in depths:
        keys, which = phones.keys(codes[rows_of], depth)
        packed.append(_packed(keys, rows_of[which] + first))
    first_row = first_row + first
    keys, which = phones.typo_keys(folds)
    packed.append(_packed(keys, first_row[which]))
    ids = [(n, i) for n, fold in enumerate(folds) for i in lexical_ids(fold)]
    if ids:
        keys = phones.finish(phones.text_hashes([i for _, i in ids]), phones.LEXICAL)
        packed.append(_packed(keys, first_row[[n for n, _ in ids]]))
    rows: dict[str, NDArray[Any]] = {
        "row_codes": codes,
        "row_length": lengths,
        "row_cost": np.frombuffer(bytes(costs), np.uint8),
        "row_term": owners,
        "row_bits": bits,
        "row_pairs": pairs,
    }
    return rows, packed


def _packed(keys: NDArray[Any], rows: NDArray[Any]) -> NDArray[np.uint64]:
    return distinct((keys.astype(np.uint64) << np.uint64(32)) | rows.astype(np.uint64))


def _arrays(grown: _Growing, progress: Progress | None) -> tuple[Arrays, dict[str, Any]]:
    arrays: Arrays = {}
    _blob(grown.entity_id, "entity_id", arrays)
    arrays["entity_type"] = np.frombuffer(grown.entity_type, np.uint16).copy()
    arrays["entity_flags"] = np.frombuffer(bytes(grown.entity_flags), np.uint8)
    arrays["entity_weight"] = np.frombuffer(grown.entity_weight, np.float32).copy()
    _hashed(grown.entity_id, np.arange(len(grown.entity_id)), "id", arrays)
    _repeated_ids(arrays, grown.entity_id)
    _hashed(grown.redirects, np.frombuffer(grown.redirect_entity, np.int32), "was", arrays)
    _hashed(grown.acronym, np.frombuffer(grown.acronym_alias, np.int32), "acronym", arrays)
    _blob(grown.alias_text, "alias", arrays)
    # What decides between equals is made from the names themselves: the order of entities must not.
    ids = grown.entity_id
    owned = [f"{text}\t{ids[entity]}" for text, entity in zip(grown.alias_text, grown.alias_entity, strict=True)]
    arrays["alias_tie"] = _ties(owned)
    del owned
    count = len(grown.alias_text)
    alias_terms = np.frombuffer(grown.alias_terms, np.int32)
    alias_count = np.frombuffer(grown.alias_count, np.int32)
    alias_entity = np.frombuffer(grown.alias_entity, np.int32).astype(np.uint32)
    arrays["alias_entity"] = alias_entity
    arrays["entity_alias"] = np.searchsorted(alias_entity, np.arange(len(grown.entity_id) + 1)).astype(np.uint32)
    arrays["alias_flags"] = np.frombuffer(bytes(grown.alias_flags), np.uint8)
    ends = np.zeros(count + 1, np.int64)
    np.cumsum(alias_count, out=ends[1:])

    terms = list(grown.vocabulary)
    joined: list[int] = []
    joined_alias: list[int] = []
    if count <= JOINED_BELOW:
        for n in np.flatnonzero((alias_count > 1) & (alias_count < 4)).tolist():
            text = "".join(terms[t] for t in alias_terms[ends[n] : ends[n + 1]].tolist())
            if len(text) <= _LONGEST_JOINED:
                number = grown.vocabulary.setdefault(text, len(grown.vocabulary))
                joined.append(number)
                joined_alias.append(n)
        terms = list(grown.vocabulary)
    grown.vocabulary.clear()

    folds = [fold_term(t) for t in terms]
    frequency = _distinct_pairs(alias_terms, np.repeat(np.arange(count), alias_count), len(terms))
    arrays["alias_term_ends"] = ends.astype(np.uint32) if ends[-1] < 1 << 32 else ends
    arrays["alias_terms"] = alias_terms.astype(np.uint32)
    keys = _name_keys(folds, alias_terms, ends, grown.alias_text)
    arrays.update(trie.build(grown.alias_text))
    grown.alias_text.clear()
    _hashed(keys, np.arange(count), "exact", arrays)
    spaced = [n for n, key in enumerate(keys) if " " in key]
    _hashed([keys[n].replace(" ", "") for n in spaced], np.array(spaced, np.int64), "squeezed", arrays)
    del keys
    _postings(alias_terms, np.repeat(np.arange(count), alias_count), len(terms), "posting", arrays)
    _postings(np.array(joined, np.int64), np.array(joined_alias, np.int64), len(terms), "joined", arrays)

    roles = {fold: role_of_term(fold) for fold in dict.fromkeys(folds)}
    heaviest = np.array([weight_of_role(roles[fold]) for fold in folds], np.float32)
    heaviest[[n for n, fold in enumerate(folds) if len(fold) == 1]] = 0.2
    rarity = np.log((count + 1) / np.maximum(frequency, 1)) / math.log(count + 2)
    arrays["term_weight"] = np.minimum(np.maximum(rarity, 0.15), heaviest).astype(np.float32)
    sums = np.concatenate((np.zeros(1), np.cumsum(arrays["term_weight"][alias_terms], dtype=np.float64)))
    arrays["alias_bears"] = _bearing(folds, roles, alias_terms, ends)
    arrays["alias_weight"] = (sums[ends[1:]] - sums[ends[:-1]]).astype(np.float32)
    # Counted by fold, so that a word with its marks and the same without them are one.
    fold_number = {fold: n for n, fold in enumerate(dict.fromkeys(folds))}
    fold_of = np.array([fold_number[fold] for fold in folds], np.int64)
    together = np.bincount(fold_of, frequency, len(fold_number)).astype(np.uint32)
    arrays["term_frequency"] = together[fold_of] if len(folds) else np.zeros(0, np.uint32)
    arrays["term_role"] = np.array(
        [role_number(term, fold, roles[fold]) for term, fold in zip(terms, folds, strict=True)], np.uint8
    )
    names = 0 if count < FEW else count
    held = arrays["term_frequency"].tolist() if names else [0] * len(terms)
    rare = (rarity_in(fold, own, names) for fold, own in zip(folds, held, strict=True))
    arrays["term_rarity"] = np.fromiter(rare, np.float64, len(terms))
    _hashed(folds, np.arange(len(terms)), "fold", arrays)
    _blob(terms, "term", arrays)
    arrays["term_tie"] = _ties(terms)

    columns: dict[str, list[NDArray[Any]]] = {}
    packed: list[NDArray[Any]] = []
    rows = 0
    for k in range(0, len(terms), _BLOCK):
        if progress is not None:
            progress("indexing", k, len(terms))
        block, keys_of_block = _rows(terms[k : k + _BLOCK], folds[k : k + _BLOCK], rows)
        block["row_term"] = (block["row_term"] + k).astype(np.uint32)
        for name, values in block.items():
            columns.setdefault(name, []).append(values)
        rows += len(block["row_term"])
        packed += keys_of_block
    for name in ("row_codes", "row_length", "row_cost", "row_term", "row_bits", "row_pairs"):
        parts = columns.pop(name, [])
        arrays[name] = np.concatenate(parts) if parts else _NO_ROWS[name]
    arrays["term_row"] = np.searchsorted(arrays["row_term"], np.arange(len(terms) + 1)).astype(np.uint32)
    keyed = np.concatenate(packed) if packed else np.zeros(0, np.uint64)
    packed.clear()
    keyed.sort()
    arrays["keys"] = keyed
    meta = {
        "entities": len(grown.entity_id),
        "aliases": count,
        "terms": len(terms),
        "types": list(grown.types),
    }
    return arrays, meta


def _bearing(
    folds: Sequence[str], roles: Mapping[str, str], alias_terms: NDArray[Any], ends: NDArray[Any]
) -> NDArray[np.uint8]:
    """How many words carry each alias: what it is called beside type words, particles, forms of law and countries."""
    carries = np.array([len(fold) > 1 and carries_name(fold, roles[fold]) for fold in folds], np.int64)
    countries = np.array([roles[fold] == "country" for fold in folds], np.int64)

    def counted(values: NDArray[np.int64]) -> NDArray[np.int64]:
        sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(values[alias_terms])))
        found: NDArray[np.int64] = sums[ends[1:]] - sums[ends[:-1]]
        return found

    out = counted(carries)
    # The countries of two words or more (United States Navy, U.S. Navy).
    phrases = [[p for p in lexicon().starts(fold) if _is_country(p)] for fold in folds]
    first = np.array([bool(some) for some in phrases], np.int64)
    known = frozenset(phrase for some in phrases for phrase in some)
    for alias in np.flatnonzero((counted(first) > 0) & (out > 1)).tolist():
        terms = alias_terms[ends[alias] : ends[alias + 1]].tolist()
        words = [folds[term] for term in terms]
        for at in range(len(words) - 1):
            length = next((n for n in (4, 3, 2) if tuple(words[at : at + n]) in known), 0)
            own = sum(int(carries[term]) for term in terms[at : at + length])
            out[alias] -= own if own < out[alias] else 0
    return np.minimum(np.where(out > 0, out, counted(countries)), 255).astype(np.uint8)


def _is_country(phrase: tuple[str, ...]) -> bool:
    return any(sense.slot == "country" for sense in lexicon().lookup(phrase))


_NO_ROWS: Arrays = {
    "row_codes": np.zeros((0, phones.LONGEST), np.uint8),
    "row_length": np.zeros(0, np.uint8),
    "row_cost": np.zeros(0, np.uint8),
    "row_term": np.zeros(0, np.uint32),
    "row_bits": np.zeros(0, np.uint64),
    "row_pairs": np.zeros(0, np.uint64),
}


def _name_keys(folds: Sequence[str], terms: NDArray[Any], ends: NDArray[Any], texts: Sequence[str]) -> list[str]:
    numbers, bounds = terms.tolist(), ends.tolist()
    return [
        " ".join([folds[t] for t in numbers[bounds[n] : bounds[n + 1]]]) or text.strip()
        if len(text) < MAYBE_CUT
        else name_key(text)
        for n, text in enumerate(texts)
    ]


def _distinct_pairs(terms: NDArray[Any], owners: NDArray[Any], size: int) -> NDArray[np.int64]:
    """In how many aliases each term stands."""
    pairs = distinct((terms.astype(np.uint64) << np.uint64(32)) | owners.astype(np.uint64))
    return np.bincount((pairs >> np.uint64(32)).astype(np.int64), minlength=size)


def _ties(texts: Sequence[str]) -> NDArray[np.uint32]:
    """A number for each text that is the same wherever the text stands."""
    parts = [phones.text_hashes(texts[k : k + _BLOCK]) for k in range(0, len(texts), _BLOCK)]
    return (np.concatenate(parts) if parts else np.zeros(0, np.uint64)).astype(np.uint32)


def _postings(terms: NDArray[Any], owners: NDArray[Any], size: int, name: str, arrays: Arrays) -> None:
    """For each term the aliases that hold it, in the order of their ties."""
    pairs = distinct((terms.astype(np.uint64) << np.uint64(32)) | owners.astype(np.uint64))
    holders = (pairs >> np.uint64(32)).astype(np.int64)
    ends = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(holders, minlength=size), out=ends[1:])
    aliases = (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    arrays[f"{name}_alias"] = aliases[np.lexsort((arrays["alias_tie"][aliases], holders))]
    arrays[f"{name}_ends"] = ends.astype(np.uint32)
