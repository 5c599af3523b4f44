"""Every format that `link` writes, by name: what it can do, and the one function that writes it.

To add a format, write a module with a function from (name, pieces, options) to strings, and a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from entitynorm.io.brat import brat_parts
from entitynorm.io.conll import conll_parts
from entitynorm.io.displacy import displacy_parts
from entitynorm.io.formats import Options, csv_heading, csv_parts, jsonl_parts, marked_parts
from entitynorm.io.label_studio import label_studio_parts
from entitynorm.model import Document

Parts = Callable[[str, Iterable[Document], Options], Iterator[str]]


def _nothing(options: Options) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Format:
    """A form of linked texts; a file of several is ``head``, the texts with ``between`` between them, ``foot``."""

    parts: Parts
    head: Callable[[Options], str] = _nothing
    between: str = ""
    foot: str = ""
    nil: bool = False
    """Whether mentions that were not linked are written unless told otherwise: they are, where programs read on."""
    offsets: bool = True
    """Whether it holds offsets at all."""
    whole: bool = False
    """Whether it holds a text in one string, and so cannot be written in pieces."""
    suffix: str | None = None
    """The ending of its files where each text needs a file of its own."""
    copies_text: bool = False
    """Whether a folder of its files needs the texts too."""

    def write(self, texts: Iterable[tuple[str, Iterable[Document]]], options: Options) -> Iterator[str]:
        """A file of several texts, each a name and its linked pieces."""
        yield self.head(options)
        for number, (name, pieces) in enumerate(texts):
            yield self.between if number else ""
            yield from self.parts(name, pieces, options)
        yield self.foot


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "jsonl": Format(jsonl_parts, nil=True),
        "csv": Format(csv_parts, head=csv_heading, nil=True),
        "marked": Format(marked_parts, offsets=False, suffix=".md"),
        "brat": Format(brat_parts, suffix=".ann", copies_text=True),
        "conll": Format(conll_parts),
        "label-studio": Format(label_studio_parts, head=lambda _: "[", between=",\n", foot="]\n", whole=True),
        "displacy": Format(displacy_parts, whole=True),
    }
)
"""All but the page (`entitynorm.io.html`), which is made of all texts together."""
