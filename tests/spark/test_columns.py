"""What `link` and `resolve` answer over a DataFrame: the linker's answers at Spark's offsets, beside the rows."""

from __future__ import annotations

import warnings
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import entitynorm
from entitynorm.model import Candidate, Mention

TEXTS = "id long, text string"
EMOJI = "😀 𝕮 👩‍👩‍👧 " * 3
MALFORMED = b"\xff\xe4\xb8 Kharkiv \xf0\x9f\x98 \xed\xa0\x80 and Kherson \xc0"


def texts(local: Any, some: list[str | None], parts: int = 3) -> Any:
    return local.session.createDataFrame(list(enumerate(some)), TEXTS).repartition(parts)


def mentions(local: Any, some: list[str | None], index: Path) -> dict[int, Any]:
    from entitynorm import spark

    rows = spark.link(texts(local, some), "text", index=index).collect()
    return {row.id: None if row.mentions is None else [m.asDict(recursive=True) for m in row.mentions] for row in rows}


def test_spark_links_as_the_linker_does(local: Any, index: Path, articles: list[str]) -> None:
    linker = entitynorm.load(index)
    wanted = [linker.link(text).to_dict()["mentions"] for text in articles]
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)  # what Spark raises where pandas is not the one it knows
        found = mentions(local, list(articles), index)
    assert [found[n] for n in range(len(articles))] == wanted
    assert sum(map(len, wanted)) > 100


def test_offsets_are_those_of_spark(local: Any, index: Path, articles: list[str]) -> None:
    from pyspark.sql import functions as F

    from entitynorm import spark

    shifted = [f"{EMOJI[: n + 1]}{text.replace(' ', ' 😀', 3)}" for n, text in enumerate(articles)]
    one = spark.link(texts(local, shifted), "text", index=index).select("text", F.explode("mentions").alias("m"))
    same = F.expr("substring(text, m.start + 1, m.end - m.start) = m.surface")
    inside = F.expr("0 <= m.start AND m.start < m.end AND m.end <= length(text)")
    counts = one.select(same.alias("same"), inside.alias("inside")).groupBy("same", "inside").count().collect()
    assert [(row.same, row.inside) for row in counts] == [(True, True)]
    assert counts[0]["count"] > 100


def test_nothing_asked_is_nothing_answered(local: Any, index: Path) -> None:
    assert mentions(local, [None, "", "  ", "nothing here"], index) == {0: None, 1: [], 2: [], 3: []}


def test_bytes_that_are_no_text_end_no_job(local: Any, index: Path) -> None:
    from pyspark.sql import functions as F

    from entitynorm import spark

    frame = local.session.createDataFrame([(MALFORMED,)], "raw binary").select(
        F.col("raw").cast("string").alias("text")
    )
    (row,) = spark.link(frame, "text", index=index).select("mentions").collect()
    assert [m.surface for m in row.mentions] == ["Kharkiv", "Kherson"]
    text = MALFORMED.decode("utf-8", "replace")
    assert [text[m.start : m.end] for m in row.mentions] == ["Kharkiv", "Kherson"]
    if hasattr(F, "make_valid_utf8"):  # Spark 4
        assert frame.select(F.make_valid_utf8("text")).first()[0] == text


def test_a_mention_has_the_fields_of_the_package(local: Any, index: Path) -> None:
    from entitynorm import spark

    frame = spark.link(texts(local, ["Kharkiv"]), "text", index=index, output="found")
    assert frame.columns == ["id", "text", "found"]
    struct = frame.schema["found"].dataType.elementType
    assert struct.names == [f.name for f in fields(Mention)]
    candidate = struct["candidates"].dataType.elementType
    assert candidate.names == [f.name for f in fields(Candidate) if f.name != "evidence"]


def test_more_rows_than_are_linked_at_once(local: Any, index: Path) -> None:
    some: list[str | None] = [f"{'x' * (n % 7)} Kharkiv" for n in range(1000)]
    found = mentions(local, some, index)
    assert {n: [m["start"] for m in ms] for n, ms in found.items()} == {n: [n % 7 + 1] for n in range(1000)}


