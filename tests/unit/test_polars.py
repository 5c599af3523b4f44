"""The namespaces for polars: lazy stays lazy, pieces share their answers, null stays null."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

polars = pytest.importorskip("polars", reason="needs the extra: pip install 'entitynorm[polars]'")

import entitynorm  # noqa: E402
import entitynorm.polars  # noqa: E402  # what is tested: it registers the namespaces
from entitynorm import InputError, Linker, column  # noqa: E402

LINKER: Linker = entitynorm.load(
    [
        {"id": "place:russia", "type": "PLACE", "name": "Russia"},
        {"id": "place:kozinka", "type": "PLACE", "name": "Kozinka", "located_in": "place:russia"},
        {"id": "org:kozinka", "type": "ORG", "name": "Kozinka"},
        {"id": "place:grayvoron", "type": "PLACE", "name": "Grayvoron"},
    ]
)
FRAME = polars.DataFrame(
    {
        "place": ["Grayvoron", None, "Kozinka", "Kozinka"],
        "country": [None, "RU", "RU", None],
        "kind": [None, None, None, "ORG"],
    }
)
ADDED = {
    "place_id": polars.String,
    "place_name": polars.String,
    "place_score": polars.Float64,
    "place_reason": polars.String,
}


@pytest.mark.parametrize("engine", ["eager", "in-memory", "streaming"])
def test_frames_take_constraints_from_their_columns(engine: str) -> None:
    options = {"linker": LINKER, "within": "country", "type_column": "kind"}
    if engine == "eager":
        found = FRAME.entitynorm.resolve("place", **options)
    else:
        found = FRAME.lazy().entitynorm.resolve("place", **options).collect(engine=engine)
    assert found.select(FRAME.columns).equals(FRAME)
    assert found["place_id"].to_list() == ["place:grayvoron", None, "place:kozinka", "org:kozinka"]
    assert found["place_reason"].is_null().to_list() == [False, True, False, False]
    assert dict(found.schema) == dict(FRAME.schema) | ADDED


def test_an_expression_gives_structs() -> None:
    answers = polars.col("place").entitynorm.resolve(linker=LINKER, type="PLACE", within=polars.lit("RU"))
    found = FRAME.select(answers.struct.field("id").alias("id"), answers.name.suffix("_answer"))
    assert found["id"].to_list() == [None, None, "place:kozinka", "place:kozinka"]
    assert found.schema["place_answer"] == entitynorm.polars.ANSWER_TYPE


def test_the_schema_is_known_before_anything_is_run() -> None:
    assert dict(FRAME.lazy().entitynorm.resolve("place", linker=LINKER).collect_schema())["place_score"] == (
        polars.Float64
    )
    assert FRAME.clear().entitynorm.resolve("place", linker=LINKER).schema == dict(FRAME.schema) | ADDED
    assert polars.DataFrame({"place": [None, None]}).entitynorm.resolve("place", linker=LINKER).schema["place_id"] == (
        polars.String
    )


def test_the_streaming_engine_asks_each_name_once_and_keeps_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    pieces: list[int] = []
    real, real_resolve = column.answer_batch, column.ColumnResolver.resolve

    def recorded(linker: Linker, batch: Any) -> Any:
        asked.extend(question.name for question in batch.questions)
        return real(linker, batch)

    def counted(self: Any, values: Any, **options: Any) -> Any:
        pieces.append(len(values))
        return real_resolve(self, values, **options)

    monkeypatch.setattr(column, "answer_batch", recorded)
    monkeypatch.setattr(column.ColumnResolver, "resolve", counted)
    rows = 300_000
    names = ["Grayvoron", "Kozinka", "Russia", None]
    polars.DataFrame({"n": range(rows), "place": names * (rows // 4)}).write_csv(tmp_path / "in.csv")
    lazy = polars.scan_csv(tmp_path / "in.csv").entitynorm.resolve("place", linker=LINKER, type="PLACE")
    assert not asked, "nothing runs before it is collected"
    lazy.sink_csv(tmp_path / "out.csv")
    found = polars.read_csv(tmp_path / "out.csv")
    assert found["n"].to_list() == list(range(rows))
    assert found["place_id"].to_list() == ["place:grayvoron", "place:kozinka", "place:russia", None] * (rows // 4)
    assert sorted(asked) == ["Grayvoron", "Kozinka", "Russia"]
    assert len(pieces) > 1 and max(pieces) < rows, "it came in pieces"


def test_what_is_not_needed_is_not_read() -> None:
    plan = FRAME.lazy().entitynorm.resolve("place", linker=LINKER).select("place_id").explain()
    assert "1/3 COLUMNS" in plan


@pytest.mark.parametrize(
    ("columns", "options", "complaint"),
    [
        (("plcae",), {}, "the frame: no column 'plcae', only 'place', 'country', 'kind'; did you mean 'place'?"),
        (("place",), {"within": "nation"}, "no column 'nation'"),
        (("place", "place"), {}, "already has a column 'place_id'"),
        (("place",), {"type": "PLCE"}, 'did you mean "PLACE"'),
        (("place",), {"type_column": "country"}, '"RU" is the type of no entity'),
    ],
)
@pytest.mark.parametrize("lazy", [False, True])
def test_complaints(columns: tuple[str, ...], options: dict[str, str], complaint: str, lazy: bool) -> None:
    frame = FRAME.lazy() if lazy else FRAME
    with pytest.raises(InputError) as error:
        frame.entitynorm.resolve(*columns, linker=LINKER, **options).lazy().collect()
    assert complaint in str(error.value)


def test_only_its_own_import_registers_the_namespaces() -> None:
    code = (
        "import sys, entitynorm; entitynorm.resolve('Kozinka'); assert 'polars' not in sys.modules; import polars; "
        "assert not hasattr(polars.Expr, 'entitynorm'); import entitynorm.polars; "
        "assert hasattr(polars.Expr, 'entitynorm') and hasattr(polars.LazyFrame, 'entitynorm')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
