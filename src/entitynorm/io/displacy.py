"""displaCy: what spaCy's visualiser draws with ``displacy.render(…, style="ent", manual=True)``, one dict a line.

    {"text": …, "ents": [{"start": 0, "end": 8, "label": "ORG", "kb_id": "org:hromadske", "kb_url": "#"}],
     "title": "note.txt", "offsets": "codepoint"}

displaCy shows ``kb_id`` beside the label and passes over what it does not know. It slices a Python string, so code
points are right for it; other programs that draw the same dict may count otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from entitynorm.io.formats import Options, json_line
from entitynorm.io.offsets import OffsetCounter
from entitynorm.model import Document, Mention


def displacy_parts(name: str, pieces: Iterable[Document], options: Options) -> Iterator[str]:
    """One dict on one line; the text is held whole."""
    counter = OffsetCounter(options.offsets)
    texts: list[str] = []
    ents: list[dict[str, Any]] = []
    for piece in pieces:
        texts.append(piece.text)
        ents += (drawn(item.mention, item.start, item.end) for item in counter.place(piece))
    yield json_line({"text": "".join(texts), "ents": ents, "title": name, "offsets": options.offsets})


def drawn(mention: Mention, start: int, end: int, url: str = "#") -> dict[str, Any]:
    """One mention as displaCy draws it; it escapes the text but neither label nor id, so these come escaped."""
    return {
        "start": start,
        "end": end,
        "label": escape(mention.type or "NIL"),
        "kb_id": escape(mention.id or ""),
        "kb_url": escape(url),
    }
