"""From a source to a Linker: the only place where disk, gazetteer and linker meet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from entitynorm.errors import InputError
from entitynorm.gazetteer import Gazetteer
from entitynorm.io.jsonl_gazetteer import read_whole_jsonl
from entitynorm.io.yaml_gazetteer import read_yaml
from entitynorm.linker import Linker
from entitynorm.model import Document, Entity
from entitynorm.model import Link as LinkResult
from entitynorm.records import entity_from_record
from entitynorm.resources import data_dir

Source = str | os.PathLike[str] | Iterable[Entity | Mapping[str, Any]]


def read_gazetteer(path: str | os.PathLike[str]) -> Gazetteer:
    """The gazetteer in one file, by its ending: ``.yaml``/``.yml`` or ``.jsonl``.

    Raises InputError for a file that cannot be read and GazetteerError for one that breaks the format.
    """
    ending = Path(path).suffix.lower()
    if ending in (".yaml", ".yml"):
        rows = read_yaml(path)
    elif ending in (".jsonl", ".ndjson"):
        rows = read_whole_jsonl(path)
    else:
        raise InputError(
            f"{path}: a gazetteer ends in .yaml, .yml or .jsonl, not {ending or 'nothing'!r}; rename or convert it"
        )
    return Gazetteer.from_entries(rows)


def load_gazetteer(source: Source | Sequence[str | os.PathLike[str]] | None = None) -> Gazetteer:
    """The gazetteer of a source: None (the packaged one), a path, a list of paths (later override), or records."""
    if source is None:
        return read_gazetteer(data_dir() / "aliases.yaml")
    if isinstance(source, (str, os.PathLike)):
        return read_gazetteer(source)
    items = list(source)
    if items and all(isinstance(item, (str, os.PathLike)) for item in items):
        return Gazetteer.merge([read_gazetteer(item) for item in items])  # type: ignore[arg-type]
    entries = []
    for number, item in enumerate(items):
        place = f"entities[{number}]"
        if isinstance(item, Entity):
            entries.append((item, place))
        elif isinstance(item, Mapping):
            entries.append((entity_from_record(item, place), place))
        else:
            raise InputError(f"{place}: expected an Entity or a record (dict), got {type(item).__name__}")
    return Gazetteer.from_entries(entries)


def load(source: Source | Sequence[str | os.PathLike[str]] | None = None) -> Linker:
    """A linker over the packaged gazetteer (None), a file, a list of files, or any iterable of entities or records.

    >>> load([{"id": "place:kozinka", "type": "PLACE", "name": "Kozinka"}]).resolve("Kozynka").id
    'place:kozinka'
    """
    return Linker(load_gazetteer(source))


@cache
def default_linker() -> Linker:
    """The linker over the packaged gazetteer, made on first use."""
    return load()


def link(text: str, *, lang: str | None = None) -> Document:
    """`Linker.link` on the packaged gazetteer."""
    return default_linker().link(text, lang=lang)


def normalize(text: str, *, lang: str | None = None) -> str:
    """`Linker.normalize` on the packaged gazetteer.

    >>> normalize("Fighting near Kozynka.")
    'Fighting near Kozinka.'
    """
    return default_linker().normalize(text, lang=lang)


def resolve(name: str, *, type: str | None = None, lang: str | None = None) -> LinkResult:
    """`Linker.resolve` on the packaged gazetteer."""
    return default_linker().resolve(name, type=type, lang=lang)
