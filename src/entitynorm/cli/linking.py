"""Texts of any number and size through the linker: a piece at a time, in order, in one process or several."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Generic, TypeVar

from entitynorm.cli.output import progress

if TYPE_CHECKING:
    from entitynorm.io.documents import Text
    from entitynorm.linker import Linker
    from entitynorm.model import Document
    from entitynorm.screening.screened import Screened

AnyText = TypeVar("AnyText", bound="Text")


def linked_texts(
    linker: Linker,
    texts: Iterable[AnyText],
    total: int,
    *,
    label: str,
    lang: str | None,
    jobs: int,
    streams_to: str | None,
    screen: bool = False,
    keep: Callable[[Document], Document] | None = None,
) -> Iterator[tuple[AnyText, Iterator[Document]]]:
    """Each text with its linked pieces, in order; a text's pieces have to be taken before the next text.

    No more is held than the pieces at work. ``total`` is the size of all texts in bytes, for the progress bar under
    ``label``; ``streams_to`` is where results go meanwhile, and ``keep`` sees every piece before it is handed on.
    ``screen``: names are looked for by spelling and sound only (see `Linker.screen`).
    """
    from entitynorm.io.offsets import width
    from entitynorm.model import Document

    waiting: deque[tuple[_Turn[AnyText], str, int]] = deque()

    def pieces() -> Iterator[str]:
        for text in texts:
            turn, left = _Turn(text), text.size
            for piece in text.pieces():
                size = min(left, width(piece.text, "utf8"))
                waiting.append((turn, piece.text, size))
                left -= size
                yield piece.text

    def documents() -> Iterator[tuple[_Turn[AnyText], Document]]:
        with progress(label, total, streams_to=streams_to) as advance:
            found: Iterator[Document | Screened]
            found = linker.screen(pieces(), jobs=jobs) if screen else linker.link_many(pieces(), lang=lang, jobs=jobs)
            for one in found:
                turn, text, size = waiting.popleft()
                document = one if isinstance(one, Document) else one.document(text, linker.gazetteer)
                yield turn, document if keep is None else keep(document)
                advance(size)

    for turn, group in groupby(documents(), key=itemgetter(0)):
        yield turn.text, map(itemgetter(1), group)


@dataclass(frozen=True, slots=True, eq=False)
class _Turn(Generic[AnyText]):
    """A text's turn; no two are equal, though the same text may come twice."""

    text: AnyText
