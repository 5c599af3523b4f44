"""The files of romanisation schemes, read strictly: every complaint names the file, the line and the entry."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import yaml

from entitynorm.errors import DataError
from entitynorm.text.schemes import APOSTROPHE, CYRILLIC, Rule, Scheme

_ANY_CYRILLIC = re.compile(f"[{CYRILLIC}]")
_ID = re.compile(r"[a-z0-9]+-[a-z]{3}-Cyrl-Latn-(\d{4})(-[a-z0-9]+)?")
_REQUIRED = ("schema", "id", "authority", "year", "lang", "source", "notes", "mapping", "samples")
_CONTEXTS = ("prev_mapping", "next_mapping", "between_mapping")
_KEYS = frozenset((*_REQUIRED, *_CONTEXTS, "ending_mapping"))
_FEWEST_SAMPLES = 6


def read_scheme(path: Path) -> Scheme:
    """Read one scheme file strictly; the samples are read but not tried (see `entitynorm.text.translit.load_scheme`).

    DataError, one line, with file, line and entry: hand-made letter tables hide look-alikes (a Cyrillic е among the
    Latin values), doubled keys of which YAML keeps the last, and values such as n or no that YAML reads as booleans.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); give the path of a scheme file") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except (yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path}: not YAML ({reason}); compare a packaged scheme") from error
    return _SchemeFile(path).scheme(root)


