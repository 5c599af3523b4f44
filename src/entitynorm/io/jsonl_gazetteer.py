"""A gazetteer as JSON lines: one entity record a line, for programs to write and for sizes that YAML is too slow for.

The records are those of the YAML form and are held to the same rules. Lines are read one at a time and blank lines are
skipped; every complaint names ``file:line``. Two things JSON itself leaves open are refused: a key that stands twice in
one object (parsers keep the last and say nothing), and NaN or Infinity.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from entitynorm.errors import GazetteerError, Problem
from entitynorm.gazetteer import id_problems
from entitynorm.io.files import iter_lines
from entitynorm.model import Entity
from entitynorm.records import entity_name, read_record
from entitynorm.wording import one_line, quoted

MAX_PROBLEMS: Final = 1000
"""After so many complaints reading stops: a file of another format would otherwise have one for each of its lines."""


_WHAT = "JSON lines gazetteer"


class _RefusedError(ValueError):
    """Valid JSON to Python's parser, but not a record."""


def read_jsonl(path: str | os.PathLike[str]) -> Iterator[tuple[Entity, str]]:
    """The entities of a JSON lines file, each with its place ``file:line``, as they are read.

    Sound entities come out even where others are not; when the file ends, or after `MAX_PROBLEMS` complaints, raises
    GazetteerError with all of them. Ids that stand twice are found by `entitynorm.gazetteer`, which sees the whole.
    """
    return read_jsonl_lines(iter_lines(path, what=_WHAT), one_line(os.fspath(path)))


def read_whole_jsonl(path: str | os.PathLike[str]) -> list[tuple[Entity, str]]:
    """The entities of a JSON lines file at once, or every complaint about it, ids that stand twice among them.

    An id is compared only between sound records, so that one run of a check shows as much as can be known.
    """
    entries: list[tuple[Entity, str]] = []
    try:
        entries.extend(read_jsonl(path))
    except GazetteerError as error:
        problems = [*error.problems, *id_problems(entries)]
        raise GazetteerError(_in_file_order(problems)) from None
    return entries


def stream_jsonl(path: str | os.PathLike[str]) -> Iterator[tuple[Entity, str]]:
    """The entities of a JSON lines file one at a time, and at its end every complaint, clashing ids among them.

    For files of a million entities: of each that went by, sixteen bytes an id are kept, enough to see that ids may
    clash. Only the lines in doubt are then read again, to be sure and to say it in the words of `Gazetteer`. What came
    out before the error must not be used; a file that is written whole or not at all takes care of that by itself.
    """
    ids = _IdsByLine()
    problems: list[Problem] = []
    try:
        for entity, place in read_jsonl(path):
            ids.add(entity, _line_of(place))
            yield entity, place
    except GazetteerError as error:
        problems += error.problems
    if doubtful := ids.doubtful():
        problems += _clashes(path, doubtful)
    if problems:
        raise GazetteerError(_in_file_order(problems))


class _IdsByLine:
    """Which lines have an id in common, as far as hashes can tell: equal ids always, others almost never."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._lines = array("Q")

    def add(self, entity: Entity, line: int) -> None:
        for own in (entity.id, *entity.was):
            self._hashes.append(hash(own))
            self._lines.append(line)

    def doubtful(self) -> frozenset[int]:
        """The lines of all entities with a hash that stands twice."""
        import numpy as np  # small gazetteers are loaded without it

        hashes, lines = np.array(self._hashes, "i8"), np.array(self._lines, "u8")
        order = np.argsort(hashes, kind="stable")
        same = hashes[order][1:] == hashes[order][:-1]
        return frozenset(lines[order[:-1][same]].tolist() + lines[order[1:][same]].tolist())


def _clashes(path: str | os.PathLike[str], doubtful: frozenset[int]) -> list[Problem]:
    source = one_line(os.fspath(path))
    if not Path(path).is_file():  # a pipe gives its lines once
        message = "its id, or one of was, seems to stand in another line too; write the lines to a file and check that"
        return [Problem(f"{source}:{line}", "", message) for line in sorted(doubtful)]
    lines = (item for item in iter_lines(path, what=_WHAT) if item[0] in doubtful)
    return id_problems(read_jsonl_lines(lines, source))


def _in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: _line_of(problem.place))


def _line_of(place: str) -> int:
    return int(place.rpartition(":")[2])


def read_jsonl_lines(lines: Iterable[tuple[int, str]], source: str = "<lines>") -> Iterator[tuple[Entity, str]]:
    """The same from numbered lines; ``source`` stands for the file in places and complaints."""
    problems: list[Problem] = []
    for number, line in lines:
        if not line.strip():
            continue
        place = f"{source}:{number}"
        try:
            record = json.loads(line, object_pairs_hook=_object, parse_constant=_refuse_constant)
        except _RefusedError as error:
            problems.append(Problem(place, "", str(error)))
        except (ValueError, RecursionError) as error:
            problems.append(Problem(place, "", _syntax(error, line)))
        else:
            entity, complaints = read_record(record)
            if entity is not None:
                yield entity, place
            name = entity_name(record)
            problems += (Problem(place, name, complaint.message) for complaint in complaints)
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise GazetteerError(problems)


def write_jsonl(entities: Iterable[Entity]) -> Iterator[str]:
    """The lines of the JSON lines form, each with its line end, in the order given."""
    for entity in entities:
        yield json.dumps(entity.to_dict(), ensure_ascii=False, allow_nan=False) + "\n"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _RefusedError(f"the key {quoted(key)} stands twice in one object; keep one")
            seen.add(key)
    return record


def _refuse_constant(name: str) -> NoReturn:
    raise _RefusedError(f"{name} is not a JSON number; write a finite number, or take the key away")


def _syntax(error: Exception, line: str) -> str:
    remedy = "write one whole object on each line"
    if isinstance(error, json.JSONDecodeError):
        if line.strip() in ("[", "{") or line.lstrip().startswith("[{"):
            remedy = "an array or an indented file must be turned into one object a line, e.g. with: jq -c '.[]'"
        return f"not JSON: {_lower(error.msg)} at column {error.colno}; {remedy}"
    if isinstance(error, RecursionError):
        return f"not a record: nested too deeply; {remedy}"
    return "not a record: a number has too many digits; write it shorter, or as text"


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
