"""Units: the words and phrases that names are made of, each with the roles that it can play."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entitynorm.names.lexicon import Sense
from entitynorm.names.words import Word
from entitynorm.text.folding import fold_text
from entitynorm.text.sounds import readings

_PATRONYMIC = re.compile(
    r"(?:ич|[оеё]вич(?:[ауеі]|[её]м)|[аеёо]віч(?:[ауеы]|ам)?|[оеё]вн(?:[аыуе]|ой|ою)|[іїо]вн(?:[аиуі]|ою)"
    r"|ovich|evich|ovych|yevich|yovych|ovna|evna|ivna)$"
)


@dataclass(slots=True, eq=False)
class Unit:
    """A word, or a phrase that the lexicon knows as one, with its roles.

    Never changed once made; only not frozen, since a text makes tens of thousands and freezing triples their cost.
    """

    words: tuple[Word, ...]
    start: int
    end: int
    gap: int
    """What stands before it (see `entitynorm.text.tokens.Gap`)."""
    kind: str
    """Token kind: word, handle, hashtag, domain or dotted."""
    senses: tuple[Sense, ...]
    role: str
    """The first role of: number, initial, function, type, title, country, concept, given, core."""
    concepts: frozenset[str]
    countries: frozenset[str]
    types: frozenset[str]
    """Ids of type words."""
    given: frozenset[str]
    phrase: str
    """The folded text."""

    @property
    def is_adjective(self) -> bool:
        """Names a country only as an adjective or its people (Russian, Ukrainians)."""
        return bool(self.countries) and all(
            s.form in ("adjective", "people") for s in self.senses if s.slot == "country"
        )

    @property
    def capitalised(self) -> bool:
        """Written as names are: any capital, or a script without capitals."""
        words = self.words
        if len(words) == 1:  # nearly always, and rules ask all the time
            return words[0].shape != "lower"
        return any(w.shape != "lower" for w in words)

    @property
    def is_patronymic(self) -> bool:
        return self.role in ("core", "given") and is_patronymic(self.phrase)


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A parsed name: its units in order."""

    text: str
    units: tuple[Unit, ...]

    @property
    def exact(self) -> str:
        """The folded words with single spaces: equal for spellings that differ in case, marks and punctuation only.

        A name without words (a web address, an emoji) is itself.
        """
        return " ".join(u.phrase for u in written(self.units)) if self.units else fold_text(self.text).strip()

    @property
    def squeezed(self) -> str:
        """The folded words without function words and spaces: equal for joined and separate writing."""
        return squeezed(self.units)


def name_in(text: str, units: Sequence[Unit], first: int, last: int) -> Name:
    """The name that units ``first`` to ``last`` of a text make up."""
    window = units[first : last + 1]
    return Name(text[window[0].start : window[-1].end], tuple(window))


def squeezed(units: Sequence[Unit]) -> str:
    """The folded words of units without function words and spaces."""
    return "".join(u.phrase.replace(" ", "") for u in written(units) if u.role != "function")


def written(units: Sequence[Unit]) -> Iterator[Unit]:
    """Each written word or phrase once: a compound (Минобороны) stands as one unit for each idea in it."""
    return (
        unit
        for n, unit in enumerate(units)
        if not n or (unit.start, unit.phrase) != (units[n - 1].start, units[n - 1].phrase)
    )


def is_patronymic(fold: str) -> bool:
    """Whether a folded word ends like a patronymic, in any case (Васильевич, Васильевича, Petrovna)."""
    return bool(_PATRONYMIC.search(fold))


def is_no_initial(letter: str, behind_small: bool, romance: bool) -> bool:
    """Whether a letter with a dot before a name is no initial of it.

    Behind a small word X is the network (wrote on X. Barzani replied); in a Romance text M is Monsieur (M. Attaf).
    """
    return romance if letter == "M" else behind_small and letter == "X"


def first_sounds(unit: Unit) -> frozenset[str]:
    """What an initial of this word may be, as phones and as the written letter."""
    out = {unit.phrase[:1], unit.phrase[:2]}
    for w in unit.words[:1]:
        out |= {r.phones[0] for r in readings(w.text) if r.phones}
    return frozenset(out)
