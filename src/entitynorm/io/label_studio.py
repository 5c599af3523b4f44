"""Label Studio: tasks with the links as predictions, for people who correct them in the browser.

The file is one JSON array with a task a text, ready for its import dialogue and for the interface of its template for
named entities (``<Labels name="label" toName="text">``, ``<Text name="text" value="$text"/>``):

    {"data": {"text": …, "doc": …, "offsets": "codepoint"},
     "predictions": [{"model_version": …, "result": [
        {"id": "m1", "from_name": "label", "to_name": "text", "type": "labels", "score": 1.0,
         "value": {"start": 0, "end": 8, "text": "Hromadsk", "labels": ["ORG"]},
         "meta": {"text": ["org:hromadske"]}}]}]}

The entity's id stands in the region's meta, which the interface shows beside it and keeps. Label Studio counts code
points (old releases counted UTF-16 units).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from entitynorm._version import __version__
from entitynorm.errors import InputError
from entitynorm.io.formats import MarkedSpan, Options, printable
from entitynorm.io.offsets import OffsetCounter, Placed
from entitynorm.model import Document


def label_studio_parts(name: str, pieces: Iterable[Document], options: Options) -> Iterator[str]:
    """One task, without the brackets of the array around it; the text is held whole."""
    counter = OffsetCounter(options.offsets)
    texts: list[str] = []
    results: list[dict[str, Any]] = []
    for piece in pieces:
        texts.append(piece.text)
        results += [_result(len(results) + n, item) for n, item in enumerate(counter.place(piece), start=1)]
    prediction = {"model_version": f"entitynorm {__version__}", "result": results}
    data = {"text": "".join(texts), "doc": name, "offsets": options.offsets}
    yield printable(json.dumps({"data": data, "predictions": [prediction]}, ensure_ascii=False))


def _result(number: int, item: Placed) -> dict[str, Any]:
    mention = item.mention
    return {
        "id": f"m{number}",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": item.start, "end": item.end, "text": mention.surface, "labels": [mention.type or "NIL"]},
        "score": round(mention.score, 4),
        "meta": {"text": [] if mention.id is None else [mention.id]},
    }


def read_label_studio(tasks: str) -> dict[str, tuple[MarkedSpan, ...]]:
    """The mentions of each text by its name, from predictions as written here or from annotations made of them.

    The annotation that was changed last stands for what is right, and the first prediction where there is none. Raises
    InputError where the JSON is not an array of tasks.
    """
    try:
        return {task["data"]["doc"]: tuple(_spans(task)) for task in json.loads(tasks)}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        cause = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(
            f"not Label Studio's tasks ({cause}); expected the JSON that `link --format label-studio` "
            "wrote, or Label Studio's JSON export of it"
        ) from None


def _spans(task: dict[str, Any]) -> Iterator[MarkedSpan]:
    annotations = sorted(task.get("annotations") or (), key=lambda item: str(item.get("updated_at", "")))
    chosen = annotations[-1] if annotations else task["predictions"][0]
    for region in chosen["result"]:
        if region["type"] == "labels":
            value, notes = region["value"], region.get("meta", {}).get("text") or [None]
            yield MarkedSpan(value["start"], value["end"], notes[0] if isinstance(notes, list) else notes)
