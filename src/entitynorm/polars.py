"""Namespaces for polars: ``frame.entitynorm.resolve("place")`` and ``pl.col("place").entitynorm.resolve()``.

Importing this module registers them; importing `entitynorm` alone neither registers nor needs polars. Lazy frames stay
lazy, and the streaming engine runs them piece by piece: an expression remembers across the pieces what it has resolved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from entitynorm.column import ANSWER_FIELDS, ColumnResolver, LinkedColumn, Places
from entitynorm.column_values import Place
from entitynorm.io.table_columns import Request, find_columns
from entitynorm.load import default_linker

try:
    import polars
except ImportError as error:
    raise ImportError(
        "entitynorm.polars needs polars, which is not installed; run: pip install 'entitynorm[polars]'"
    ) from error

if TYPE_CHECKING:
    from entitynorm.linker import Linker

__all__ = ["ExprNamespace", "FrameNamespace", "LazyFrameNamespace"]

ANSWER_TYPE = polars.Struct(
    {"id": polars.String, "name": polars.String, "score": polars.Float64, "reason": polars.String}
)
"""What the expression gives: four nulls where there was no name."""
_ADDED = "entitynorm: answers"
# Rows come in pieces of any size, so that a number of a row would say nothing.
_PLACES = Places(Place("names", counted=False), Place("types", counted=False), Place("within", counted=False))


@polars.api.register_expr_namespace("entitynorm")
class ExprNamespace:
    """``pl.col("place").entitynorm``."""

    def __init__(self, expr: polars.Expr) -> None:
        self._expr = expr

    def resolve(
        self,
        *,
        linker: Linker | None = None,
        type: str | None = None,
        type_column: str | polars.Expr | None = None,
        within: str | polars.Expr | None = None,
        lang: str | None = None,
        min_score: float = 0.0,
    ) -> polars.Expr:
        """An expression of structs with the fields ``id``, ``name``, ``score`` and ``reason``, see `ANSWER_TYPE`.

        ``type`` is the entity type of all rows; ``type_column`` and ``within`` are columns, as names or expressions,
        that say it for each row, and where the row's entity must lie, see `entitynorm.Linker.resolve_column`. Wrong
        cells raise InputError when the expression is run.
        """
        resolver = ColumnResolver(linker or default_linker(), lang=lang, min_score=min_score)
        return _answers(self._expr, resolver, type, type_column, within)


class _Resolving:
    """What eager and lazy frames share."""

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
        prefix: str | None = None,
    ) -> Any:
        """The frame with four more columns for each of ``columns``: ``place_id``, ``place_name``, ``place_score`` and
        ``place_reason`` for ``place``, null where there was no name.

        ``within`` and ``type_column`` name columns: where each row's entity must lie, and of which type it must be.
        Raises InputError for a column that is not there, and where an added one is there already.
        """
        request = Request(columns, prefix, type, type_column, within)
        heading = self._frame.collect_schema().names()
        found = find_columns(request, heading, "the frame")
        named = {name: heading[at] for name, at in found.positions.items()}
        resolver = ColumnResolver(linker or default_linker(), lang=lang, min_score=min_score)
        frame = self._frame
        for number, name in enumerate(request.columns):
            own = polars.col(named[name])
            answers = _answers(own, resolver, type, named.get(type_column or ""), named.get(within or ""))
            width = len(ANSWER_FIELDS)
            names = found.added[width * number : width * (number + 1)]
            frame = frame.with_columns(answers.struct.rename_fields(list(names)).alias(_ADDED)).unnest(_ADDED)
        return frame


@polars.api.register_dataframe_namespace("entitynorm")
class FrameNamespace(_Resolving):
    """``frame.entitynorm``."""


@polars.api.register_lazyframe_namespace("entitynorm")
class LazyFrameNamespace(_Resolving):
    """``lazy_frame.entitynorm``."""


def _answers(
    expr: polars.Expr,
    resolver: ColumnResolver,
    type: str | None,
    type_column: str | polars.Expr | None,
    within: str | polars.Expr | None,
) -> polars.Expr:
    given = {"names": expr, "types": type_column, "areas": within}
    parts = [
        (polars.col(part) if isinstance(part, str) else part).alias(name)
        for name, part in given.items()
        if part is not None
    ]
    # Elementwise: each row's answer is its own, which lets the streaming engine hand over the rows in pieces.
    structs = polars.struct(parts).map_batches(_resolving(resolver, type), ANSWER_TYPE, is_elementwise=True)
    return structs.alias(expr.meta.output_name(raise_if_undetermined=False) or "answer")


def _resolving(resolver: ColumnResolver, type: str | None) -> Callable[[polars.Series], polars.Series]:
    def resolve(rows: polars.Series) -> polars.Series:
        cells: dict[str, Any] = {name: rows.struct.field(name) for name in rows.struct.fields}
        column = resolver.resolve(
            cells["names"], types=cells.get("types", type), areas=cells.get("areas"), places=_PLACES
        )
        return _structs(column, rows.name)

    return resolve


def _structs(column: LinkedColumn, name: str) -> polars.Series:
    distinct = polars.DataFrame(list(column.answers), schema=dict(ANSWER_TYPE), orient="row")
    return distinct[column.positions].to_struct(name)
