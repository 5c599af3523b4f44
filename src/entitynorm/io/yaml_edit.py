"""Additions to a YAML gazetteer as text: nothing that stands in the file is touched, not even comments and quotes.

Writing the entities anew would lose what people wrote round them. So the file is read as nodes, which know their
offsets, and every addition is a piece of text put in at one offset: a line after the last alias, an item before the
bracket that closes a list, a key at the end of an entity, an entity after its neighbour. Taking the pieces out again
gives the file back byte for byte. Start reading at `add_to_yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import yaml

from entitynorm.io.yaml_gazetteer import alias_value, entity_lines, entity_pairs, id_of
from entitynorm.io.yaml_nodes import compose, quote_scalar
from entitynorm.model import Alias, Entity

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Additions:
    """What one entity gains."""

    aliases: tuple[Alias, ...] = ()
    blocked: tuple[tuple[str, str], ...] = ()
    """(form, where it comes from)."""


def add_to_yaml(
    text: str, source: str, additions: Mapping[str, Additions], entities: Sequence[tuple[Entity, str]] = ()
) -> str:
    """The text of a gazetteer with more in it; the same text where nothing is added.

    ``additions`` go by entity id; ids that the file does not hold are ignored. ``entities`` are new ones, each with
    where it comes from, which becomes a comment above it. The text must be a gazetteer that `read_yaml_text` reads;
    raises GazetteerError where it is no YAML at all.
    """
    root = compose(text, source)
    listed = _entities_of(root)
    if listed is None:
        return text
    editor = _Editor(text)
    for node in listed.value:
        gains = additions.get(id_of(node))
        if gains is not None and isinstance(node, yaml.MappingNode):
            aliases = [(alias_value(alias), "") for alias in gains.aliases]
            blocked = [(quote_scalar(form), f"  # {origin}") for form, origin in gains.blocked]
            editor.add_items(node, {"aliases": aliases, "blocked": blocked})
    editor.add_entities(listed, entities)
    return editor.result()


def neighbour(ids: Sequence[tuple[str, str]], new: tuple[str, str]) -> int:
    """Where an entity goes among others, all as (type, id): how many stand before it.

    After the others of its type, or in its place among them where they are sorted by id; at the end where its type is
    new.

    >>> neighbour([("ORG", "org:a"), ("ORG", "org:c"), ("PLACE", "place:b")], ("ORG", "org:b"))
    1
    """
    same = [k for k, (kind, _) in enumerate(ids) if kind == new[0]]
    if not same:
        return len(ids)
    names = [ids[k][1] for k in same]
    if names == sorted(names):
        before = [k for k in same if ids[k][1] < new[1]]
        return before[-1] + 1 if before else same[0]
    return same[-1] + 1


def _entities_of(root: yaml.Node | None) -> yaml.SequenceNode | None:
    pairs = root.value if isinstance(root, yaml.MappingNode) else ()
    found = next((value for key, value in pairs if key.value == "entities"), None)
    return found if isinstance(found, yaml.SequenceNode) else None


def _start(node: yaml.Node) -> yaml.Mark:
    return cast("yaml.Mark", node.start_mark)


class _Editor:
    """Collects pieces of text to put in, and puts them in at the end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[tuple[int, str]] = []
        first = _BREAK.search(text)
        self.newline = first.group() if first and first.group() in ("\n", "\r\n") else "\n"

    def result(self) -> str:
        out: list[str] = []
        last = 0
        for at, piece in sorted(self.pieces, key=lambda item: item[0]):  # stable: pieces at one place keep their order
            out += (self.text[last:at], piece)
            last = at
        return "".join(out) + self.text[last:]

    def _end(self, node: yaml.Node) -> int:
        """Where the content of a node ends; the end mark of a block stands after all comments that follow it."""
        if isinstance(node, yaml.ScalarNode):
            end = cast("yaml.Mark", node.end_mark).index
            return len(self.text[:end].rstrip()) if node.style in ("|", ">") else end
        collection = cast("yaml.CollectionNode", node)
        if collection.flow_style or not collection.value:
            return cast("yaml.Mark", node.end_mark).index
        last = collection.value[-1]
        return self._end(last[1] if isinstance(last, tuple) else last)

    def _line_end(self, at: int) -> int:
        found = _BREAK.search(self.text, at)
        return found.start() if found else len(self.text)

    def _line_start(self, at: int) -> int:
        begin = self.text.rfind("\n", 0, at) + 1
        return max((m.end() for m in _BREAK.finditer(self.text, begin, at)), default=begin)

    def _put_lines(self, at: int, lines: Sequence[str]) -> None:
        if lines:
            self.pieces.append((at, "".join(self.newline + line for line in lines)))

    # -- items of an entity's lists ---------------------------------------------------------------------------------

    def add_items(self, entity: yaml.MappingNode, lists: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Add (value, comment) items to the lists of one entity, which gains the keys that it lacks."""
        present = {key.value: value for key, value in entity.value}
        for key, items in lists.items():
            if not items:
                continue
            found = present.get(key)
            if isinstance(found, yaml.SequenceNode):
                self._extend(found, items, _start(entity.value[0][0]).column)
            elif entity.flow_style:
                inside = ", ".join(value for value, _ in items)
                self.pieces.append((self._end(entity.value[-1][1]), f", {key}: [{inside}]"))
            else:
                column = _start(entity.value[0][0]).column
                # Blocked forms close an entity; other keys go before them.
                others = [value for name, value in entity.value if name.value != "blocked"]
                at = self._line_end(self._end(others[-1] if key != "blocked" else entity.value[-1][1]))
                pad = " " * column
                self._put_lines(at, [f"{pad}{key}:", *(f"{pad}  - {value}{said}" for value, said in items)])

    def _extend(self, sequence: yaml.SequenceNode, items: Sequence[tuple[str, str]], key_column: int) -> None:
        if not sequence.flow_style:
            pad = " " * _start(sequence).column
            at = self._line_end(self._end(sequence))
            self._put_lines(at, [f"{pad}- {value}{said}" for value, said in items])
            return
        if not sequence.value:
            self.pieces.append((_start(sequence).index + 1, ", ".join(value for value, _ in items)))
            return
        at = self._end(sequence.value[-1])
        begin, end = self._line_start(at), self._line_end(at)
        line = self.text[begin:end]
        # A list over several lines goes on below itself; one on a single line is broken under its key.
        pad = line[: len(line) - len(line.lstrip(" "))] if begin > _start(sequence).index else " " * (key_column + 2)
        width = len(line)
        for value, _ in items:
            if width + len(value) + 2 > _WIDTH and key_column > 0:
                piece, width = f",{self.newline}{pad}{value}", len(pad) + len(value)
            else:
                piece, width = f", {value}", width + len(value) + 2
            self.pieces.append((at, piece))

    # -- entities ---------------------------------------------------------------------------------------------------

    def add_entities(self, listed: yaml.SequenceNode, entities: Sequence[tuple[Entity, str]]) -> None:
        """Add entities to the list, each in its place (see `neighbour`)."""
        nodes = list(listed.value)
        known = [(_type_of(node), id_of(node)) for node in nodes]
        for entity, origin in sorted(entities, key=lambda item: (item[0].type, item[0].id)):
            at = neighbour(known, (entity.type, entity.id))
            if listed.flow_style or not nodes:
                self._add_flow_entity(listed, at, entity)
            else:
                self._add_block_entity(listed, nodes, at, entity, origin)

    def _add_flow_entity(self, listed: yaml.SequenceNode, at: int, entity: Entity) -> None:
        record = "{" + ", ".join(f"{key}: {value}" for key, value in entity_pairs(entity)) + "}"
        if at < len(listed.value):
            self.pieces.append((_start(listed.value[at]).index, f"{record}, "))
        elif listed.value:
            self.pieces.append((self._end(listed.value[-1]), f", {record}"))
        else:
            opening = _start(listed).index + 1
            first = not any(place == opening for place, _ in self.pieces)
            self.pieces.append((opening, record if first else f", {record}"))

    def _add_block_entity(
        self, listed: yaml.SequenceNode, nodes: Sequence[yaml.Node], at: int, entity: Entity, origin: str
    ) -> None:
        column = _start(listed).column
        lines = [f"{' ' * column}# {origin}", *entity_lines(entity, indent=column)]
        spaced = len(nodes) > 1 and self._blank_between(nodes[max(0, at - 2)], nodes[max(1, at - 1)])
        # The first of its type goes below the heading of that type, not to the entities above it.
        heads = at < len(nodes) and _type_of(nodes[at]) == entity.type
        if at and not (heads and _type_of(nodes[at - 1]) != entity.type):
            self._put_lines(self._after(nodes[at - 1], column), ["", *lines] if spaced else lines)
            return
        text = "".join(line + self.newline for line in lines) + (self.newline if spaced else "")
        self.pieces.append((self._before(nodes[at]), text))

    def _blank_between(self, node: yaml.Node, following: yaml.Node) -> bool:
        between = self.text[self._end(node) : _start(following).index]
        return any(not line.strip() for line in _BREAK.split(between)[1:-1])

    def _before(self, node: yaml.Node) -> int:
        """The beginning of the first line of an entity, or of the comment lines right above it."""
        at = self._line_start(_start(node).index)
        while at:
            begin = self._line_start(at - len(self.newline))
            if not self.text[begin:at].lstrip().startswith("#"):
                break
            at = begin
        return at

    def _after(self, node: yaml.Node, column: int) -> int:
        """The end of the last line of an entity, with the comment lines below that are further in than its dash."""
        at = self._line_end(self._end(node))
        while (found := _BREAK.match(self.text, at)) is not None:
            end = self._line_end(found.end())
            line = self.text[found.end() : end]
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
                break
            at = end
        return at


def _type_of(node: yaml.Node) -> str:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((str(value.value) for key, value in pairs if key.value == "type"), "")
