"""Where entities go: JSON lines, to a file or to standard output, or a compiled gazetteer; chosen by the ending.

Everything is opened before the first entity is asked for: a folder that does not exist is to be found out before an
hour of reading, not after it. A file appears when the last entity was written, or stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

from entitynorm.errors import InputError
from entitynorm.io.files import atomic_writer
from entitynorm.io.jsonl_gazetteer import write_jsonl
from entitynorm.model import Entity

Sink = Callable[[Iterable[Entity]], object]
"""Takes all entities of an import and writes them."""


def sink_for(output: str | None, write: Callable[[str], object], sources: Sequence[str] = ()) -> Sink:
    """The sink for what stands after ``-o``; ``write`` takes JSON lines for standard output (None or ``-``).

    Raises InputError for an ending that no sink writes.
    """
    if output is None or output == "-":
        return lambda entities: _each(write, entities)
    ending = PurePath(output).suffix.lower()
    if ending in (".jsonl", ".ndjson"):
        return lambda entities: _to_jsonl(output, entities)
    if ending == ".enx":
        from entitynorm.io.compiled import build  # only now: numpy takes a while

        # A bulk list holds names that are each other's slips; there sound has to agree.
        return lambda entities: build(entities, output, sources=list(sources), fuzzy="key")
    raise InputError(
        f"{output}: an import is written as .jsonl or .enx, not {ending or 'a file without ending'}; give another name"
    )


def _each(write: Callable[[str], object], entities: Iterable[Entity]) -> None:
    for line in write_jsonl(entities):
        write(line)


def _to_jsonl(output: str, entities: Iterable[Entity]) -> None:
    with atomic_writer(output) as stream:
        _each(stream.write, entities)
