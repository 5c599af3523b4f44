"""The gazetteer as people edit it: a strict reader and a stable writer of YAML.

YAML guesses at what unquoted text is: ``NO`` becomes false, ``12:30`` becomes 750, a date becomes a date, and a key
that stands twice quietly loses its first value. In a list of names every one of these is a name lost. So the file is
read as a tree of nodes, which still know their lines and their spelling; every scalar is text as it was written, a
scalar that YAML would have taken for something else is refused, and only lat, lon and weight are numbers.

The order of things: `read_yaml` → text → `compose` (syntax) → `NodeReader` (plain values, each with its line) →
`records.read_record` (what a record must be) → problems sorted by line.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from typing import Final

import yaml

from entitynorm.errors import GazetteerError, Problem
from entitynorm.gazetteer import id_problems
from entitynorm.io.files import read_text
from entitynorm.io.yaml_nodes import NodeReader, compose, kind_of, line_of, quote_scalar, word_scalar
from entitynorm.model import Alias, Entity
from entitynorm.records import ALIAS_FIELDS, FIELDS, NUMBER_FIELDS, Path, entity_name, read_record, unknown_key
from entitynorm.wording import one_line, quoted

SCHEMA: Final = "1"
"""The version of the format, as the file says it: ``schema: 1``."""

MAX_BYTES: Final = 64 * 1024 * 1024
"""The biggest YAML file that is read; beyond it the tree of nodes takes gigabytes and JSON lines do not."""

_WIDTH = 120


def read_yaml(path: str | os.PathLike[str]) -> list[tuple[Entity, str]]:
    """Read a YAML gazetteer: its entities in file order, each with its place ``file:line``.

    Raises InputError where the file is no UTF-8 text, GazetteerError with every problem where it breaks the format.
    """
    text = read_text(path, what="YAML gazetteer", limit=MAX_BYTES, allow_empty=False, allow_nul=False)
    return read_yaml_text(text, one_line(os.fspath(path)))


def read_yaml_text(text: str, source: str = "<text>") -> list[tuple[Entity, str]]:
    """The same from a string; ``source`` stands for the file in places and problems."""
    root = compose(text, source)
    tree = NodeReader(source, keys=_keys, is_number=_is_number)
    if root is None:
        raise GazetteerError([Problem(f"{source}:1", "", f"holds no data; begin with schema: {SCHEMA} and entities:")])
    items = _entity_nodes(root, tree)
    entries: list[tuple[Entity, str]] = []
    for node in items:
        entity = _read_entity(tree, node)
        if entity is not None:
            entries.append((entity, tree.place(line_of(node))))
    problems = [*tree.problems, *((_line_of(problem), problem) for problem in id_problems(entries))]
    if problems:
        raise GazetteerError([problem for _, problem in sorted(problems, key=lambda item: item[0])])
    return entries


def write_yaml(entities: Iterable[Entity]) -> str:
    """Write entities as YAML in the order given: names in quotes, one alias a line, fields that say nothing left out.

    Reading what was written gives the same entities, and writing those gives the same text. Comments of a file that
    was read are not kept. Raises GazetteerError for an entity that the reader would refuse.
    """
    problems: list[Problem] = []
    parts = [f"schema: {SCHEMA}\nentities:"]
    for number, entity in enumerate(entities):
        sound, complaints = read_record(entity.to_dict(), strict_ids=True)
        problems += (Problem(f"entities[{number}]", one_line(entity.id), c.message) for c in complaints)
        if sound is not None:
            parts.append("\n".join(entity_lines(sound)))
    if problems:
        raise GazetteerError(problems)
    return ("\n".join(parts) if len(parts) > 1 else parts[0] + " []") + "\n"


def _line_of(problem: Problem) -> int:
    return int(problem.place.rpartition(":")[2])


def _entity_nodes(root: yaml.Node, tree: NodeReader) -> list[yaml.Node]:
    """The nodes under ``entities:``; what is wrong with the top level is added to the tree's problems."""
    if not isinstance(root, yaml.MappingNode):
        tree.say(line_of(root), f"the file is {kind_of(root)}, expected schema: {SCHEMA} and entities: at the top")
        return []
    top = {key: value for key, value, _ in tree.pairs(root, ())}
    for key_node, _ in root.value:
        if isinstance(key_node, yaml.ScalarNode) and key_node.value not in ("schema", "entities", "<<"):
            tree.say(line_of(key_node), unknown_key(key_node.value, ("schema", "entities")))
    schema = top.get("schema")
    if schema is None:
        tree.say(line_of(root), f"schema is missing; write schema: {SCHEMA} at the top")
    elif not isinstance(schema, yaml.ScalarNode) or schema.value != SCHEMA:
        found = quoted(schema.value) if isinstance(schema, yaml.ScalarNode) else kind_of(schema)
        tree.say(
            line_of(schema), f"schema is {found}, expected {SCHEMA}; is the file of another version of entitynorm?"
        )
    entities = top.get("entities")
    if entities is None:
        tree.say(line_of(root), "entities is missing; write entities: and the list of entities below it")
    elif not isinstance(entities, yaml.SequenceNode):
        tree.say(line_of(entities), f"entities is {kind_of(entities)}, expected a list; begin each entity with - id:")
    else:
        return list(entities.value)
    return []


