"""Texts and names of a Spark DataFrame, where one machine ends: `link` and `resolve` over a compiled gazetteer.

Both hand whole Arrow batches to Python workers (``mapInArrow``) and give the rows back with more columns after the
others. What makes the difference at scale stands here once:

- the index travels as one file, under a name made from its contents, once per session; an index that is on every node
  already is named ``local:/path``, as Spark names such files itself;
- a worker process opens it once, by mmap, and keeps it for all tasks and actions. The cache belongs to this module,
  which workers import; a cache in a user's script travels with every task and opens the index each time;
- offsets are code points, as in Spark's own strings: ``substring(text, m.start + 1, m.end - m.start)`` is the surface;
- no batch is held whole in its linked form: rows go back by the hundred.

`link` and `resolve` are for the driver; `_linked` and `_resolved` run in the workers.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from entitynorm.column import ANSWER_FIELDS, ColumnResolver
from entitynorm.errors import InputError
from entitynorm.io.container_layout import PROLOGUE_SIZE
from entitynorm.load import COMPILED, load, open_compiled
from entitynorm.wording import one_line

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructField

    from entitynorm.linker import Linker

__all__ = ["link", "resolve"]

_LOCAL: Final = "local:"
"""What a path that is there on every node begins with, as in ``spark.jars``."""
_NEEDED: Final = ("pyspark", "pyarrow", "pandas")
"""Spark asks for pandas even where rows stay in Arrow."""
_ROWS: Final = 256
"""Documents linked before their rows are given back."""
_INDEXES_KEPT: Final = 4
_CANDIDATE: Final = (("id", "string"), ("name", "string"), ("type", "string"), ("score", "double"), ("alias", "string"))
_MENTION: Final = (
    ("start", "int"),
    ("end", "int"),
    ("surface", "string"),
    ("id", "string"),
    ("name", "string"),
    ("type", "string"),
    ("score", "double"),
    ("reason", "string"),
)
"""The fields of a mention and their types in Spark; ``candidates`` come after them."""

Batches = Iterator["pyarrow.RecordBatch"]


# --------------------------------------------------------------------------------------------------- on the driver


def link(
    df: DataFrame, text_col: str, *, index: str | os.PathLike[str], lang: str | None = None, output: str = "mentions"
) -> DataFrame:
    """The rows of ``df`` with the mentions of the text in ``text_col`` as one more column, called ``output``.

    ``index``: a compiled gazetteer (``.enx``, see `entitynorm build`) on the driver, shipped to the workers once, or
    ``local:/path`` where every node has it. ``lang`` as in `Linker.link`.

    The column is an array of structs ``start, end, surface, id, name, type, score, reason, candidates``, in text order,
    not overlapping; ``start`` and ``end`` count code points from 0, ``id`` is null for a NIL, ``candidates`` is an
    array of structs ``id, name, type, score, alias``, best first. A null text has null mentions. Bytes that are no
    UTF-8 are read as U+FFFD, as Spark's ``make_valid_utf8`` does, and offsets count in that text.

    Nothing runs until an action asks, and each action runs again: write the result, or persist it. All columns of
    ``df`` pass through Python, so select those that are wanted. Raises InputError for a column that is not there, holds
    no strings or would stand twice, and IndexFileError for an index that this version cannot read.
    """
    _check(df, text_col, (output,))
    from pyspark.sql import types as T

    shipped = _shipped(df, index)
    kinds = {"string": T.StringType(), "int": T.IntegerType(), "double": T.DoubleType()}
    candidate = T.StructType([T.StructField(name, kinds[kind]) for name, kind in _CANDIDATE])
    mention = T.StructType([T.StructField(name, kinds[kind]) for name, kind in _MENTION])
    added = [T.StructField(output, T.ArrayType(mention.add("candidates", T.ArrayType(candidate))))]
    return _mapped(df, partial(_linked, index=shipped, column=text_col, lang=lang, output=output), added)


def resolve(
    df: DataFrame, col: str, *, index: str | os.PathLike[str], type: str | None = None, lang: str | None = None
) -> DataFrame:
    """The rows of ``df`` with four more columns that tell which entity the name in ``col`` is.

    They are ``COL_id``, ``COL_name``, ``COL_score`` and ``COL_reason``, as `entitynorm resolve --table` writes them:
    the id is null for a NIL, whose reason is one of ``no_candidate``, ``below_threshold``, ``ambiguous``, ``blocked``;
    a null or blank name has four nulls, since nothing was asked. ``type`` and ``lang`` as in `Linker.resolve`,
    ``index`` and errors as in `link`. A task resolves each distinct name once.
    """
    added_names = tuple(f"{col}_{name}" for name in ANSWER_FIELDS)
    _check(df, col, added_names)
    from pyspark.sql import types as T

    shipped = _shipped(df, index)
    kinds = (T.StringType(), T.StringType(), T.DoubleType(), T.StringType())
    added = [T.StructField(name, kind) for name, kind in zip(added_names, kinds, strict=True)]
    return _mapped(df, partial(_resolved, index=shipped, column=col, type=type, lang=lang), added)


def _mapped(df: DataFrame, worker: Callable[[Batches], Batches], added: list[StructField]) -> DataFrame:
    from pyspark.sql import types as T

    return df.mapInArrow(worker, T.StructType([*df.schema.fields, *added]))


def _check(df: DataFrame, column: str, added: tuple[str, ...]) -> None:
    """Refuse on the driver, in one line, what would fail in every task."""
    for package in _NEEDED:
        if find_spec(package) is None:
            raise InputError(f"Spark needs {package}, which is not installed; run: pip install 'entitynorm[spark]'")
    if not hasattr(df, "mapInArrow"):
        raise InputError(f"df is a {type(df).__name__}, expected a Spark DataFrame; see spark.createDataFrame")
    names = df.columns
    if column not in names:
        near = difflib.get_close_matches(column, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"no column {column!r}, only {', '.join(map(repr, names))}{hint}")
    twice = sorted(name for name in set(names) if names.count(name) > 1)
    if twice:
        raise InputError(f"column {twice[0]!r} stands twice; rename or drop one of them first")
    kind = df.schema[column].dataType.typeName()
    if kind not in ("string", "varchar", "char"):
        raise InputError(f"column {column!r} holds {kind}, expected string; choose another or cast it first")
    taken = {name.casefold(): name for name in names}  # Spark does not tell columns apart by case
    for name in added:
        if name.casefold() in taken:
            raise InputError(f"column {taken[name.casefold()]!r} is there already; rename or drop it first")


_sessions: WeakKeyDictionary[Any, tuple[tempfile.TemporaryDirectory[str], set[str]]] = WeakKeyDictionary()
"""Of each Spark context or Connect session: a folder with copies of what was shipped, and their names."""


def _shipped(df: DataFrame, index: str | os.PathLike[str]) -> str:
    """The name by which workers find the index: a file that Spark brings to them, or ``local:/path``.

    Spark never sends a second file of a name it has sent, so the name holds a digest of the contents; and it fetches
    when an executor starts, which may be hours later, so what it reads is a copy that nobody rebuilds.
    """
    path = os.fspath(index)
    if path.startswith(_LOCAL):
        return path
    if Path(path).suffix.lower() != COMPILED:
        raise InputError(
            f"{one_line(path)}: Spark workers share one compiled gazetteer ({COMPILED}); "
            f"make it with `entitynorm build {one_line(path)} -o {one_line(Path(path).stem)}{COMPILED}`"
        )
    open_compiled(path)
    session: Any = df.sparkSession
    connected = type(session).__module__.startswith("pyspark.sql.connect")
    owner = session if connected else session.sparkContext
    if owner not in _sessions:
        _sessions[owner] = tempfile.TemporaryDirectory(prefix="entitynorm-"), set()
    folder, names = _sessions[owner]
    with Path(path).open("rb") as source:
        # The first bytes hold the checksum of the header, which holds those of all blocks: they stand for the whole.
        name = f"{hashlib.sha256(source.read(PROLOGUE_SIZE)).hexdigest()[:16]}{COMPILED}"
        if name not in names:
            copy = Path(folder.name) / name
            source.seek(0)
            with copy.open("wb") as target:
                shutil.copyfileobj(source, target)
            if connected:
                session.addArtifacts(str(copy), file=True)
            else:
                owner.addFile(str(copy))
            names.add(name)
    return name


# -------------------------------------------------------------------------------------------------- in the workers


@lru_cache(maxsize=_INDEXES_KEPT)
def _opened(path: str) -> Linker:
    """The linker over an index file, opened once for the life of the worker process."""
    return load(path)


def _linker(index: str) -> Linker:
    if index.startswith(_LOCAL):
        return _opened("/" + index.removeprefix(_LOCAL).lstrip("/"))
    from pyspark import SparkFiles

    return _opened(SparkFiles.get(index))


def _linked(batches: Batches, *, index: str, column: str, lang: str | None, output: str) -> Batches:
    """Arrow batches with the column of mentions added."""
    import pyarrow

    linker = _linker(index)
    kinds = {"string": pyarrow.string(), "int": pyarrow.int32(), "double": pyarrow.float64()}
    candidate = pyarrow.struct([(name, kinds[kind]) for name, kind in _CANDIDATE])
    fields = [(name, kinds[kind]) for name, kind in _MENTION]
    mentions = pyarrow.list_(pyarrow.struct([*fields, ("candidates", pyarrow.list_(candidate))]))
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS):
            some = batch.slice(start, _ROWS)
            texts = _texts(some.column(column))
            found = linker.link_many((text for text in texts if text is not None), lang=lang)
            rows = [None if text is None else next(found).to_dict()["mentions"] for text in texts]
            yield _with_columns(some, {output: pyarrow.array(rows, mentions)})


def _resolved(batches: Batches, *, index: str, column: str, type: str | None, lang: str | None) -> Batches:
    """Arrow batches with the four columns of answers added."""
    import pyarrow

    linker = _linker(index)
    kinds = (pyarrow.string(), pyarrow.string(), pyarrow.float64(), pyarrow.string())
    with ColumnResolver(linker, lang=lang) as resolver:
        for batch in batches:
            found = list(resolver.resolve(_texts(batch.column(column)), types=type))
            cells = zip(*found, strict=True) if found else ((),) * len(kinds)
            added = zip(ANSWER_FIELDS, kinds, cells, strict=True)
            yield _with_columns(batch, {f"{column}_{name}": pyarrow.array(some, kind) for name, kind, some in added})


def _texts(cells: pyarrow.Array) -> list[str | None]:
    """The strings of a column; Spark lets bytes that are no UTF-8 stand in them, and one must not end a job."""
    import pyarrow

    binary = pyarrow.large_binary() if pyarrow.types.is_large_string(cells.type) else pyarrow.binary()
    return [None if cell is None else cell.decode("utf-8", "replace") for cell in cells.cast(binary).to_pylist()]


def _with_columns(batch: pyarrow.RecordBatch, added: dict[str, pyarrow.Array]) -> pyarrow.RecordBatch:
    import pyarrow

    return pyarrow.RecordBatch.from_arrays([*batch.columns, *added.values()], [*batch.schema.names, *added])
