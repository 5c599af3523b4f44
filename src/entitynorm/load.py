"""From a source to a Linker: the only place where disk, gazetteer and linker meet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entitynorm.errors import InputError
from entitynorm.gazetteer import Gazetteer
from entitynorm.io.jsonl_gazetteer import read_whole_jsonl, stream_jsonl
from entitynorm.layers import IndexedGazetteer, InMemory
from entitynorm.linker import Linker
from entitynorm.model import Document, Entity
from entitynorm.model import Link as LinkResult
from entitynorm.packaged import packaged_gazetteer, packaged_index
from entitynorm.records import entity_from_record
from entitynorm.rewriting import Style

if TYPE_CHECKING:
    from entitynorm.io.compiled import CompiledGazetteer

COMPILED = ".enx"
Source = str | os.PathLike[str] | Iterable[Entity | Mapping[str, Any]]


def read_gazetteer(path: str | os.PathLike[str]) -> Gazetteer:
    """The gazetteer in one file, in memory, by its ending: ``.yaml``/``.yml`` or ``.jsonl``.

    Raises InputError for a file that cannot be read and GazetteerError for one that breaks the format.
    """
    ending = Path(path).suffix.lower()
    if ending in (".yaml", ".yml"):
        from entitynorm.io.yaml_gazetteer import read_yaml  # the packaged gazetteer and JSON lines do without YAML

        rows = read_yaml(path)
    elif ending in (".jsonl", ".ndjson"):
        rows = read_whole_jsonl(path)
    else:
        raise InputError(
            f"{path}: a gazetteer ends in .yaml, .yml, .jsonl or .enx, not {ending or 'nothing'!r}; "
            "rename or convert it"
        )
    return Gazetteer.from_entries(rows)


def stream_entities(path: str | os.PathLike[str]) -> Iterator[tuple[Entity, str]]:
    """The entities of a gazetteer file one by one, each with its place.

    JSON lines and compiled files are read in bounded memory.
    Raises as `read_gazetteer` does, for JSON lines at the end, when every complaint is known.
    """
    ending = Path(path).suffix.lower()
    if ending in (".jsonl", ".ndjson"):
        yield from stream_jsonl(path)
    elif ending == COMPILED:
        yield from open_compiled(path).entries()
    else:
        yield from read_gazetteer(path).entries()


def open_compiled(path: str | os.PathLike[str]) -> CompiledGazetteer:
    """A compiled gazetteer; raises IndexFileError where the file is not one that this version reads."""
    from entitynorm.io.compiled import CompiledGazetteer  # numpy and the index are not needed for fifty names in YAML

    return CompiledGazetteer(path)


def _in_memory(source: Iterable[Entity | Mapping[str, Any]]) -> Gazetteer:
    entries = []
    for number, item in enumerate(source):
        place = f"entities[{number}]"
        if isinstance(item, Entity):
            entries.append((item, place))
        elif isinstance(item, Mapping):
            entries.append((entity_from_record(item, place), place))
        else:
            raise InputError(f"{place}: expected an Entity or a record (dict), got {type(item).__name__}")
    return Gazetteer.from_entries(entries)


def _of_files(paths: Sequence[str | os.PathLike[str]]) -> Linker:
    """Files on top of each other, the last on top; those that are read into memory and adjoin become one layer."""
    layers: list[IndexedGazetteer] = []
    read: list[Gazetteer] = []
    for path in paths:
        if Path(path).suffix.lower() == COMPILED:
            if read:
                layers.append(InMemory(Gazetteer.merge(read)))
                read = []
            layers.append(open_compiled(path))
        else:
            read.append(read_gazetteer(path))
    return Linker(Gazetteer.merge(read), layers=layers)


def load(source: Source | Sequence[str | os.PathLike[str]] | None = None) -> Linker:
    """A linker over the packaged gazetteer (None), a file, a list of files, or any iterable of entities or records.

    Files end in .yaml, .yml, .jsonl or .enx (compiled, see `entitynorm.io.compiled`). Of several files the later
    override and add to the earlier, entity by entity. Raises InputError for a file that cannot be read, IndexFileError
    for a compiled file of another version or a damaged one, GazetteerError for one that breaks the format.

    >>> load([{"id": "place:kozinka", "type": "PLACE", "name": "Kozinka"}]).resolve("Kozynka").id
    'place:kozinka'
    """
    if source is None:
        return Linker(packaged_gazetteer(), make_index=packaged_index)
    if isinstance(source, (str, os.PathLike)):
        return _of_files([source])
    items = list(source)
    if items and all(isinstance(item, (str, os.PathLike)) for item in items):
        return _of_files(items)  # type: ignore[arg-type]
    return Linker(_in_memory(items))  # type: ignore[arg-type]


@cache
def default_linker() -> Linker:
    """The linker over the packaged gazetteer, made on first use."""
    return load()


def link(text: str, *, lang: str | None = None) -> Document:
    """`Linker.link` on the packaged gazetteer."""
    return default_linker().link(text, lang=lang)


def normalize(text: str, *, lang: str | None = None, style: Style = "name") -> str:
    """`Linker.normalize` on the packaged gazetteer.

    >>> normalize("Fighting near Kozynka.")
    'Fighting near Kozinka.'
    """
    return default_linker().normalize(text, lang=lang, style=style)


def resolve(name: str, *, type: str | None = None, lang: str | None = None) -> LinkResult:
    """`Linker.resolve` on the packaged gazetteer."""
    return default_linker().resolve(name, type=type, lang=lang)