def _keys(path: Path) -> Collection[str] | None:
    return FIELDS if not path else ALIAS_FIELDS if path[0] == "aliases" else None


def _is_number(path: Path) -> bool:
    return len(path) == 1 and path[0] in NUMBER_FIELDS


def _read_entity(tree: NodeReader, node: yaml.Node) -> Entity | None:
    """One item of the list: the entity, or None where anything about it is wrong."""
    before = len(tree.problems)
    entity, complaints = read_record(tree.record(node, id_of(node)), strict_ids=True)
    tree.complain(complaints)
    return entity if len(tree.problems) == before else None


def id_of(node: yaml.Node) -> str:
    """The id in the node of an entity, as problems print it; empty where there is none."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "id" and isinstance(value, yaml.ScalarNode):
                return entity_name({"id": value.value})
    return ""


def entity_lines(entity: Entity, *, indent: int = 2) -> Iterator[str]:
    """The lines of one entity of the list, its dash ``indent`` blanks in."""
    record = entity.to_dict()
    dash, inner = " " * indent + "- ", " " * (indent + 2)
    for key, value in entity_pairs(entity):
        line = f"{inner if key != 'id' else dash}{key}: {value}"
        if key == "aliases":
            yield f"{inner}aliases:"
            yield from (f"{inner}  - {alias_value(alias)}" for alias in entity.aliases)
        elif isinstance(record[key], list) and len(line) > _WIDTH:
            yield f"{inner}{key}:"
            yield from (f"{inner}  - {quote_scalar(item)}" for item in record[key])
        else:
            yield line


def entity_pairs(entity: Entity) -> Iterator[tuple[str, str]]:
    """The fields of an entity that say something, each with its value on one line."""
    record = entity.to_dict()
    for key in FIELDS:
        value = record.get(key)
        match value:
            case None:
                continue
            case str():
                yield key, word_scalar(value) if key == "type" else quote_scalar(value)
            case float():
                yield key, str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
            case dict():
                pairs = ", ".join(f"{word_scalar(name)}: {quote_scalar(text)}" for name, text in value.items())
                yield key, f"{{{pairs}}}"
            case list() if key == "aliases":
                yield key, f"[{', '.join(map(alias_value, entity.aliases))}]"
            case list():
                yield key, f"[{', '.join(map(quote_scalar, value))}]"


def alias_value(alias: Alias) -> str:
    """An alias on one line: its text, or a mapping where more is said of it."""
    record = alias.to_dict()
    if isinstance(record, str):
        return quote_scalar(record)
    free = ("text", "source")
    pairs = (f"{key}: {quote_scalar(v) if key in free else word_scalar(v)}" for key, v in record.items())
    return "{" + ", ".join(pairs) + "}"
