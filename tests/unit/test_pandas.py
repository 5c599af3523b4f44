"""The accessors for pandas: index, order and types stay; missing is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

pandas = pytest.importorskip("pandas", reason="needs the extra: pip install 'entitynorm[pandas]'")

import entitynorm  # noqa: E402
import entitynorm.pandas  # noqa: E402  # what is tested: it registers the accessors
from entitynorm import InputError, Linker  # noqa: E402

LINKER: Linker = entitynorm.load(
    [
        {"id": "place:russia", "type": "PLACE", "name": "Russia"},
        {"id": "place:kozinka", "type": "PLACE", "name": "Kozinka", "located_in": "place:russia"},
        {"id": "org:kozinka", "type": "ORG", "name": "Kozinka"},
        {"id": "place:grayvoron", "type": "PLACE", "name": "Grayvoron"},
    ]
)


@pytest.fixture
def frame() -> pandas.DataFrame:
    return pandas.DataFrame(
        {
            "place": ["Grayvoron", None, "Kozinka", "Kozinka"],
            "country": [None, "RU", "RU", None],
            "kind": [None, None, None, "ORG"],
        },
        index=[7, 7, 3, 1],
    )


def cells(series: pandas.Series) -> list[object]:
    return [None if pandas.isna(cell) else cell for cell in series]


def test_a_series_gives_a_frame_of_its_index(frame: pandas.DataFrame) -> None:
    found = frame["place"].entitynorm.resolve(linker=LINKER)
    assert list(found.columns) == ["place_id", "place_name", "place_score", "place_reason"]
    assert found.index.equals(frame.index)
    assert cells(found["place_id"]) == ["place:grayvoron", None, None, None]
    assert (
        cells(found["place_reason"])[1] is None and found["place_score"].isna().tolist() == [False, True] + [False] * 2
    )


def test_a_frame_takes_constraints_from_its_columns(frame: pandas.DataFrame) -> None:
    found = frame.entitynorm.resolve("place", linker=LINKER, within="country", type_column="kind")
    assert list(found.columns[:3]) == list(frame.columns) and found.index.equals(frame.index)
    assert cells(found["place_id"]) == ["place:grayvoron", None, "place:kozinka", "org:kozinka"]
    assert list(frame.columns) == ["place", "country", "kind"], "the frame itself is left alone"


def test_several_columns(frame: pandas.DataFrame) -> None:
    found = frame.entitynorm.resolve("place", "country", linker=LINKER, type="PLACE")
    assert cells(found["country_id"])[0] is None and found["country_reason"].notna().tolist() == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("rows", [["Grayvoron"], [None, None], []])
def test_types_do_not_depend_on_what_is_found(rows: list[str | None]) -> None:
    types = pandas.Series(rows, dtype=object).entitynorm.resolve(linker=LINKER).dtypes
    text = "str" if int(pandas.__version__.split(".")[0]) >= 3 else "string"
    assert [str(t) for t in types] == [text, text, "float64", text]


def test_an_answer_is_never_the_word_none(frame: pandas.DataFrame) -> None:
    csv = frame.entitynorm.resolve("place", linker=LINKER).to_csv(index=False)
    assert csv.splitlines()[2] == ",RU,,,,,"


def test_a_series_of_another_index_is_not_laid_beside(frame: pandas.DataFrame) -> None:
    with pytest.raises(InputError, match="within: its index is not that of the names"):
        frame["place"].entitynorm.resolve(linker=LINKER, within=frame["country"].reset_index(drop=True))
    found = frame["place"].entitynorm.resolve(linker=LINKER, type="PLACE", within=frame["country"])
    assert cells(found["place_id"])[2] == "place:kozinka"


def test_labels_that_are_numbers() -> None:
    found = pandas.DataFrame([["x", "Grayvoron"]]).entitynorm.resolve(1, linker=LINKER)
    assert found["1_id"].tolist() == ["place:grayvoron"]


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
def test_complaints(frame: pandas.DataFrame, columns: tuple[str, ...], options: dict[str, str], complaint: str) -> None:
    with pytest.raises(InputError) as error:
        frame.entitynorm.resolve(*columns, linker=LINKER, **options)
    assert complaint in str(error.value) and "\n" not in str(error.value)


def test_only_its_own_import_registers_the_accessors() -> None:
    code = (
        "import sys, entitynorm; entitynorm.resolve('Kozinka'); assert 'pandas' not in sys.modules; import pandas; "
        "assert not hasattr(pandas.Series, 'entitynorm'); import entitynorm.pandas; "
        "assert hasattr(pandas.Series, 'entitynorm') and hasattr(pandas.DataFrame, 'entitynorm')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_without_the_library_one_line_says_what_to_install(library: str) -> None:
    code = f"""
import sys
sys.modules[{library!r}] = None
try:
    import entitynorm.{library}
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == (
        f"entitynorm.{library} needs {library}, which is not installed; run: pip install 'entitynorm[{library}]'\n"
    )
