"""YAML as nodes that still know their lines and their spelling, and scalars written so that YAML leaves them be.

What a file of ours is read with, be it a gazetteer or a patch: every scalar is text as it was written, what YAML would
have taken for something else is refused, and so are keys that stand twice, anchors, tags and merges. Start reading at
`compose`, then `NodeReader`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any, cast

import yaml

from entitynorm.errors import GazetteerError, Problem
from entitynorm.records import Complaint, Path
from entitynorm.wording import one_line, quoted

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_MAX_DEPTH = 20
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOT_PLAIN = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_FORBIDDEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")

_SYNTAX_REMEDIES = (
    ("mapping values are not allowed", "put quotes round a value that holds a colon, and check the indentation"),
    ("cannot start any token", "put quotes round a value that begins with a sign, and indent with spaces, not tabs"),
    ("unexpected end of stream", "the quotation mark opened here is never closed"),
    ("unknown escape character", "write \\\\ for a backslash inside double quotes"),
    ("Unicode character escape", "half of a surrogate pair is no character; write the character itself"),
    ("',' or", "check the commas and the closing bracket of the list or mapping opened here"),
    ("could not find expected ':'", "this line lacks a colon, or a quotation mark above it is not closed"),
    ("another document", "keep one document in a file; take the line --- away"),
)
_DEFAULT_REMEDY = "check the indentation and the quotes of this line and the one above"


def line_of(node: yaml.Node | yaml.Event) -> int:
    """The line a node begins on, from 1."""
    return cast("yaml.Mark", node.start_mark).line + 1


def compose(text: str, source: str) -> yaml.Node | None:
    """Text to nodes; every breach of YAML itself becomes one problem with line and column."""

    def broken(line: int, column: int, message: str) -> GazetteerError:
        return GazetteerError([Problem(f"{source}:{line}:{column}", "", message)])

    if found := _FORBIDDEN.search(text):
        before = text[: found.start()]
        line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
        code = ord(found.group())
        raise broken(line, column, f"control character U+{code:04X}, which YAML does not allow; take it out")
    try:
        _refuse_anchors_and_depth(text, source)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        problem = (error.problem or "not YAML").removeprefix("but ")
        if "nesting depth" in problem and error.problem_mark is not None:  # newer libyaml counts too
            raise GazetteerError([_too_deep(source, error.problem_mark.line + 1)]) from error
        # Where an opening quote or bracket has no end, the parser stops far below; the opening is what to look at.
        opening = "end of stream" in problem or "',' or" in problem
        mark = (error.context_mark if opening else None) or error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        remedy = next((text for part, text in _SYNTAX_REMEDIES if part in problem), _DEFAULT_REMEDY)
        raise broken(line, column, f"broken YAML: {one_line(problem)}; {remedy}") from error
    except yaml.YAMLError as error:
        raise broken(1, 1, f"broken YAML: {one_line(str(error).splitlines()[0])}; {_DEFAULT_REMEDY}") from error


def _too_deep(source: str, line: int) -> Problem:
    return Problem(f"{source}:{line}", "", "nested too deeply; a record has three levels")


def _refuse_anchors_and_depth(text: str, source: str) -> None:
    """Walk the events, which need no recursion, before nodes are built: a third more time, and none of it to be feared.

    Anchors make one record change with another a thousand lines away, and nest into trees that fill any memory;
    brackets nested by the ten thousand overrun the stack of the C parser, which takes the interpreter with it.
    """
    problems: list[Problem] = []
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            problems.append(_too_deep(source, line_of(event)))
            break
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            shown = quoted(sign + event.anchor)
            message = f"{shown} was read as a YAML anchor, and those are not accepted; write the value out, or quote it"
            problems.append(Problem(f"{source}:{line_of(event)}", "", message))
    if problems:
        raise GazetteerError(problems)


def kind_of(node: yaml.Node) -> str:
    """What a node is, in words."""
    if isinstance(node, yaml.ScalarNode):
        return f"the text {quoted(node.value)}" if node.value else "empty"
    return "a mapping" if isinstance(node, yaml.MappingNode) else "a list"


class NodeReader:
    """Nodes to plain values, with the line of every field and every problem met on the way.

    ``keys`` gives the keys that a mapping at a path may have, None for any; ``is_number`` says which fields hold
    plain numbers, all others hold text.
    """

    def __init__(
        self, source: str, *, keys: Callable[[Path], Collection[str] | None], is_number: Callable[[Path], bool]
    ) -> None:
        self.source = source
        self._keys = keys
        self._is_number = is_number
        self.problems: list[tuple[int, Problem]] = []
        self._entity = ""
        self._lines: dict[Path, int] = {}
        self._refused: set[Path] = set()

    def place(self, line: int) -> str:
        return f"{self.source}:{line}"

    def say(self, line: int, message: str) -> None:
        self.problems.append((line, Problem(self.place(line), self._entity, message)))

    def record(self, node: yaml.Node, name: str) -> Any:
        """The plain value of one record; ``name`` stands in the problems of it, up to the next `complain`."""
        self._entity = name
        self._lines, self._refused = {(): line_of(node)}, set()
        return self._value(node, ())

    def complain(self, complaints: Iterable[Complaint]) -> None:
        """Turn complaints about the record read last into problems with lines, where the node itself has none."""
        for path, message in complaints:
            if path not in self._refused:
                self.say(self._line_at(path), message)
        self._entity = ""

    def pairs(self, node: yaml.MappingNode, path: Path) -> list[tuple[str, yaml.Node, int]]:
        """Keys with values and lines; keys that stand twice, merge keys and keys that are no text are problems."""
        match path:
            case ():
                label = ""
            case ("aliases", int(number)):
                label = f"alias {number + 1}: "
            case _:
                label = f"{label_of(path)}: "
        found: dict[str, tuple[str, yaml.Node, int]] = {}
        for key, value in node.value:
            line = line_of(key)
            if not isinstance(key, yaml.ScalarNode):
                self.say(line, f"{label}the key is {kind_of(key)}, expected text; quote it, or write key: value")
            elif key.tag == _TAG + "merge":
                # What the merge was to bring is missing now; that is no news.
                self._refuse(path, line, f'{label}the merge key "<<" is not accepted; write the fields out')
            elif key.value in found:
                first = found[key.value][2]
                self.say(line, f"{label}the key {quoted(key.value)} stands twice (first on line {first}); keep one")
            else:
                if key.tag != _TAG + "str":
                    message = f"{label}the key {_misread(key)}. Put quotes round it: {quoted(key.value)}: …"
                    self._refuse((*path, key.value), line, message)
                found[key.value] = (key.value, value, line)
        return list(found.values())

    def _value(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if node.tag not in (_TAG + "map", _TAG + "seq"):
            self._refuse(
                path, line_of(node), f"{label_of(path)} has the tag {quoted(_short(node.tag))}; take the tag away"
            )
        if len(path) > 3:  # deeper than any field goes; read_record says what it expected instead
            return {} if isinstance(node, yaml.MappingNode) else []
        if isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._lines[(*path, number)] = line_of(item)
            return [self._value(item, (*path, number)) for number, item in enumerate(node.value)]
        record: dict[str, Any] = {}
        known = self._keys(path)
        for key, value, line in self.pairs(cast("yaml.MappingNode", node), path):
            self._lines[(*path, key)] = line
            # The value under a key that does not exist is nobody's text yet: one complaint is enough.
            record[key] = self._value(value, (*path, key)) if known is None or key in known else ""
        return record

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        raw = cast("str", node.value)
        if self._is_number(path):
            plain = not node.style  # None or "", as the parser is the Python or the C one
            if plain and _DECIMAL.fullmatch(raw):
                return float(raw)
            if plain and not raw:
                self._refuse(
                    path, self._line_at(path), f"{label_of(path)} has no value; give one, or take the key away"
                )
            return raw
        if node.tag == _TAG + "str":
            return raw
        line = line_of(node) if raw else self._line_at(path)
        label = label_of(path)
        if not node.tag.startswith(_TAG) or node.tag in (_TAG + "binary", _TAG + "set"):
            self._refuse(path, line, f"{label} {quoted(raw)} has the tag {quoted(_short(node.tag))}; take the tag away")
        elif raw == "":
            self._refuse(path, line, f"{label} has no value; give one, or take it away")
        else:
            key = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
            self._refuse(path, line, f"{label} {_misread(node)}. Put quotes round it: {key}{quoted(raw)}")
        return raw

    def _refuse(self, path: Path, line: int, message: str) -> None:
        """A problem of the node itself; what `read_record` then thinks of the same field is not repeated."""
        self._refused.add(path)
        self.say(line, message)

    def _line_at(self, path: Path) -> int:
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]


def label_of(path: Path) -> str:
    """A field in words: ``alias``, ``alias 3: lang``, ``refs: geonames``, ``was: item 2``."""
    match path:
        case ():
            return "the entity"
        case ("aliases", int()) | ("aliases", int(), "text"):
            return "alias"
        case ("aliases", int(number), key):
            return f"alias {number + 1}: {one_line(str(key))}"
        case (str(field), int(number)):
            return f"{field}: item {number + 1}"
        case (str(field), key):
            return f"{field}: {one_line(str(key))}"
    return one_line(str(path[0]))


def _short(tag: str) -> str:
    return "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag


def _misread(node: yaml.ScalarNode) -> str:
    """What YAML would have made of a scalar: ``"NO" was read as the YAML boolean false``."""
    kind = {"bool": "boolean", "int": "number", "float": "number", "timestamp": "date"}.get(
        node.tag.removeprefix(_TAG), _short(node.tag)
    )
    shown = ""
    if kind == "boolean":
        shown = " true" if node.value.lower() in ("yes", "on", "true") else " false"
    elif kind == "number":
        shown = f" {_number(node)}"
    elif node.tag == _TAG + "null":
        kind, shown = "null", " (nothing)"
    return f"{quoted(node.value)} was read as the YAML {kind}{shown}"


def _number(node: yaml.ScalarNode) -> str:
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
        return f"{value:g}" if isinstance(value, float) else str(value)
    except (ValueError, OverflowError):
        return quoted(node.value)


def word_scalar(value: str) -> str:
    """A word of a closed vocabulary, bare where YAML leaves it alone (``lang: no`` would be a boolean)."""
    return value if _PLAIN_WORD.fullmatch(value) and value.lower() not in _NOT_PLAIN else quote_scalar(value)


def quote_scalar(value: str) -> str:
    """A double-quoted scalar; what cannot be seen is written as an escape, so that editors and reviews show it."""
    out = []
    for char in value:
        code = ord(char)
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif char.isprintable():
            out.append(char)
        else:
            out.append(f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}")
    return '"' + "".join(out) + '"'
