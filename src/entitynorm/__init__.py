"""Turn the many spellings of a name into one stable entity id, with offsets, a score and the reason.

>>> import entitynorm
>>> doc = entitynorm.link("The Liberty Corps of Russia entered Hraivoron.")
>>> [(m.surface, m.id) for m in doc.mentions]
[('Liberty Corps of Russia', 'org:freedom-of-russia-legion'), ('Hraivoron', 'place:grayvoron')]
"""

from typing import TYPE_CHECKING, Any

from entitynorm._version import __version__
from entitynorm.errors import (
    DataError,
    EntitynormError,
    GazetteerError,
    IndexFileError,
    InputError,
    Problem,
    UnknownEntityError,
)
from entitynorm.gazetteer import Gazetteer
from entitynorm.linker import Linker
from entitynorm.load import link, load, normalize, resolve
from entitynorm.model import Alias, Candidate, Comparison, Document, Entity, Evidence, Explanation, Link, Mention

if TYPE_CHECKING:
    from entitynorm.comparison import compare

__all__ = [
    "Alias",
    "Candidate",
    "Comparison",
    "DataError",
    "Document",
    "Entity",
    "EntitynormError",
    "Evidence",
    "Explanation",
    "Gazetteer",
    "GazetteerError",
    "IndexFileError",
    "InputError",
    "Link",
    "Linker",
    "Mention",
    "Problem",
    "UnknownEntityError",
    "__version__",
    "compare",
    "link",
    "load",
    "normalize",
    "resolve",
]


def __getattr__(name: str) -> Any:
    """`compare` is fetched when it is asked for: it needs numpy, which a program that only links texts does not."""
    if name == "compare":
        from entitynorm.comparison import compare

        globals()[name] = compare
        return compare
    raise AttributeError(f"module 'entitynorm' has no attribute {name!r}")
