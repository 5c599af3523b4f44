"""Accessors for pandas: ``frame.entitynorm.resolve("place")`` and ``series.entitynorm.resolve()``.

Importing this module registers them; importing `entitynorm` alone neither registers nor needs pandas. Both take the
column's distinct names, resolve each once, and lay the answers over the rows by position, so that index and order stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from entitynorm.column import ANSWER_FIELDS, ColumnResolver, LinkedColumn, added_columns
from entitynorm.errors import InputError
from entitynorm.io.table_columns import Request, find_columns
from entitynorm.load import default_linker

try:
    import pandas
    from pandas.api.extensions import register_dataframe_accessor, register_series_accessor
except ImportError as error:
    raise ImportError(
        "entitynorm.pandas needs pandas, which is not installed; run: pip install 'entitynorm[pandas]'"
    ) from error

if TYPE_CHECKING:
    from entitynorm.linker import Linker

__all__ = ["FrameAccessor", "SeriesAccessor"]

# The strings that pandas itself makes: before 3.0 "str" turned None into the word.
_TEXT = "str" if int(pandas.__version__.split(".")[0]) >= 3 else "string"


@register_series_accessor("entitynorm")
class SeriesAccessor:
    """``series.entitynorm``."""

    def __init__(self, series: Any) -> None:
        self._series = series

    def resolve(
        self,
        *,
        linker: Linker | None = None,
        type: Any = None,
        within: Any = None,
        lang: str | None = None,
        min_score: float = 0.0,
        jobs: int = 1,
        prefix: str | None = None,
    ) -> Any:
        """A frame of four columns with the index of the series: ``place_id``, ``place_name`` (strings, missing without
        a link), ``place_score`` (float64, NaN where there was no name) and ``place_reason`` for a series ``place``.

        ``type`` and ``within`` are one value or a series with the same index, see `Linker.resolve_column`. ``linker``
        is the packaged gazetteer's where none is given; ``prefix`` takes the place of the series' name. Raises what
        `Linker.resolve_column` raises, and InputError for a series with another index.
        """
        for what, other in (("type", type), ("within", within)):
            index = getattr(other, "index", None)
            if isinstance(index, pandas.Index) and not index.equals(self._series.index):
                raise InputError(f"{what}: its index is not that of the names; align the two first")
        column = (linker or default_linker()).resolve_column(
            self._series, type=type, within=within, lang=lang, min_score=min_score, jobs=jobs
        )
        own = "" if self._series.name is None else str(self._series.name)
        names = added_columns(own if prefix is None else prefix)
        return pandas.DataFrame(dict(zip(names, _arrays(column), strict=True)), index=self._series.index)


@register_dataframe_accessor("entitynorm")
class FrameAccessor:
    """``frame.entitynorm``."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def resolve(
        self,
        *columns: str,
        linker: Linker | None = None,
        type: str | None = None,
        type_column: str | None = None,
        within: str | None = None,
        lang: str | None = None,
        min_score: float = 0.0,
        jobs: int = 1,
        prefix: str | None = None,
    ) -> Any:
        """The frame with four more columns for each of ``columns``, as `SeriesAccessor.resolve` gives them.

        ``within`` and ``type_column`` name columns of the frame: where each row's entity must lie, and of which type it
        must be. Raises InputError for a column that is not there, and where an added one is there already.
        """
        request = Request(
            tuple(map(str, columns)),
            prefix,
            type,
            None if type_column is None else str(type_column),
            None if within is None else str(within),
        )
        found = find_columns(request, [str(label) for label in self._frame.columns], "the frame")
        cells = {name: self._frame.iloc[:, at] for name, at in found.positions.items()}
        types = type if request.type_column is None else cells[request.type_column]
        areas = None if request.within is None else cells[request.within]
        arrays: list[Any] = []
        with ColumnResolver(linker or default_linker(), lang=lang, min_score=min_score, jobs=jobs) as resolver:
            for name in request.columns:
                arrays += _arrays(resolver.resolve(cells[name], types=types, areas=areas))
        return self._frame.assign(**dict(zip(found.added, arrays, strict=True)))


def _arrays(column: LinkedColumn) -> list[Any]:
    """The four columns as arrays of pandas, of the same types whatever they hold."""
    arrays: list[Any] = []
    for field in ANSWER_FIELDS:
        cells = [getattr(answer, field) for answer in column.answers]
        if field == "score":
            arrays.append(np.array([np.nan if cell is None else cell for cell in cells])[column.positions])
        else:
            arrays.append(pandas.array(cells, dtype=_TEXT).take(column.positions))
    return arrays
