"""The compiled gazetteer: every entity and the whole index in one file, built in bounded memory and opened by mmap.

`build` writes it, `CompiledGazetteer` reads it; the container underneath (`entitynorm.io.container`) knows nothing of
names. The header carries the version of the tables that keys and readings depend on, so that a file made by other
tables is refused instead of quietly finding less.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from entitynorm._version import __version__
from entitynorm.errors import IndexFileError
from entitynorm.gazetteer import Entry
from entitynorm.io.container import Container, ContainerWriter, open_container
from entitynorm.model import Entity, Fuzzy
from entitynorm.records import entity_from_record
from entitynorm.resources import data_dir
from entitynorm.retrieval.build import IndexBuilder, Progress
from entitynorm.retrieval.index import NameIndex
from entitynorm.wording import one_line

KIND = "entitynorm-gazetteer"
SCHEMA = 4
"""Raised when the arrays change their meaning; files of another number are refused."""
_TABLES = ("sounds.yaml", "sounds_scripts.yaml", "compounds.yaml")
_VERIFIED_BELOW = 64 * 1024 * 1024
"""Bytes up to which a file is checked to the last one when it is opened; bigger ones by ``entitynorm check``."""
_ENTITIES_KEPT = 4_096


@cache
def tables_digest() -> str:
    """A digest of the tables that the arrays were made by."""
    digest = hashlib.sha256()
    words = sorted((data_dir() / "lexicon").glob("*.yaml"), key=lambda path: path.name)
    for path in (*(data_dir() / name for name in _TABLES), *words):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def sources_digest(paths: Sequence[str | os.PathLike[str]]) -> dict[str, str]:
    """File name -> SHA-256 of each source, so that a file can be told from one made of other sources."""
    out = {}
    for path in paths:
        with Path(path).open("rb") as stream:
            out[Path(path).name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return out


def build(
    entities: Iterable[Entity],
    path: str | os.PathLike[str],
    *,
    sources: Sequence[str | os.PathLike[str]] = (),
    fuzzy: Fuzzy | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Compile entities, read one by one, into one file, which appears whole or not at all; returns its header.

    ``sources`` are the files they came from, for the header. ``fuzzy`` is how freely aliases may be met that do not say
    it themselves: "edit" suits a gazetteer kept by hand, "key" a bulk list of millions; None is "edit", but for single
    words of running text where names are many. The same entities in the same
    order give the same bytes. Raises GazetteerError for ids that stand twice, InputError or OSError for a target that
    cannot be written.
    """
    builder = IndexBuilder(fuzzy=fuzzy, progress=progress)

    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # one for all: it is costly to make

    def rows() -> Iterator[bytes]:
        for entity in entities:
            builder.add(entity)
            yield encode(entity.to_dict()).encode("utf-8", "surrogatepass")

    with ContainerWriter(path, kind=KIND, library=__version__) as writer:
        writer.records(rows())
        arrays, meta = builder.finish()
        for name in sorted(arrays):
            writer.array(name, arrays.pop(name))
        made_by = {"schema": SCHEMA, "tables": tables_digest(), "fuzzy": fuzzy, "sources": sources_digest(sources)}
        header = {**meta, **made_by}
        writer.meta(header)
    return header


class CompiledGazetteer:
    """A gazetteer in a compiled file, read as it is asked for; reads like `entitynorm.gazetteer.Gazetteer`.

    Raises IndexFileError for a file that is truncated, damaged, foreign, or made by another version.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._container: Container = open_container(path, kind=KIND)
        meta = self._container.meta
        remedy = f"make it again with `entitynorm build GAZETTEER -o {one_line(self.path)}`"
        if meta.get("schema") != SCHEMA:
            raise IndexFileError(
                f"{one_line(self.path)}: is a compiled gazetteer of schema {meta.get('schema')}, "
                f"this version reads {SCHEMA}; {remedy}"
            )
        if meta.get("tables") != tables_digest():
            raise IndexFileError(
                f"{one_line(self.path)}: was compiled with other sound and word tables (by entitynorm "
                f"{self._container.library}); {remedy}"
            )
        if Path(path).stat().st_size <= _VERIFIED_BELOW:
            self._container.verify()
        self.meta = meta
        self.index = NameIndex(self._container.arrays, meta)
        self._entity_at = lru_cache(maxsize=_ENTITIES_KEPT)(self._read)

    def _read(self, number: int) -> Entity:
        record = json.loads(self._container.record(number).decode("utf-8", "surrogatepass"))
        return entity_from_record(record, self._place(number))

    def _place(self, number: int) -> str:
        return f"{self.path}[{number}]"

    def entity_at(self, number: int) -> Entity:
        """The entity of that number in the index."""
        return self._entity_at(number)

    def get(self, entity_id: str) -> Entity | None:
        """The entity that has this id, or had it before it was renamed; None where there is none."""
        number = self.index.find_entity(entity_id)
        return None if number is None else self.entity_at(number)

    @property
    def types(self) -> frozenset[str]:
        """The types of the entities."""
        return frozenset(self.index.types)

    def __contains__(self, entity_id: object) -> bool:
        return isinstance(entity_id, str) and self.index.find_entity(entity_id) is not None

    def __iter__(self) -> Iterator[Entity]:
        for number, row in enumerate(self._container.records):
            yield entity_from_record(json.loads(row.decode("utf-8", "surrogatepass")), self._place(number))

    def __len__(self) -> int:
        return len(self._container.records)

    def entries(self) -> Iterator[Entry]:
        """The entities with their places, in the order of the sources."""
        return ((entity, self._place(number)) for number, entity in enumerate(self))

    def verify(self) -> None:
        """Check every byte of the file; raises IndexFileError for the first that is not as it was written."""
        self._container.verify()

    def __reduce__(self) -> tuple[Any, ...]:
        return CompiledGazetteer, (self.path,)
