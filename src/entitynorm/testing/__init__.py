"""Hypothesis strategies for suites that use the package: invented names, their spellings, and texts with gold.

Everything keeps the house style of Hypothesis: plural names, keyword-only arguments with defaults, strategies rather
than values, and InvalidArgument, at the call, for what cannot be. Names are coined, so that a law never rests on one
town the author happened to know. Start reading at `entities`; `documents` is what most suites want.

>>> import entitynorm
>>> from hypothesis import given
>>> from entitynorm.testing import entities, surface_forms
>>> @given(entities(type="PLACE").flatmap(lambda place: surface_forms(place)))
... def test_every_place_name_is_read(name: str) -> None:
...     assert entitynorm.compare(name, name).score == 1.0
>>> test_every_place_name_is_read()
"""

try:
    import hypothesis as _hypothesis  # noqa: F401  (the extra may be absent; say so before anything else fails)
except ImportError as error:
    raise ImportError(
        "entitynorm.testing needs Hypothesis, which is not installed; run: pip install 'entitynorm[test]'"
    ) from error

from entitynorm.testing.documents import GoldDocument, GoldMention, documents, texts
from entitynorm.testing.names import ENTITY_TYPES, SCRIPTS, entities, gazetteers
from entitynorm.testing.spellings import KINDS, romanisations, surface_forms, typos

__all__ = [
    "ENTITY_TYPES",
    "KINDS",
    "SCRIPTS",
    "GoldDocument",
    "GoldMention",
    "documents",
    "entities",
    "gazetteers",
    "romanisations",
    "surface_forms",
    "texts",
    "typos",
]
