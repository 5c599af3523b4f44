"""The cells of a column, whatever holds it: its distinct values, and for each row which of them it has.

Columns come as lists, generators, NumPy arrays, columns of pandas and polars, and as anything that speaks the Arrow C
stream protocol (https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html). None of those libraries
is imported here unless a value of theirs came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from entitynorm.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNMIXED = {str, type(None)}


class Encoded(NamedTuple):
    """A column as its distinct values in the order they first come, and the position of each row's value."""

    values: list[object]
    positions: NDArray[np.int32]

    def first_rows(self) -> list[int]:
        """For each value the first row that has it, from 0."""
        first = np.zeros(len(self.values), np.int64)
        first[self.positions[::-1]] = np.arange(len(self.positions) - 1, -1, -1)
        return first.tolist()


class Place(NamedTuple):
    """Where a column came from, for messages: ``values[3]``, or the column of a file."""

    what: str
    counted: bool = True
    """Whether the number of a row, from 0, means anything to whoever reads it."""

    def of(self, row: int) -> str:
        """The place of a row."""
        return f"{self.what}[{row}]" if self.counted else self.what


def is_missing(value: object) -> bool:
    """Whether a value says that there is none: None, NaN, NaT, and NA, which refuses to say whether it equals itself.

    >>> is_missing(float("nan")), is_missing("NaN")
    (True, False)
    """
    if value is None:
        return True
    if isinstance(value, str):
        return False
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"  # an array cannot say it either, and is not missing


def name_in(value: object, place: str) -> str | None:
    """The name in a cell, None where there is none; numbers are read as they are written.

    Raises InputError, which names ``place``, for a value that is neither a string nor a number.
    """
    if isinstance(value, str):
        return value.strip() or None
    if is_missing(value):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise InputError(f"{place}: a {type(value).__name__} where a name was expected; choose a column of strings")


def encode(values: Any, place: Place) -> Encoded:
    """The distinct values of a column and where they stand.

    Raises InputError for a single string, a table of several columns, and values that cannot be told apart.
    """
    if isinstance(values, (str, bytes)) or not (hasattr(values, "__iter__") or hasattr(values, "__arrow_c_stream__")):
        raise InputError(f"{place.what}: {values!r:.60} where a column was expected; give a list, even for one name")
    if hasattr(values, "dictionary_encode"):
        return _of_arrow(getattr(values, "chunks", [values]), place)
    for method in (
        "to_list",
        "tolist",
    ):  # polars; pandas and NumPy: Python's own values, many times faster than one by one
        if hasattr(values, method):
            return _of_list(getattr(values, method)(), place)
    if hasattr(values, "__arrow_c_stream__"):
        return _of_stream(values, place)
    return _of_list(values if isinstance(values, list) else list(values), place)


def _of_list(values: list[object], place: Place) -> Encoded:
    keys: Iterable[object] = values
    others = set(map(type, values)) - _UNMIXED
    if len(others) > 1:  # 1, 1.0 and True are equal to each other and three different names
        keys = [(type(value), value) for value in values]
    try:
        place_of = {key: n for n, key in enumerate(dict.fromkeys(keys))}
        positions = np.fromiter(map(place_of.__getitem__, keys), np.int32, len(values))
    except TypeError:
        row, value = next((n, v) for n, v in enumerate(values) if type(v).__hash__ is None)
        kind = type(value).__name__
        raise InputError(f"{place.of(row)}: a {kind} where a name was expected; choose a column of strings") from None
    distinct = [key[1] for key in place_of] if len(others) > 1 else list(place_of)  # type: ignore[index]
    return Encoded(distinct, positions)


def _of_arrow(chunks: Sequence[Any], place: Place) -> Encoded:
    """Chunk by chunk, since each may have a dictionary of its own."""
    place_of: dict[object, int] = {}
    positions = [np.zeros(0, np.int32)]
    for chunk in chunks:
        coded = _dictionary(chunk)
        if coded is None:  # a type that Arrow itself cannot encode, such as polars' string_view
            values, own = _of_list(chunk.to_pylist(), place)
        else:
            values = [*coded.dictionary.to_pylist(), None]
            own = coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
        joint = np.fromiter((place_of.setdefault(value, len(place_of)) for value in values), np.int32, len(values))
        positions.append(joint[own] if len(own) else positions[0])
    return Encoded(list(place_of), np.concatenate(positions))


def _dictionary(chunk: Any) -> Any:
    import pyarrow

    try:
        return chunk.dictionary_encode()
    except pyarrow.ArrowNotImplementedError:
        return None


def _of_stream(values: Any, place: Place) -> Encoded:
    try:
        import pyarrow
    except ImportError:
        raise InputError(
            f"{place.what}: an Arrow stream needs pyarrow, which is missing; run: pip install 'entitynorm[parquet]'"
        ) from None
    table = pyarrow.table(values)
    if table.num_columns != 1:
        raise InputError(
            f"{place.what}: a table of {table.num_columns} columns where one was expected; select one first"
        )
    return _of_arrow(table.column(0).chunks, place)