@dataclass(frozen=True, slots=True)
class _SchemeFile:
    """Turns the YAML nodes of one file into a Scheme, or says what is wrong with which entry."""

    path: Path

    def error(self, node: yaml.Node | None, entry: str, message: str) -> DataError:
        line = f":{node.start_mark.line + 1}" if node is not None else ""
        return DataError(f"{self.path}{line}: {entry}: {message}")

    def scheme(self, root: yaml.Node | None) -> Scheme:
        if root is None:
            raise self.error(None, "file", "empty; a mapping with the keys of a scheme was expected")
        top = self.pairs(root, "file")
        for key in top.keys() - _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"use {', '.join(sorted(_KEYS))}"
            raise self.error(top[key], key, f"unknown key; {remedy}")
        for key in _REQUIRED:
            if key not in top:
                raise self.error(root, key, "missing; every scheme states it")
        plain = {key: self.text(top[key], key) for key in ("schema", "id", "authority", "year", "lang", "notes")}
        if plain["schema"] != "scheme-1":
            raise self.error(top["schema"], "schema", f'{plain["schema"]!r} was found, "scheme-1" was expected')
        match = _ID.fullmatch(plain["id"])
        if match is None or match[1] != plain["year"]:
            expected = f'"authority-xxx-Cyrl-Latn-{plain["year"]}", the year as in the entry year, was expected'
            raise self.error(top["id"], "id", f"{plain['id']!r} was found, {expected}")
        if not re.fullmatch("[a-z]{2}|mul", plain["lang"]):
            raise self.error(top["lang"], "lang", f'{plain["lang"]!r} was found, a code such as "ru" was expected')
        source = {key: self.text(node, f"source.{key}") for key, node in self.pairs(top["source"], "source").items()}
        if "title" not in source or source.keys() - {"title", "section", "url"}:
            raise self.error(top["source"], "source", "title and, where known, section and url were expected")
        mapping = self.table(top["mapping"], "mapping")
        endings = self.table(top["ending_mapping"], "ending_mapping") if "ending_mapping" in top else {}
        prev, after, between = (self.context(top[key], key) if key in top else {} for key in _CONTEXTS)
        return Scheme(
            id=plain["id"],
            authority=plain["authority"],
            year=int(plain["year"]),
            lang=plain["lang"],
            source=source,
            notes=plain["notes"],
            mapping=mapping,
            prev_mapping=prev,
            next_mapping=after,
            between_mapping=between,
            ending_mapping=endings,
            samples=self.samples(top["samples"]),
            longest_group=max(map(len, mapping), default=0),
            longest_ending=max(map(len, endings), default=0),
        )

    def pairs(self, node: yaml.Node, entry: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, entry, f"a {_kind(node)} was found, keys with values were expected")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.error(key, entry, f"a {_kind(key)} was found as a key, a string was expected")
            if key.value in found:
                raise self.error(key, f"{entry}.{key.value}", "written twice; keep one")
            found[key.value] = value
        if not found:
            raise self.error(node, entry, "empty; at least one entry was expected")
        return found

    def text(self, node: yaml.Node, entry: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, entry, f"a {_kind(node)} was found, a string was expected")
        if node.style not in ('"', "'", "|", ">"):
            raise self.error(node, entry, f'{node.value} stands without quotes; write "{node.value}"')
        value = str(node.value).strip() if node.style in ("|", ">") else str(node.value)
        if unicodedata.normalize("NFC", value) != value:
            raise self.error(node, entry, f"{value!r} is not in Unicode NFC; retype it with composed letters")
        return value

    def texts(self, node: yaml.Node, entry: str) -> tuple[str, ...]:
        """A string, or a list of different strings, as a tuple."""
        if not isinstance(node, yaml.SequenceNode):
            return (self.text(node, entry),)
        values = tuple(self.text(item, entry) for item in node.value)
        if not values or len(set(values)) < len(values):
            raise self.error(node, entry, f"{list(values)} was found, one or more different strings were expected")
        return values

    def rule(self, node: yaml.Node, entry: str) -> Rule:
        outs = self.texts(node, entry)
        for out in outs:
            if alien := _ANY_CYRILLIC.search(out):
                name = f"{alien[0]!r} (U+{ord(alien[0]):04X})"
                raise self.error(node, entry, f"{out!r} holds the Cyrillic letter {name}; retype it in Latin")
            if out != out.lower():
                raise self.error(node, entry, f"{out!r} has a capital; write {out.lower()!r}, case follows the text")
        return Rule(entry, outs)

    def table(self, node: yaml.Node, entry: str) -> dict[str, Rule]:
        return {
            self.letters(value, f"{entry}.{key}", key): self.rule(value, f"{entry}.{key}")
            for key, value in self.pairs(node, entry).items()
        }

    def letters(self, node: yaml.Node, entry: str, key: str) -> str:
        fits = key and all(_ANY_CYRILLIC.match(char) or char == APOSTROPHE for char in key) and key == key.lower()
        if not fits or unicodedata.normalize("NFC", key) != key:
            raise self.error(node, entry, f"key {key!r} was found, small Cyrillic letters (or ʼ) were expected")
        return key

    def context(self, node: yaml.Node, entry: str) -> dict[str, Rule]:
        """A letter, then classes of neighbours: ``"е": {"^аеё": "ye"}`` becomes three keys that share one rule."""
        found: dict[str, Rule] = {}
        for letter, classes in self.pairs(node, entry).items():
            if len(self.letters(classes, f"{entry}.{letter}", letter)) != 1:
                raise self.error(classes, f"{entry}.{letter}", "one letter was expected; put groups into mapping")
            for neighbours, value in self.pairs(classes, f"{entry}.{letter}").items():
                place = f"{entry}.{letter}.{neighbours}"
                self.letters(value, place, re.sub(r"[\^$]", "", neighbours) or APOSTROPHE)
                rule = self.rule(value, place)
                for key in _context_keys(entry, letter, neighbours):
                    if key in found:
                        raise self.error(value, place, f"{key!r} is already told by {found[key].place}; keep one")
                    found[key] = rule
        return found

    def samples(self, node: yaml.Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
        pairs = node.value if isinstance(node, yaml.SequenceNode) else []
        if len(pairs) < _FEWEST_SAMPLES:
            expected = f"a list of at least {_FEWEST_SAMPLES} pairs was expected"
            raise self.error(node, "samples", f"{len(pairs)} found, {expected}; add real names")
        found: list[tuple[str, tuple[str, ...]]] = []
        for item in pairs:
            if not isinstance(item, yaml.SequenceNode) or len(item.value) != 2:
                raise self.error(item, "samples", "a pair [native, romanised] was expected")
            native = self.text(item.value[0], "samples")
            found.append((native, self.texts(item.value[1], f"samples.{native}")))
        return tuple(found)


def _kind(node: yaml.Node) -> str:
    return {"ScalarNode": "string", "SequenceNode": "list", "MappingNode": "mapping"}[type(node).__name__]


def _context_keys(entry: str, letter: str, neighbours: str) -> list[str]:
    if entry == "between_mapping":
        return [before + letter + after for before in neighbours for after in neighbours]
    return [near + letter if entry == "prev_mapping" else letter + near for near in neighbours]
