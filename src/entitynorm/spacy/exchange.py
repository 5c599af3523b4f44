"""Docs as JSON that keeps ids, and texts for displaCy.

``Doc.to_json`` of spaCy writes entities without their ``kb_id`` and leaves user data out, so that the links are gone
after ``Doc.from_json``. `to_json` adds what is missing to the same object; spaCy itself can still read it.
"""

from __future__ import annotations

from typing import Any

from spacy.tokens import Doc
from spacy.vocab import Vocab

from entitynorm.errors import InputError
from entitynorm.io.displacy import drawn
from entitynorm.model import Document
from entitynorm.spacy.annotation import KEY


def to_json(doc: Doc) -> dict[str, Any]:
    """``doc.to_json()``, with ``kb_id`` and ``id`` of each entity, and under ``entitynorm`` the records and scores."""
    data: dict[str, Any] = doc.to_json()
    for written, entity in zip(data.get("ents", ()), doc.ents, strict=True):
        written["kb_id"] = entity.kb_id_
        written["id"] = entity.ent_id_
    groups = {
        key: {name: group.attrs[name] for name in ("scores", "ranks")}
        for key, group in doc.spans.items()
        if {"scores", "ranks"} <= group.attrs.keys()
    }
    if KEY in doc.user_data:
        data[KEY] = {"mentions": doc.user_data[KEY], "groups": groups}
    return data


def from_json(vocab: Vocab, data: dict[str, Any]) -> Doc:
    """A Doc with all that `to_json` wrote. Raises InputError where that does not fit the text."""
    try:
        doc = Doc(vocab).from_json(data)
        for entity, written in zip(doc.ents, data.get("ents", ()), strict=True):
            for token in entity:
                token.ent_kb_id_ = written.get("kb_id", "")
                token.ent_id_ = written.get("id", "")
        if KEY in data:
            doc.user_data[KEY] = data[KEY]["mentions"]
            for key, attrs in data[KEY]["groups"].items():
                doc.spans[key].attrs.update(attrs)
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        said = " ".join(str(error).split())
        raise InputError(f"not a Doc as to_json writes it ({type(error).__name__}: {said}); write it again") from error
    return doc


def to_displacy(document: Document, *, url_template: str | None = None) -> dict[str, Any]:
    """A linked text for ``displacy.render(…, style="ent", manual=True)``, with the id beside each label.

    Unlike Docs this knows no tokens, so that every mention stands where it is. NIL mentions are left out.
    ``url_template`` makes an id a link, ``{}`` standing for the id, as ``kb_url_template`` of displaCy does for Docs.
    displaCy escapes the text but neither label nor id, so these come escaped.
    """
    entities = [
        drawn(mention, mention.start, mention.end, url_template.format(mention.id) if url_template else "#")
        for mention in document.mentions
        if mention.id is not None
    ]
    return {"text": document.text, "ents": entities, "title": None}
