"""Linked documents as one self-contained web page, for people who read rather than program.

The page shows every document with its names coloured by type, tells on hover what each was linked to and why, and
answers the question that started this package: which outlet writes what. It fetches nothing: style, script and data
are inside it, and its content security policy says so.

The template, style and script are data files in ``data/templates``; this module fills in the parts between double
braces. Everything that comes from a text or a gazetteer goes through `html.escape`, or, inside the JSON block, has its
``<`` escaped, so that a document holding ``</script>`` stays a document. Start reading at `to_html`.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import count
from math import isinf
from pathlib import PurePath
from typing import Any

from entitynorm._version import __version__
from entitynorm.io.formats import LinkedDocument, printable
from entitynorm.model import Evidence, Mention
from entitynorm.resources import data_dir

MATRIX_DOCUMENTS = 12
"""Up to so many documents each has a column of its own in the spelling table; more are counted and listed."""

_TYPE_ORDER = ("PERSON", "PLACE", "ORG", "FACILITY", "PRODUCT", "EVENT")
_COLOURS = 10
_OTHERS_SHOWN = 3
_LISTED_DOCUMENTS = 4
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class _Entity:
    """An entity as the page shows it, with how often each document writes each spelling of it."""

    id: str
    name: str
    type: str
    counts: Mapping[str, Mapping[int, int]]

    @property
    def total(self) -> int:
        return sum(sum(by_document.values()) for by_document in self.counts.values())

    def spellings(self) -> list[str]:
        """Its spellings, the most frequent first."""
        return sorted(self.counts, key=lambda s: (-sum(self.counts[s].values()), s))


def to_html(documents: Sequence[LinkedDocument], *, title: str | None = None) -> str:
    """The whole page; ``title`` replaces "Names in N documents". The same input gives the same page, byte for byte."""
    entities = _entities(documents)
    number_of = {entity.id: number for number, entity in enumerate(entities)}
    classes = _type_classes(entity.type for entity in entities)
    names = _short_names([linked.name for linked in documents])
    parts = {
        "title": escape(title or f"Names in {_plural(len(documents), 'document')}"),
        "version": escape(__version__),
        "style": f"{_template('palette.css')}\n{_template('report.css')}",
        "script": _template("report.js"),
        "counts": _counts(documents, entities),
        "legend": _legend(entities, classes),
        "contents": _contents(documents, names),
        "documents": "\n".join(_articles(documents, names, number_of, classes)),
        "columns": _columns(names),
        "rows": "\n".join(_rows(entities, names, classes)),
        "key": "".join(f"<li>{escape(name)}</li>" for name in names) if len(names) <= MATRIX_DOCUMENTS else "",
        "data": _json(_page_data(documents, entities, names, number_of, classes)),
    }
    return printable(_PLACEHOLDER.sub(lambda found: parts[found[1]], _template("report.html")))


@cache
def _template(name: str) -> str:
    return (data_dir() / "templates" / name).read_text(encoding="utf-8").rstrip("\n")


def _entities(documents: Sequence[LinkedDocument]) -> list[_Entity]:
    """Every linked entity, the most frequent first."""
    first: dict[str, Mention] = {}
    counts: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for number, linked in enumerate(documents):
        for mention in linked.document.mentions:
            if mention.id is not None:
                first.setdefault(mention.id, mention)
                counts[mention.id][_spelling(mention)][number] += 1
    entities = [_Entity(id_, m.name or id_, m.type or "OTHER", counts[id_]) for id_, m in first.items()]
    return sorted(entities, key=lambda entity: (-entity.total, entity.name, entity.id))


def _spelling(mention: Mention) -> str:
    """The surface form with line breaks inside it read as spaces: no spelling of its own."""
    return " ".join(mention.surface.split())


def _type_classes(types: Iterable[str]) -> dict[str, str]:
    """A colour class for each type: ours have fixed colours, others take the rest in alphabetical order."""
    known = {name: f"t{number}" for number, name in enumerate(_TYPE_ORDER)}
    others = sorted(set(types) - set(_TYPE_ORDER))
    spare = _COLOURS - len(_TYPE_ORDER)
    return known | {name: f"t{len(_TYPE_ORDER) + number % spare}" for number, name in enumerate(others)}


def _short_names(names: Sequence[str]) -> list[str]:
    """File names without their folders, as long as that keeps them apart."""
    short = [PurePath(name).name or name for name in names]
    return short if len(set(short)) == len(set(names)) else list(names)


def _counts(documents: Sequence[LinkedDocument], entities: Sequence[_Entity]) -> str:
    mentions = [m for linked in documents for m in linked.document.mentions]
    linked_count = sum(entity.total for entity in entities)
    figures = {
        "documents": len(documents),
        "linked names": linked_count,
        "not linked": len(mentions) - linked_count,
        "entities": len(entities),
        "spellings": sum(len(entity.counts) for entity in entities),
        "with several spellings": sum(len(entity.counts) > 1 for entity in entities),
    }
    if not figures["not linked"]:
        del figures["not linked"]
    return "".join(f"<div><dt>{label}</dt><dd>{value:,}</dd></div>" for label, value in figures.items())


def _legend(entities: Sequence[_Entity], classes: Mapping[str, str]) -> str:
    totals: Counter[str] = Counter()
    for entity in entities:
        totals[entity.type] += entity.total
    present = [name for name in classes if totals[name]]
    return "".join(
        f'<label class="{classes[name]}"><input type="checkbox" checked value="{escape(name)}">'
        f"{escape(name)} <b>{totals[name]:,}</b></label>"
        for name in present
    )


def _contents(documents: Sequence[LinkedDocument], names: Sequence[str]) -> str:
    if len(documents) < 2:
        return ""
    items = (
        f'<li><span class="number">{number}</span><a href="#d{number}">{escape(name)}</a> '
        f"<small>{len(linked.document.mentions)}</small></li>"
        for number, (linked, name) in enumerate(zip(documents, names, strict=True), start=1)
    )
    return f'<ol class="contents">{"".join(items)}</ol>'


def _articles(
    documents: Sequence[LinkedDocument],
    names: Sequence[str],
    number_of: Mapping[str, int],
    classes: Mapping[str, str],
) -> Iterator[str]:
    mention_number = count()
    for number, (linked, name) in enumerate(zip(documents, names, strict=True), start=1):
        text, mentions = linked.document.text, linked.document.mentions
        pieces: list[str] = []
        at = 0
        for mention in mentions:
            pieces += (escape(text[at : mention.start]), _mark(next(mention_number), mention, number_of, classes))
            at = mention.end
        pieces.append(escape(text[at:]))
        entity_count = len({m.id for m in mentions if m.id is not None})
        yield (
            f'<article id="d{number}"><header><h3 title="{escape(linked.name)}"><span class="number">{number}</span>'
            f"{escape(name)}</h3><span>{_plural(len(mentions), 'name')}, "
            f"{_plural(entity_count, 'entity', 'entities')}</span></header>"
            f'<div class="text" dir="auto">{"".join(pieces)}</div></article>'
        )


def _mark(number: int, mention: Mention, number_of: Mapping[str, int], classes: Mapping[str, str]) -> str:
    surface, spelling = escape(mention.surface), escape(_spelling(mention))
    if mention.id is None:
        title = escape(f"not linked: {mention.reason}")
        return f'<mark class="nil" tabindex="0" data-m="{number}" data-e="" data-t="" title="{title}">{surface}</mark>'
    type_ = mention.type or "OTHER"
    title = escape(f"{mention.name} · {mention.id} · {mention.score:.2f} · {mention.reason}")
    return (
        f'<mark class="{classes[type_]}" tabindex="0" data-m="{number}" data-e="{number_of[mention.id]}" '
        f'data-t="{escape(type_)}" data-s="{spelling}" title="{title}">{surface}</mark>'
    )


def _columns(names: Sequence[str]) -> str:
    def heading(label: str, hint: str = "", numeric: bool = False) -> str:
        title = f' title="{escape(hint)}"' if hint else ""
        kind = ' class="num"' if numeric else ""
        name = escape(label)
        return f'<th scope="col" data-label="{name}"{kind}{title}><button type="button">{name}</button></th>'

    fixed = heading("Entity") + heading("Spelling") + heading("All", "in all documents together", numeric=True)
    if len(names) > MATRIX_DOCUMENTS:
        return fixed + heading("In", "how many documents", numeric=True) + heading("Documents")
    return fixed + "".join(heading(str(n), name, numeric=True) for n, name in enumerate(names, start=1))


def _rows(entities: Sequence[_Entity], names: Sequence[str], classes: Mapping[str, str]) -> Iterator[str]:
    largest = max((n for e in entities for by_doc in e.counts.values() for n in by_doc.values()), default=1)
    for number, entity in enumerate(entities):
        for rank, spelling in enumerate(entity.spellings()):
            by_document = entity.counts[spelling]
            canonical = " <i>canonical</i>" if spelling == entity.name else ""
            name, id_, form = escape(entity.name), escape(entity.id), escape(spelling)
            yield (
                f'<tr class="{classes[entity.type]}{" same" if rank else ""}" data-e="{number}" data-s="{form}">'
                f'<td class="entity" data-k="{name}"><span><span class="dot"></span><bdi>{name}</bdi></span>'
                f'<span class="id">{id_}</span></td>'
                f'<td class="spelling" data-k="{form}"><bdi>{form}</bdi>{canonical}</td>'
                f'<td class="num"><b>{sum(by_document.values())}</b></td>'
                f"{_document_cells(by_document, names, largest)}</tr>"
            )


def _document_cells(by_document: Mapping[int, int], names: Sequence[str], largest: int) -> str:
    if len(names) > MATRIX_DOCUMENTS:
        ranked = sorted(by_document.items(), key=lambda item: (-item[1], item[0]))
        listed = [f"{names[n]} ×{times}" if times > 1 else names[n] for n, times in ranked]
        more = f" and {len(listed) - _LISTED_DOCUMENTS:,} more" if len(listed) > _LISTED_DOCUMENTS else ""
        shown = escape(", ".join(listed[:_LISTED_DOCUMENTS]) + more)
        return f'<td class="num">{len(listed)}</td><td title="{escape(", ".join(listed))}">{shown}</td>'
    cells: list[str] = []
    for number in range(len(names)):
        times = by_document.get(number, 0)
        if times:
            share = 0.08 + 0.42 * times / largest
            cells.append(f'<td class="num heat" style="--share:{share:.2f}">{times}</td>')
        else:
            cells.append('<td class="num none">0</td>')
    return "".join(cells)


def _page_data(
    documents: Sequence[LinkedDocument],
    entities: Sequence[_Entity],
    names: Sequence[str],
    number_of: Mapping[str, int],
    classes: Mapping[str, str],
) -> dict[str, Any]:
    """What the script needs: entities, mentions in page order, and the counts behind each row of the table."""
    return {
        "documents": list(names),
        "entities": [
            {"id": e.id, "name": e.name, "type": e.type, "class": classes[e.type], "spellings": e.spellings()}
            for e in entities
        ],
        "mentions": [_mention_data(m, number_of) for linked in documents for m in linked.document.mentions],
        "counts": [sorted(e.counts[spelling].items()) for e in entities for spelling in e.spellings()],
    }


def _mention_data(mention: Mention, number_of: Mapping[str, int]) -> dict[str, Any]:
    chosen = next((c for c in mention.candidates if c.id == mention.id), None)
    others = [c for c in mention.candidates if c.id != mention.id][:_OTHERS_SHOWN]
    return {
        "e": None if mention.id is None else number_of[mention.id],
        "score": round(mention.score, 4),
        "reason": mention.reason,
        "evidence": [[_effect(item), item.feature, item.detail] for item in chosen.evidence] if chosen else [],
        "others": [f"{other.name} ({other.score:.2f})" for other in others],
    }


def _effect(item: Evidence) -> str:
    """What a piece of evidence adds to the log-odds; one of infinite weight decides alone."""
    if isinf(item.weight):
        return "decides" if item.weight > 0 else "veto"
    return f"{item.value * item.weight:+.2f}"


def _json(value: object) -> str:
    """JSON that may stand inside a script element: no text in it can end the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