def test_other_columns_pass_unchanged(local: Any, index: Path) -> None:
    from pyspark.sql import types as T

    from entitynorm import spark

    schema = T.StructType(
        [
            T.StructField("n", T.LongType(), nullable=False),
            T.StructField("text", T.StringType()),
            T.StructField("some", T.ArrayType(T.StringType(), containsNull=False)),
            T.StructField("many", T.MapType(T.StringType(), T.IntegerType(), valueContainsNull=False)),
            T.StructField("inner", T.StructType([T.StructField("x", T.DoubleType(), nullable=False)])),
            T.StructField("price", T.DecimalType(10, 2)),
            T.StructField("day", T.DateType()),
            T.StructField("seen", T.TimestampType()),
            T.StructField("raw", T.BinaryType()),
        ]
    )
    seen = datetime(2023, 5, 22, 12, 30)
    rows = [
        (1, "Kharkiv", ["a"], {"k": 1}, (0.5,), Decimal("1.25"), date(2023, 5, 22), seen, b"\xff"),
        (2, None, None, None, None, None, None, None, None),
    ]
    frame = local.session.createDataFrame(rows, schema)
    for made in (spark.link(frame, "text", index=index), spark.resolve(frame, "text", index=index)):
        assert made.schema.fields[: len(schema)] == schema.fields
        assert sorted(made.select(*schema.names).collect()) == sorted(frame.collect())


def test_large_strings(local: Any, index: Path) -> None:
    """The setting for batches whose text passes two gigabytes."""
    setting = "spark.sql.execution.arrow.useLargeVarTypes"
    local.session.conf.set(setting, "true")
    try:
        assert [m["surface"] for m in mentions(local, ["Kharkiv"], index)[0]] == ["Kharkiv"]
    finally:
        local.session.conf.unset(setting)


def test_spark_resolves_as_the_linker_does(local: Any, index: Path) -> None:
    from entitynorm import spark

    names = ["Charkiw", "Харьков", " Charkiw ", "Nobody at all", "Kherson", "Charkiw"] * 20
    frame = local.session.createDataFrame([(name,) for name in names], "place string")
    linker = entitynorm.load(index)
    for kind in (None, "PLACE", "PERSON"):
        found = spark.resolve(frame, "place", index=index, type=kind)
        assert found.columns == ["place", "place_id", "place_name", "place_score", "place_reason"]
        links = linker.resolve_many([name.strip() for name in names], type=kind)
        wanted = [(n, k.id, k.name, round(k.score, 4), k.reason) for n, k in zip(names, links, strict=True)]
        assert sorted(map(tuple, found.collect()), key=repr) == sorted(wanted, key=repr)


def test_no_name_is_no_question(local: Any, index: Path) -> None:
    from entitynorm import spark

    frame = local.session.createDataFrame([(None,), ("",), ("  ",)], "place string")
    rows = spark.resolve(frame, "place", index=index).collect()
    assert [tuple(row)[1:] for row in rows] == [(None, None, None, None)] * 3


def test_a_frame_without_rows(local: Any, index: Path) -> None:
    from entitynorm import spark

    frame = texts(local, ["Kharkiv"]).where("id < 0")
    assert spark.link(frame, "text", index=index).collect() == []
    assert spark.resolve(frame, "text", index=index).collect() == []


@pytest.mark.parametrize(
    ("schema", "options", "complaint"),
    [
        (TEXTS, {"text_col": "txt"}, "no column 'txt', only 'id', 'text'; did you mean 'text'?"),
        (TEXTS, {"text_col": "id"}, "column 'id' holds long, expected string; choose another or cast it first"),
        (TEXTS, {"output": "TEXT"}, "column 'text' is there already; rename or drop it first"),
        (TEXTS, {"index": "towns.yaml"}, "towns.yaml: Spark workers share one compiled gazetteer (.enx); make it with"),
        (TEXTS, {"index": "/absent.enx"}, "/absent.enx: no such file"),
    ],
)
def test_what_cannot_be_is_refused_at_the_call(
    local: Any, index: Path, schema: str, options: dict[str, str], complaint: str
) -> None:
    from entitynorm import spark

    frame = local.session.createDataFrame([(1, "x")], schema)
    with pytest.raises(entitynorm.EntitynormError) as caught:
        spark.link(frame, **{"text_col": "text", "index": index, **options})
    assert str(caught.value).startswith(complaint)
    assert "\n" not in str(caught.value)


def test_two_columns_of_one_name_are_refused(local: Any, index: Path) -> None:
    from entitynorm import spark

    twice = texts(local, ["Kharkiv"]).crossJoin(local.session.createDataFrame([(1,)], "id int"))
    with pytest.raises(entitynorm.InputError, match="column 'id' stands twice"):
        spark.link(twice, "text", index=index)


def test_what_is_no_frame_is_refused(index: Path) -> None:
    from entitynorm import spark

    with pytest.raises(entitynorm.InputError, match=r"expected a Spark DataFrame|pip install 'entitynorm\[spark\]'"):
        spark.resolve(["Kharkiv"], "place", index=index)
