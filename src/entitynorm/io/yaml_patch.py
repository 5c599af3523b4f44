"""Patches as people read and edit them: a strict reader and a stable writer of YAML.

The same rules as for a gazetteer hold (see `entitynorm.io.yaml_gazetteer`): what is misspelt, missing or of another
kind is one complaint with file, line and remedy. Start reading at `read_patch`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

import yaml

from entitynorm.errors import GazetteerError
from entitynorm.io.files import read_text
from entitynorm.io.yaml_gazetteer import MAX_BYTES, alias_value, entity_pairs
from entitynorm.io.yaml_nodes import NodeReader, compose, kind_of, line_of, quote_scalar
from entitynorm.model import Alias, Entity
from entitynorm.patches import ALIAS_DECISIONS, DECISIONS, AliasProposal, BlockProposal, EntityProposal, Note, Patch
from entitynorm.records import ALIAS_FIELDS, FIELDS, NUMBER_FIELDS, Complaint, Path, read_record, unknown_key
from entitynorm.wording import describe, near_miss, one_line, quoted

SCHEMA: Final = "patch-1"
"""The version of the format, as the file says it: ``schema: patch-1``."""

NOTE_FIELDS: Final = ("decision", "source", "date", "why", "score", "count", "documents", "contexts", "nearest")
"""Keys that every proposal may have; decision, source and date it must have."""
RECORD_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "aliases": ("entity", "text", "lang", "kind", "strength", "fuzzy"),
    "blocked": ("entity", "text"),
    "entities": tuple(key for key in FIELDS if key != "blocked"),
}
"""The keys that say what is proposed, by section; the sections in the order of the writer."""
_TOP: Final = ("schema", *RECORD_FIELDS)
_NUMBERS: Final = frozenset({"score", "count", "documents"}) | NUMBER_FIELDS
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_patch(path: str | os.PathLike[str]) -> Patch:
    """Read a patch file.

    Raises InputError where the file is no UTF-8 text, GazetteerError with every problem where it breaks the format.
    """
    text = read_text(path, what="patch", limit=MAX_BYTES, allow_empty=False, allow_nul=False)
    return read_patch_text(text, one_line(os.fspath(path)))


def read_patch_text(text: str, source: str = "<text>") -> Patch:
    """The same from a string; ``source`` stands for the file in places and problems."""
    root = compose(text, source)
    tree = NodeReader(source, keys=lambda _: _TOP, is_number=lambda _: False)
    sections = _sections(root, tree)
    found: dict[str, list[Any]] = {}
    problems = list(tree.problems)
    for section, items in sections.items():
        reader = NodeReader(source, keys=_keys(section), is_number=_is_number)
        found[section] = [p for item in items if (p := _proposal(section, item, reader)) is not None]
        problems += reader.problems
    if problems:
        raise GazetteerError([problem for _, problem in sorted(problems, key=lambda item: item[0])])
    return Patch(*(tuple(found.get(section, ())) for section in RECORD_FIELDS))


def write_patch(patch: Patch, *, head: str = "") -> str:
    """Write a patch as YAML, one proposal after the other; ``head`` becomes comment lines at the top.

    Reading what was written gives the same patch.
    """
    lines = [f"# {line}".rstrip() for line in head.splitlines()]
    lines.append(f'schema: "{SCHEMA}"')
    for section in RECORD_FIELDS:
        proposals = getattr(patch, section)
        lines.append(f"{section}:" + ("" if proposals else " []"))
        for proposal in proposals:
            pairs = [*_what(proposal), *_note(proposal.note)]
            lines += [f"  {'-' if n == 0 else ' '} {line}" for n, line in enumerate(pairs)]
    return "\n".join(lines) + "\n"


def _sections(root: yaml.Node | None, tree: NodeReader) -> dict[str, list[yaml.Node]]:
    """The nodes of the proposals by section; what is wrong with the top level becomes problems of the tree."""
    if not isinstance(root, yaml.MappingNode):
        found = kind_of(root) if root is not None else "empty"
        tree.say(line_of(root) if root else 1, f"the patch is {found}, expected schema: {SCHEMA} at the top")
        return {}
    pairs = {key: (value, line) for key, value, line in tree.pairs(root, ())}
    for key, (_, line) in pairs.items():
        if key not in _TOP:
            tree.say(line, unknown_key(key, _TOP))
    schema = pairs.get("schema")
    if schema is None:
        tree.say(line_of(root), f"schema is missing; write schema: {SCHEMA} at the top")
    elif not isinstance(schema[0], yaml.ScalarNode) or schema[0].value != SCHEMA:
        shown = quoted(schema[0].value) if isinstance(schema[0], yaml.ScalarNode) else kind_of(schema[0])
        tree.say(schema[1], f"schema is {shown}, expected {SCHEMA}; is it a gazetteer, or a patch of another version?")
    out: dict[str, list[yaml.Node]] = {}
    for section in RECORD_FIELDS:
        if section not in pairs:
            continue
        node, line = pairs[section]
        if isinstance(node, yaml.SequenceNode):
            out[section] = list(node.value)
        else:
            tree.say(line, f"{section} is {kind_of(node)}, expected a list; write {section}: [] where there is none")
    return out


def _keys(section: str) -> Callable[[Path], Collection[str] | None]:
    known = (*RECORD_FIELDS[section], *NOTE_FIELDS)
    return lambda path: known if not path else ALIAS_FIELDS if path[0] == "aliases" else None


def _is_number(path: Path) -> bool:
    return (len(path) == 1 and path[0] in _NUMBERS) or (len(path) == 2 and path[0] == "nearest")


def _name_of(section: str, node: yaml.Node) -> str:
    wanted = "id" if section == "entities" else "text"
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((one_line(str(v.value)) for k, v in pairs if k.value == wanted and isinstance(v, yaml.ScalarNode)), "")


def _proposal(section: str, node: yaml.Node, tree: NodeReader) -> AliasProposal | BlockProposal | EntityProposal | None:
    before = len(tree.problems)
    record = tree.record(node, _name_of(section, node))
    complaints: list[Complaint] = []
    if not isinstance(record, Mapping):
        tree.complain([Complaint((), f"found {describe(record)}, expected a proposal with its decision")])
        return None
    known = (*RECORD_FIELDS[section], *NOTE_FIELDS)
    complaints += (Complaint((key,), unknown_key(key, known)) for key in record if key not in known)
    note = _read_note(record, tree.place(line_of(node)), section, complaints)
    entity = _read_entity(section, record, complaints)
    tree.complain(complaints)
    if len(tree.problems) > before or entity is None or note is None:
        return None
    if section == "entities":
        return EntityProposal(entity, note)
    if section == "aliases":
        return AliasProposal(entity.id, entity.aliases[0], note)
    return BlockProposal(entity.id, entity.blocked[0], note)


def _read_entity(section: str, record: Mapping[str, Any], complaints: list[Complaint]) -> Entity | None:
    """What is proposed, read as a record of a gazetteer, so that nothing passes that a gazetteer would refuse."""
    given = {key: record[key] for key in RECORD_FIELDS[section] if key in record}
    if section == "entities":
        entity, found = read_record(given, strict_ids=True)
        complaints += found
        return entity
    missing = [key for key in ("entity", "text") if key not in given]
    complaints += (Complaint((), f"{key} is missing; a proposal says entity and text") for key in missing)
    if missing:
        return None
    stub: dict[str, Any] = {"id": given.pop("entity"), "type": "ANY", "name": "any"}
    stub |= {"aliases": [given]} if section == "aliases" else {"blocked": [given["text"]]}
    entity, found = read_record(stub)
    at = {"id": "entity", "aliases": "text", "blocked": "text"}
    complaints += (Complaint((at.get(str(c.path[0]), "text"),) if c.path else (), c.message) for c in found)
    return entity


def _read_note(record: Mapping[str, Any], place: str, section: str, complaints: list[Complaint]) -> Note | None:
    before = len(complaints)

    def text(key: str, *, required: bool = False) -> str:
        value = record.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            complaints.append(Complaint((key,), f"{key} is {describe(value)}, expected text"))
            return ""
        return value.strip()

    def number(key: str) -> float | None:
        value = record.get(key)
        if value is not None and not isinstance(value, float):
            complaints.append(Complaint((key,), f"{key} is {describe(value)}, expected a plain number"))
            return None
        return value

    required = NOTE_FIELDS[:3]
    missing = [key for key in required if record.get(key) is None]
    if missing:
        message = f"without {', '.join(missing)}; every proposal has {', '.join(required)}"
        complaints.append(Complaint((), message))
    decision = text("decision", required=True)
    allowed = ALIAS_DECISIONS if section == "aliases" else DECISIONS
    if decision and decision not in allowed:
        meant = near_miss(decision, allowed)
        remedy = f"did you mean {quoted(meant)}?" if meant else f"write one of {', '.join(allowed)}"
        complaints.append(Complaint(("decision",), f"decision is {quoted(decision)}; {remedy}"))
    when = text("date", required=True)
    if when and not _is_date(when):
        complaints.append(Complaint(("date",), f"date is {quoted(when)}, expected a day like 2023-05-22"))
    contexts, nearest = record.get("contexts", []), record.get("nearest", {})
    if not isinstance(contexts, list) or not all(isinstance(item, str) for item in contexts):
        complaints.append(Complaint(("contexts",), f"contexts is {describe(contexts)}, expected a list of texts"))
    if not isinstance(nearest, Mapping) or not all(isinstance(item, float) for item in nearest.values()):
        complaints.append(Complaint(("nearest",), "nearest is not a mapping of entity ids to plain numbers"))
    source, why = text("source", required=True), text("why")
    score, count, documents = number("score"), number("count"), number("documents")
    if len(complaints) > before:
        return None
    return Note(
        decision=decision,  # type: ignore[arg-type]  # one of the allowed, or complained about
        source=source,
        date=when,
        why=why,
        score=score,
        count=int(count) if count is not None else None,
        documents=int(documents) if documents is not None else None,
        contexts=tuple(contexts),
        nearest=dict(nearest),
        place=place,
    )


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _what(proposal: AliasProposal | BlockProposal | EntityProposal) -> Iterator[str]:
    match proposal:
        case AliasProposal(entity, alias):
            yield f"entity: {quote_scalar(entity)}"
            yield from (f"{key}: {quote_scalar(str(value))}" for key, value in _alias_fields(alias))
        case BlockProposal(entity, text):
            yield f"entity: {quote_scalar(entity)}"
            yield f"text: {quote_scalar(text)}"
        case EntityProposal(entity):
            for key, value in entity_pairs(entity):
                if key != "aliases":
                    yield f"{key}: {value}"
            if entity.aliases:
                yield "aliases:"
                yield from (f"  - {alias_value(alias)}" for alias in entity.aliases)


def _alias_fields(alias: Alias) -> Iterator[tuple[str, str]]:
    record = alias.to_dict()
    yield from ({"text": record} if isinstance(record, str) else record).items()


def _note(note: Note) -> Iterator[str]:
    yield f"decision: {note.decision}"
    yield f"source: {quote_scalar(note.source)}"
    yield f"date: {quote_scalar(note.date)}"
    if note.why:
        yield f"why: {quote_scalar(note.why)}"
    for key in ("score", "count", "documents"):
        value = getattr(note, key)
        if value is not None:
            yield f"{key}: {value}"
    if note.contexts:
        yield "contexts:"
        yield from (f"  - {quote_scalar(context)}" for context in note.contexts)
    if note.nearest:
        yield "nearest:"
        yield from (f"  {quote_scalar(key)}: {value}" for key, value in note.nearest.items())
