"""Texts: neutral sentences with names in them and the gold that goes with it, and any Unicode at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from entitynorm.gazetteer import Gazetteer
from entitynorm.model import Alias, Entity
from entitynorm.testing.names import check_sizes, material, one_of_these
from entitynorm.testing.spellings import case_forms, strong_names
from entitynorm.text.folding import fold_text
from entitynorm.text.tokens import script_of

_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)
LANGUAGES = ("en", "ru", "uk")


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A mention that has to be found: ``text[start:end] == surface`` names the entity ``id``."""

    start: int
    end: int
    surface: str
    id: str


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A text and the mentions in it, in text order; nothing else in the text is a name."""

    text: str
    mentions: tuple[GoldMention, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A name ready for sentences of its languages: case -> form ("nom" always)."""

    entity: Entity
    langs: tuple[str, ...]
    forms: tuple[tuple[str, str], ...]


def documents(
    gazetteer: Gazetteer | Iterable[Entity],
    *,
    langs: Collection[str] = LANGUAGES,
    min_mentions: int = 0,
    max_mentions: int = 4,
) -> st.SearchStrategy[GoldDocument]:
    """Texts of neutral sentences around names of the gazetteer, with gold: every mention must be found, nothing else.

    Names stand as listed or, in Russian and Ukrainian sentences (``langs``), in the case that the sentence asks for;
    around them are quotes, brackets, possessives, hashtags, line breaks and emoji. An article at the beginning of a
    name is no part of the mention. Weak names, names that two entities list, and names blocked by their own entity
    are not used. Raises InvalidArgument where mentions are asked for and no name is left in these languages.
    """
    chosen = one_of_these(langs, LANGUAGES, "langs")
    check_sizes(min_mentions, max_mentions, names=("min_mentions", "max_mentions"))
    spellings = _spellings(list(gazetteer), chosen)
    if min_mentions and not spellings:
        raise InvalidArgument(f"the gazetteer has no unambiguous strong name for sentences in {', '.join(chosen)}")
    return _documents(spellings, chosen, min_mentions, max_mentions if spellings else 0)


def _spellings(entities: list[Entity], langs: tuple[str, ...]) -> list[_Spelling]:
    listed = [(entity, alias) for entity in entities for alias in strong_names(entity)]
    claims = Counter(
        name for entity in entities for name in {fold_text(a.text) for a in (Alias(entity.name), *entity.aliases)}
    )
    found: list[_Spelling] = []
    for entity, alias in listed:
        blocked = {fold_text(form) for form in entity.blocked}
        fitting = _langs_of(alias, langs)
        if fitting and claims[fold_text(alias.text)] == 1 and fold_text(alias.text) not in blocked:
            cases = {"nom": alias.text, **case_forms(alias, entity.type)}
            found.append(_Spelling(entity, fitting, tuple(cases.items())))
    return found


def _langs_of(alias: Alias, langs: tuple[str, ...]) -> tuple[str, ...]:
    script = script_of(alias.text)
    if script == "Cyrl":
        lang = (alias.lang or "").split("-")[0]
        return tuple(item for item in langs if item == lang or (item != "en" and lang not in LANGUAGES))
    return tuple(item for item in langs if item == "en")


@st.composite
def _documents(
    draw: Callable[[st.SearchStrategy[Any]], Any],
    spellings: list[_Spelling],
    langs: tuple[str, ...],
    least: int,
    most: int,
) -> GoldDocument:
    text = ""
    mentions: list[GoldMention] = []
    for _ in range(draw(st.integers(least, most))):
        spelling = draw(st.sampled_from(spellings))
        forms = dict(spelling.forms)
        lang = draw(st.sampled_from(spelling.langs))
        template = draw(st.sampled_from([s for s in material()["sentences"][lang] if _slot(s) in forms]))
        surface = forms[_slot(template)]
        before, after = draw(st.sampled_from([p for p in material()["surroundings"] if _fits(p, surface)]))
        head, _, tail = template.partition(f"{{{_slot(template)}}}")
        text += head + before
        article = _ARTICLE.match(surface)
        start = len(text) + (article.end() if article else 0)
        text += surface
        mentions.append(GoldMention(start, len(text), text[start:], spelling.entity.id))
        text += after + tail + draw(st.sampled_from((" ", "\n", "\n\n")))
    return GoldDocument(text, tuple(mentions))


def _slot(template: str) -> str:
    return template.partition("{")[2].partition("}")[0]


def _fits(around: list[str], surface: str) -> bool:
    before, after = around
    if before == "#" and not surface.isalpha():
        return False
    return not after.endswith("s") or (surface[-1].isascii() and surface[-1].isalpha())


_AWKWARD = (
    *("\x00", "\ud800", "\udfff", "\u200b", "\u00ad", "\u202e", "\u0301", "\u0306", "İ", "ß", "ﬁ", "ǅ", "가", "\u1100"),
    *("🔥", "🇺🇦", "'", "’s", "#", "@", ".", ",", "(", ")", "[", "]", "\\", "\n", "\n\n", "\r\n", "\u2028", " ", " - "),
    *("—", "/", "http://", "www.", "Russia", "Ukraine", "of", "the", "The", "oblast", "President", "Governor", "FSB"),
    *("D.C.", "J.", "82", "Минобороны", "район", "и", "В"),
)


def texts(*, min_size: int = 0, max_size: int = 60) -> st.SearchStrategy[str]:
    """Any text at all: every code point, NUL and lone surrogates among them, alone and mixed with pieces of prose.

    What reads the open world has to take these without raising; sizes are in code points.
    """
    check_sizes(min_size, max_size, names=("min_size", "max_size"))
    anything = st.text(st.characters(), min_size=min_size, max_size=max_size)
    pieces = st.lists(
        st.sampled_from(_AWKWARD) | st.text(st.characters(), max_size=4), max_size=max(1, max_size // 3)
    ).map("".join)
    return anything | pieces.map(lambda text: text[:max_size]).filter(lambda text: len(text) >= min_size)
