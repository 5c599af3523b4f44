"""What screening says of a text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entitynorm.gazetteer import Gazetteer
from entitynorm.layers import Stacked
from entitynorm.model import Document, Mention

LISTED, HEARD = "spelled as it is listed", "sounds like a listed name"
"""Reasons of mentions."""


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """The names of one text, in text order, not overlapping."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    """Code points of the text."""
    score: NDArray[np.float64]
    ids: tuple[str | None, ...]
    """The entity of each, None where several have the name and nothing tells which is meant."""

    def __len__(self) -> int:
        return len(self.ids)

    def document(self, text: str, gazetteer: Gazetteer | Stacked) -> Document:
        """The same as a document of mentions, which have no candidates."""
        rows = zip(self.start.tolist(), self.end.tolist(), self.score.tolist(), self.ids, strict=True)
        return Document(text, tuple(_mention(text, *row, gazetteer) for row in rows))


def _mention(
    text: str, start: int, end: int, score: float, entity_id: str | None, gazetteer: Gazetteer | Stacked
) -> Mention:
    entity = None if entity_id is None else gazetteer.get(entity_id)
    if entity is None:
        return Mention(start, end, text[start:end], None, None, None, score, "ambiguous", ())
    reason = LISTED if score >= 1.0 else HEARD
    return Mention(start, end, text[start:end], entity.id, entity.name, entity.type, score, reason, ())
