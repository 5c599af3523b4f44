"""Whatever stands in a file: entities that load, or a complaint; never another exception, never a row that vanishes."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.errors import InputError
from entitynorm.gazetteer import Gazetteer
from entitynorm.io.importers.columns import TableOptions, read_names_table
from entitynorm.io.importers.entities import entities
from entitynorm.io.importers.ftm import read_ftm
from entitynorm.io.importers.geonames import GeonamesOptions, read_geonames
from entitynorm.io.importers.opensanctions import read_opensanctions
from entitynorm.io.importers.report import Report
from entitynorm.io.importers.source import Source
from entitynorm.io.importers.spacy_patterns import read_spacy_patterns
from entitynorm.io.importers.wikidata import WikidataOptions, read_wikidata
from entitynorm.io.importers.wikidata_csv import WikidataCsvOptions, read_wikidata_csv

READERS = {
    "csv": partial(read_names_table, options=TableOptions(type="PLACE")),
    "csv-merge": partial(read_names_table, options=TableOptions(type="PLACE", merge=True)),
    "geonames": partial(read_geonames, options=GeonamesOptions()),
    "wikidata": partial(read_wikidata, options=WikidataOptions(located_in=True)),
    "wikidata-csv": partial(read_wikidata_csv, options=WikidataCsvOptions()),
    "ftm": read_ftm,
    "opensanctions": read_opensanctions,
    "spacy": read_spacy_patterns,
}
HEADINGS = {
    "csv": "id,name,alias,lat,lon,wikidata\n",
    "csv-merge": "id,name,alias,lang\n",
    "wikidata-csv": "item,itemLabel,itemAltLabel,type,coord\n",
    "opensanctions": "id,schema,name,aliases\n",
}
KEYS = [
    "id", "type", "labels", "aliases", "claims", "P31", "P625", "P131", "P1705", "en", "value", "language", "mainsnak",
    "snaktype", "datavalue", "rank", "sitelinks", "schema", "properties", "name", "weakAlias", "caption", "label",
    "pattern", "LOWER", "latitude", "longitude", "globe", "text",
]  # fmt: skip
WORDS = st.sampled_from(
    ["item", "Q5", "Q42", "value", "Person", "ORG", "Zenda", "en", "deprecated", "", " ", "\0", "a\nb"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
STATEMENT = st.fixed_dictionaries(
    {},
    optional={
        "mainsnak": st.fixed_dictionaries({}, optional={"snaktype": WORDS, "datavalue": JSON}) | JSON,
        "rank": WORDS,
    },
)
ITEMS = st.fixed_dictionaries(
    {"type": st.just("item"), "id": st.just("Q42")},
    optional={
        "labels": st.just({"en": {"language": "en", "value": "Zenda"}}) | JSON,
        "aliases": JSON,
        "claims": st.dictionaries(st.sampled_from(KEYS), st.lists(STATEMENT, max_size=2) | JSON, max_size=4)
        | st.just({"P31": [{"mainsnak": {"snaktype": "value", "datavalue": {"value": {"id": "Q5"}}}}], "P625": [1]}),
        "sitelinks": JSON,
    },
)
CELLS = st.lists(WORDS | st.text(max_size=5), max_size=21).flatmap(
    lambda cells: st.sampled_from([",".join(cells), "\t".join(cells), '"' + '","'.join(cells) + '"'])
)
LINES = CELLS | st.text(max_size=30) | (JSON | ITEMS).map(json.dumps)


@pytest.mark.parametrize("name", READERS)
@given(st.lists(LINES, max_size=4), st.booleans())
def test_any_file_gives_entities_or_complaints(tmp_path_factory, name, lines, stop):
    path = Path(tmp_path_factory.mktemp("hostile")) / "file"
    text = HEADINGS.get(name, "") + "\n".join(lines)
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    report = Report(stop=stop)
    try:
        found = list(entities(READERS[name](Source(str(path)), report), report))
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert len(Gazetteer(found)) == report.written == len(found)
    assert report.rows >= report.written + report.left_out.total()
    if name not in ("csv-merge", "wikidata-csv", "spacy"):
        assert report.rows == report.written + report.left_out.total() + report.skipped.total()
