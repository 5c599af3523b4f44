"""SKOS thesauri as Turtle, RDF/XML or N-Triples, read with rdflib, which the extra ``rdf`` installs.

A graph has no order, so the file is held in memory whole. A concept becomes an entity: prefLabel of the first language
that has one is its name, other prefLabels and altLabels are its aliases; a hiddenLabel is for searching and not for
showing, and becomes a misspelling. ``broader`` becomes ``part_of``; of several the first in order of their ids.
An exactMatch with Wikidata or GeoNames becomes a reference. Thesauri do not tell people from places, so the type is
asked for. Labels as resources of their own (SKOS-XL) are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any, Final

from entitynorm.errors import InputError
from entitynorm.io.importers.entities import Names, language_tag, prefixed, type_word
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import STANDARD_INPUT, Found, Record, Source
from entitynorm.wording import one_line, quoted

FORMATS: Final = {
    ".ttl": "turtle", ".turtle": "turtle", ".rdf": "xml", ".xml": "xml", ".owl": "xml", ".nt": "nt", ".n3": "n3",
}  # fmt: skip
"""How a file is written, by its ending; anything else is taken for Turtle. Not JSON-LD, whose contexts are fetched from
the network."""

_MATCHES = {
    "wikidata": re.compile(r"https?://www\.wikidata\.org/(?:entity|wiki)/(Q[1-9][0-9]*)"),
    "geonames": re.compile(r"https?://(?:sws|www)\.geonames\.org/([1-9][0-9]*)/?.*"),
}
_NO_BASE = "http://no-base.invalid/"
"""What relative URIs are resolved against where a file has no base: its folder would make other ids of them."""
_GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"


def read_skos(
    source: Source, report: Report, *, type: str, languages: tuple[str, ...] = ("en",), prefix: str | None = None
) -> Iterator[Found]:
    """The records of a SKOS file in the order of their ids; raises InputError without rdflib, and for broken RDF."""
    try:
        import rdflib
    except ImportError:
        raise InputError(
            f"{source.shown}: SKOS needs rdflib, which is not installed; run: pip install 'entitynorm[rdf]'"
        ) from None
    graph = rdflib.Graph()
    suffixes = [suffix for suffix in map(str.lower, PurePath(source.path).suffixes) if suffix in FORMATS]
    chosen = FORMATS[suffixes[-1]] if suffixes and source.path != STANDARD_INPUT else "turtle"
    try:
        graph.parse(data=_content(source), format=chosen, publicID=_NO_BASE)
    except Exception as error:  # parsers of rdflib raise what they like
        raise InputError(
            f"{source.shown}: not readable as {chosen} ({one_line(str(error))[:200]}); mend the file, or give it the "
            "ending of its form: .ttl, .rdf or .nt"
        ) from None
    return _Thesaurus(graph, rdflib, report, type_word(type), languages, prefix).records(source.shown)


def _content(source: Source) -> str:
    return "\n".join(line for _, line in source.lines())


class _Thesaurus:
    """A graph and how its concepts become records."""

    def __init__(
        self, graph: Any, rdflib: Any, report: Report, type_: str, languages: tuple[str, ...], prefix: str | None
    ) -> None:
        self._graph, self._rdflib, self._report = graph, rdflib, report
        self._skos = rdflib.SKOS
        self._type, self._languages, self._prefix = type_, languages, prefix

    def records(self, shown: str) -> Iterator[Found]:
        skos, rdf = self._skos, self._rdflib.RDF
        concepts = set(self._graph.subjects(rdf.type, skos.Concept))
        concepts |= {c for c in self._graph.subjects(skos.prefLabel, None) if not self._is(c, skos.ConceptScheme)}
        kept = {c for c in concepts if not self._deprecated(c)}
        for concept in sorted(concepts, key=str):
            self._report.row()
            if concept not in kept:
                self._report.left_out["deprecated"] += 1
                continue
            place = f"{shown}: {one_line(str(concept))}"
            try:
                record = self._record(concept, kept)
            except RowError as error:
                self._report.skip(place, error)
                continue
            if record is not None:
                yield place, record

    def _record(self, concept: Any, kept: set[Any]) -> Record | None:
        skos = self._skos
        if not isinstance(concept, self._rdflib.URIRef):
            raise RowError("no URI", "the concept is a blank node and has no id; give it a URI")
        if str(concept).startswith(_NO_BASE):
            relative = quoted(str(concept).removeprefix(_NO_BASE))
            raise RowError(
                "relative URI", f"the URI {relative} is relative and the file has no base; add @base or xml:base"
            )
        preferred = self._labels(concept, skos.prefLabel)
        order = [*self._languages, None]
        name = next((text for lang in order for text, tag in preferred if tag == lang), None)
        if name is None:
            if self._graph.value(concept, skos.prefLabel) is None:
                raise RowError("no prefLabel", "the concept has no prefLabel")
            self._report.left_out["no prefLabel in the languages asked for"] += 1
            return None
        names = Names(name)
        for predicate, kind in ((skos.prefLabel, "name"), (skos.altLabel, "name"), (skos.hiddenLabel, "misspelling")):
            for text, lang in self._labels(concept, predicate):
                if text != name or predicate != skos.prefLabel:
                    names.add(text, lang=lang, kind=kind)
        record: Record = {
            "id": self._id(concept),
            "type": self._type,
            "name": name,
            "aliases": names.records(),
            "refs": self._refs(self._graph.objects(concept, skos.exactMatch)),
            "lat": self._number(concept, "lat"),
            "lon": self._number(concept, "long"),
        }
        broader = sorted(
            {*self._graph.objects(concept, skos.broader), *self._graph.subjects(skos.narrower, concept)} & kept, key=str
        )
        if broader:
            record["part_of"] = self._id(broader[0])
            self._report.notes["further broader concept"] += len(broader) - 1
        return record

    def _labels(self, concept: Any, predicate: Any) -> list[tuple[str, str | None]]:
        """Labels in the chosen languages and in none, in an order that does not depend on the graph."""
        found: set[tuple[str, str | None]] = set()
        for label in self._graph.objects(concept, predicate):
            lang = language_tag(label.language) if getattr(label, "language", None) else None
            if lang is None or lang in self._languages or lang.partition("-")[0] in self._languages:
                found.add((str(label), lang))
            else:
                self._report.notes["label in a language not asked for"] += 1
        rank = {lang: number for number, lang in enumerate(self._languages)}
        return sorted(found, key=lambda label: (rank.get(label[1] or "", len(rank)), label[1] or "", label[0]))

    def _id(self, concept: Any) -> str:
        """The URI, or with a prefix its last part."""
        uri = str(concept)
        return prefixed(self._prefix, re.split(r"[/#]", uri.rstrip("/#"))[-1]) if self._prefix else uri

    def _refs(self, matches: Iterable[Any]) -> dict[str, str]:
        refs: dict[str, str] = {}
        for uri in sorted(map(str, matches)):
            for key, pattern in _MATCHES.items():
                if found := pattern.fullmatch(uri):
                    refs.setdefault(key, found[1])
        return refs

    def _number(self, concept: Any, name: str) -> float | None:
        value = self._graph.value(concept, self._rdflib.URIRef(_GEO + name))
        if value is None:
            return None
        try:
            return float(str(value))
        except ValueError:
            raise RowError(f"unusable {name}", f"{name} is {quoted(str(value))}, expected a number") from None

    def _is(self, concept: Any, kind: Any) -> bool:
        return (concept, self._rdflib.RDF.type, kind) in self._graph

    def _deprecated(self, concept: Any) -> bool:
        return str(self._graph.value(concept, self._rdflib.OWL.deprecated) or "").lower() in ("true", "1")
