"""entitynorm in spaCy pipelines; needs ``pip install 'entitynorm[spacy]'``.

``nlp.add_pipe("entitynorm")`` finds the component by its entry point, without an import. Importing this module by hand
is needed for `to_json`, `from_json` and `to_displacy`, and for ``span._.entitynorm`` where Docs are read in a process
that runs no pipeline.

Start reading at `component`; what it writes into a Doc is made in `annotation`.
"""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("spacy") is None:
    raise ImportError("entitynorm.spacy needs spaCy, which is not installed; run: pip install 'entitynorm[spacy]'")

from entitynorm.spacy.annotation import register_extension
from entitynorm.spacy.candidates import CandidateSearch, make_batch_candidates, make_candidates
from entitynorm.spacy.component import LinkerComponent, make_component, read_gazetteer
from entitynorm.spacy.exchange import from_json, to_displacy, to_json

__all__ = [
    "CandidateSearch",
    "LinkerComponent",
    "from_json",
    "make_batch_candidates",
    "make_candidates",
    "make_component",
    "read_gazetteer",
    "to_displacy",
    "to_json",
]

register_extension()
