"""The packaged gazetteer, as an earlier run kept it: its records and the arrays of its index.

Both are what reading ``data/aliases.yaml`` and indexing it give (see `entitynorm.table_cache`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from entitynorm.gazetteer import Entry, Gazetteer
from entitynorm.records import entity_from_record
from entitynorm.resources import data_dir
from entitynorm.row_store import RowStore
from entitynorm.table_cache import stored

if TYPE_CHECKING:
    from entitynorm.retrieval.index import NameIndex

_FILE = "aliases.yaml"
_META = "#"
"""The row of an index that is no array."""


def packaged_gazetteer() -> Gazetteer:
    """The packaged gazetteer; raises GazetteerError or InputError where its file was broken."""
    return Gazetteer.from_entries(_entries(stored("gazetteer", _read)["entities"]))


def packaged_index() -> NameIndex:
    """The index of the packaged gazetteer, its entities in the order in which a `Gazetteer` gives them."""
    import numpy as np

    from entitynorm.retrieval.index import NameIndex

    rows = stored("index", _build)["arrays"]
    meta = json.loads(rows.find(_META) or "{}")
    arrays = {}
    for name, (kind, shape) in meta.pop("arrays").items():
        # Copied, since numpy works faster on what is aligned.
        arrays[name] = np.frombuffer(bytes(rows.find_bytes(name) or b""), np.dtype(kind)).reshape(shape)
    return NameIndex(arrays, meta)


def _read() -> dict[str, dict[str, str]]:
    from entitynorm.io.yaml_gazetteer import read_yaml  # not needed where the gazetteer was kept from another run

    path = data_dir() / _FILE
    rows = {}
    for entity, place in read_yaml(path):
        # Of the place only the line: another copy of the library stands elsewhere.
        rows[entity.id] = json.dumps([entity.to_dict(), place.rpartition(":")[2]], ensure_ascii=False)
    return {"entities": rows}


def _entries(rows: RowStore) -> Iterator[Entry]:
    path = data_dir() / _FILE
    for _, row in rows.items():
        record, line = json.loads(row)
        place = f"{path}:{line}"
        yield entity_from_record(record, place), place


def _build() -> dict[str, dict[str, bytes]]:
    from entitynorm.retrieval.index import NameIndex

    index = NameIndex.of(packaged_gazetteer())
    kinds = {name: (values.dtype.str, values.shape) for name, values in index.arrays.items()}
    meta = {
        "arrays": kinds,
        "entities": index.entities,
        "aliases": index.aliases,
        "terms": index.terms,
        "types": index.types,
    }
    rows = {name: values.tobytes() for name, values in index.arrays.items()}
    return {"arrays": {**rows, _META: json.dumps(meta).encode()}}
