"""The pipeline component ``entitynorm``.

Its gazetteer comes from the first of these that there is: what `from_disk` or `from_bytes` read, what `initialize` was
given, the files of ``path``, the packaged gazetteer. ``path`` is not opened before a text has to be linked: spaCy makes
every component of a saved pipeline from its settings first and loads its data afterwards, perhaps on a machine where
``path`` leads nowhere.
"""

# No `from __future__ import annotations`: spaCy reads the annotations of factories and readers to check a config.

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.tokens import Doc
from spacy.util import minibatch, registry

from entitynorm.linker import Linker
from entitynorm.load import load
from entitynorm.model import Document
from entitynorm.spacy import storage
from entitynorm.spacy.annotation import KEY, Settings, annotate, register_extension
from entitynorm.spacy.storage import opened

DEFAULTS: dict[str, Any] = {
    "path": None,
    "mode": Settings().mode,
    "spans_key": Settings().spans_key,
    "labels": {},
    "set_ent_id": Settings().set_ent_id,
}
"""The settings of the component; values are such as JSON holds."""


class LinkerComponent(Pipe):
    """Links the names of a Doc to the entities of a gazetteer; see `entitynorm.spacy.annotation` for what it writes."""

    def __init__(
        self, name: str = KEY, *, path: str | list[str] | None = None, settings: Settings | None = None
    ) -> None:
        """``path``: one gazetteer file or several on top of each other; None is the packaged one."""
        self.name = name
        self.path = path
        self.settings = settings or Settings()
        self._linker: Linker | None = None
        register_extension()

    @property
    def linker(self) -> Linker:
        """The linker, made on first use; raises InputError for a ``path`` that cannot be read."""
        if self._linker is None:
            self._linker = opened(self.path)
        return self._linker

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one Doc, in place."""
        annotate(doc, self.linker.link(doc.text), self.settings, self.linker.resolve)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate Docs, in place and in order; the texts of a batch are linked in one call.

        A Doc that fails goes to the error handler of the pipeline alone, without the rest of its batch.
        """
        handle = self.get_error_handler()
        for docs in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            try:
                linked: Iterable[Document | None] = list(self.linker.link_many([doc.text for doc in docs]))
            except Exception:
                linked = [None] * len(docs)  # one by one, to find the one that fails
            for doc, document in zip(docs, linked, strict=True):
                try:
                    found = self.linker.link(doc.text) if document is None else document
                    annotate(doc, found, self.settings, self.linker.resolve)
                except Exception as error:
                    handle(self.name, self, [doc], error)
                else:
                    yield doc

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Any]] | None = None,
        *,
        nlp: Language | None = None,
        gazetteer: Any = None,
    ) -> None:
        """Take a gazetteer: a `Linker`, or whatever `entitynorm.load` takes. Without one, what is there stays."""
        if gazetteer is not None:
            self._linker = gazetteer if isinstance(gazetteer, Linker) else load(gazetteer)

    # -- keeping ------------------------------------------------------------------------------------------------

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the gazetteer into a folder. ``exclude=["gazetteer"]`` writes nothing."""
        if "gazetteer" not in exclude:
            storage.save(self.linker, Path(path))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "LinkerComponent":
        """Read what `to_disk` wrote; compiled files are mapped, not copied. Raises InputError for a damaged folder."""
        if "gazetteer" not in exclude:
            self._linker = storage.restore(Path(path))
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The gazetteer as bytes. ``exclude=["gazetteer"]`` leaves it out."""
        return storage.pack(None if "gazetteer" in exclude else self.linker)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "LinkerComponent":
        """Read what `to_bytes` gave; compiled files go to a temporary folder, which lasts as long as the linker."""
        if "gazetteer" not in exclude:
            self._linker = storage.unpack(data) or self._linker
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled for worker processes as the linker is: records of what is in memory, paths of compiled files."""
        return _rebuilt, (self.name, self.path, self.settings, self._linker)


def _rebuilt(name: str, path: str | list[str] | None, settings: Settings, linker: Linker | None) -> LinkerComponent:
    component = LinkerComponent(name, path=path, settings=settings)
    component._linker = linker
    return component


@Language.factory(
    KEY,
    assigns=["doc.ents", "doc.spans", "span._.entitynorm", "token.ent_kb_id", "token.ent_type", "token.ent_iob"],
    default_config=DEFAULTS,
)
def make_component(
    nlp: Language,
    name: str,
    path: str | list[str] | None,
    mode: str,
    spans_key: str,
    labels: dict[str, str],
    set_ent_id: bool,
) -> LinkerComponent:
    """The factory behind ``nlp.add_pipe("entitynorm")``."""
    settings = Settings(mode=mode, spans_key=spans_key, labels=dict(labels), set_ent_id=set_ent_id)
    return LinkerComponent(name, path=path, settings=settings)


def read_gazetteer(path: str | list[str] | None = None) -> Linker:
    """A gazetteer for ``[initialize.components.entitynorm.gazetteer]`` of a config."""
    return opened(path)


registry.readers.register("entitynorm.gazetteer.v1", func=read_gazetteer)
