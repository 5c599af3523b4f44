"""Which windows of running text may name what an alias names: rules that a name by itself need not keep."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from entitynorm.evidence import Side, bearing_units, surnames_of
from entitynorm.names.numbers import number_of
from entitynorm.names.pairing import JOINED, Pairing
from entitynorm.names.similarity import SOUND, TYPO
from entitynorm.names.units import Unit
from entitynorm.names.words import ADJECTIVE, INFLECTION, ROMANISATION
from entitynorm.text.ordinary import is_ordinary
from entitynorm.text.quotation import quotation

if TYPE_CHECKING:
    from entitynorm.scored import Scored

_HEARD = 7
"""Letters of a word that is a name by its sound, though it is an ordinary word as well."""
_REGIONS = frozenset({"adm1", "adm2"})
_SHORT = 5
"""Letters of a word that one vowel more or less makes another name."""
_VOWELS = "aeo"
WindowRule = Literal["plain", "declining"] | None
"""None: a name by itself. Else a window of running text, where an alias has to answer the first and last word; in Latin
letters a single word is taken for a case form only where the text is in a language that declines."""


def fits_window(scored: Scored, few: bool, declining: bool) -> bool:
    """Whether a window may name what an alias names, all of it: else a shorter or longer window is the name.

    The alias answers the first word of the window and the last, and what stands between and is not answered has to
    belong to names: "of", "for", a patronymic, an initial. Among many names (``few`` is False) a single word has to be
    right to the letter, but for another script and for case forms: every word sounds like some name. Not so where the
    gazetteer itself says of an alias that it may be met with slips. What fits only where the text has the name whole
    is marked so (``scored.part``).
    """
    if scored.said:
        return True
    if scored.compared.shortened:
        return scored.target.kind not in ("PLACE", "PERSON", "FACILITY")
    units, asked = scored.query.name.units, scored.query.units
    target, pairing = scored.target, scored.compared.pairing
    first, last = units[0], units[-1]
    person = target.kind == "PERSON"
    if last.role == "function" or asked[-1] is not last:
        return False
    # What kind of region a place is need not be listed (Jubaland State); see `entitynorm.untyped` for which it may be.
    typed = few and target.kind == "PLACE" and not target.places and bool(pairing.matches)
    typed = typed and not _REGIONS.isdisjoint(scored.query.places)
    told = {i for i in pairing.extra if typed and asked[i].role == "type"}
    middle = [
        i
        for i in pairing.extra
        if i not in told and not (person and (asked[i].role == "initial" or asked[i].is_patronymic))
    ]
    if middle and not (person and len(middle) == 1 and len(pairing.matches) > 1 and _is_name(asked[middle[0]])):
        return False  # of a person one more name may stand between two that answer
    # An adjective names a place only beside a word for a province or district (Херсонская область).
    alone = len(units) == 1 or not (target.places or scored.query.places)
    if alone and target.kind in ("PLACE", "FACILITY") and any(m.similarity.kind == ADJECTIVE for m in pairing.matches):
        return False
    if person and target.surname is not None and not _bears_name(scored, few):
        return False
    if person and not _is_turned(pairing):
        return False
    if all(u.role == "number" for u in units) and any(u.role != "number" for u in target.units):
        return False  # 57 is no LT-57
    if len(units) == 1 and not _fits_alone(scored, few, declining):
        return False
    answers = [target.units[j] for match in pairing.matches for j in match.theirs]
    lacking = [target.units[j] for j in pairing.missing]
    if target.kind == "PLACE" and any(u.role == "concept" and not u.types for u in lacking):
        return False  # Darfur is not North Darfur
    own = ("core", "given", "number", "initial")
    # Of a name of common words none may be missing but the country, and a name is more than its common words.
    common = target.kind != "PERSON" and not any(u.role in own for u in answers)
    more = bool(lacking) or sum(len(u.words) for u in target.units if u.role != "function") > 1
    if common and more and len(units) == len(first.words) == 1 and first.words[0].shape != "upper":
        scored.part = few
        if not few:
            return False
    if common and any(u.role in own or u.concepts for u in lacking) and not _is_quoted_name(target, answers, lacking):
        # Two common words of three may stand for a thing that the text names whole (Brotherhood Alliance).
        sole = len(lacking) == 1 and (lacking[0].role == "concept" or number_of(lacking[0].phrase) is not None)
        if not few or len(answers) < 2 or not sole or target.kind == "PLACE" or first.words[0].script != "Latn":
            return False  # Volunteer Corps is not Azov Volunteer Corps
        scored.part = True
    linking = {s.form for u in units for s in u.senses if u.role == "function" and s.slot == "function"}
    known = {s.form for u in target.units for s in u.senses if s.slot == "function"}
    whole = not pairing.extra and not pairing.missing and len(pairing.matches) > 2
    if "adverb" in linking or ("conjunction" in linking and "conjunction" not in known and not whole):
        return False
    answered = {asked[i] for match in pairing.matches for i in match.ours}.union(asked[i] for i in told)
    if first.role == "function":
        return last in answered and _led_by_particle(scored, units[1] in answered)
    return all(u in answered or u.role == "initial" or (person and u.is_patronymic) for u in (first, last))


def _fits_alone(scored: Scored, few: bool, declining: bool) -> bool:
    """Whether a single word is near enough to the alias: an ordinary one, or one among many names, to the letter."""
    first = scored.query.name.units[0]
    kinds = [match.similarity.kind for match in scored.compared.pairing.matches]
    if first.given and not {SOUND, TYPO}.isdisjoint(kinds):
        return False  # Ramón is a name of its own, no slip for Ratón
    if INFLECTION in kinds and scored.query.script == "Latn" and not declining and not _ends_otherwise(scored):
        return False  # the Kozinkas
    words = first.words
    # An apostrophe inside is no mark of ordinary words (Sana'a).
    ordinary = len(words) == 1 and words[0].text.isalpha() and is_ordinary(words[0].fold, words[0].script)
    heard = few and len(words[0].fold) >= _HEARD and kinds == [ROMANISATION]  # Damaskus, for Damascus
    return heard or not (ordinary or not (few or scored.loose)) or _is_sure(scored)


def _ends_otherwise(scored: Scored) -> bool:
    """Whether what looks like a case form of a name is its spelling in another language, or islands in the plural.

    Prishtinë, Guerguerate; the Matsus, but not the Kozinkas. Pokrovske is not Pokrovsk, and al-Hudaydi is a surname.
    """
    phrase = scored.query.name.units[0].phrase
    if phrase.endswith("s"):
        return "island" in scored.target.places
    return len(phrase) > _SHORT and phrase[-1] in _VOWELS and phrase[-3:-1] not in ("sk", "ck")


def _led_by_particle(scored: Scored, second_answered: bool) -> bool:
    """Whether a particle at the beginning of a window belongs to the name.

    It does where the alias has it too, at the same place (El Fasher, al-Assad), and the article of Arabic wherever the
    word behind it is answered as it stands: such names are called with it and without (Al Jufra, for Jufra).
    """
    units, target, matches = scored.query.name.units, scored.target, scored.compared.pairing.matches
    first = units[0]
    hyphen = scored.query.name.text[first.end : first.end + 1] == "-"
    if all(s.lang == "en" for s in first.senses) and not hyphen:
        return False
    if any(s.id == "al-article" for s in first.senses) and (hyphen or (first.phrase == "al" and first.capitalised)):
        return second_answered and {INFLECTION, ADJECTIVE}.isdisjoint(m.similarity.kind for m in matches)
    led = min(j for match in matches for j in match.theirs)
    before = target.units[led - 1] if led else None
    if before is None or before.role != "function":
        return False
    fewer = sum(u.role == "function" for u in units) <= sum(u.role == "function" for u in target.units)
    return fewer and not {s.id for s in before.senses}.isdisjoint(s.id for s in first.senses)


def _bears_name(scored: Scored, few: bool) -> bool:
    """Whether a window has of a person what can name it: a surname, or two names of three, the first among them.

    Abiy Ahmed is Abiy Ahmed Ali. In short lists a first name counts as well if the text has the name whole, since most
    of the world goes by it (Abiy, Getachew), and so does a last one that is a given name elsewhere (Munir).
    """
    target = scored.target
    answered = {j for m in scored.compared.pairing.matches for j in m.theirs}
    if not answered.isdisjoint(surnames_of(target)):
        return True
    if len(target.units) > 2 and 0 in answered and len(answered) > 1 and target.units[0].role == "country":
        return True  # Israel Ramírez
    bearing = bearing_units(target)
    if not bearing or answered.isdisjoint((bearing[0], bearing[-1])):
        return False
    if len(bearing) > 2 and bearing[0] in answered and len(answered.intersection(bearing)) > 1:
        return True
    alone = few and len(scored.query.units) == 1 and _is_sure(scored)
    scored.part = alone
    return alone


def _is_name(unit: Unit) -> bool:
    """Whether a word has no meaning that a table knows."""
    return unit.role == "core" and not unit.senses


def _is_turned(pairing: Pairing) -> bool:
    """Whether the names of a person stand in their order, or this with the last ones first (Hassan, Abdi Mohamed).

    Mohamud Ali Hassan is not Hassan Ali Mohamud.
    """
    order = [m.theirs[0] for m in pairing.matches]
    return sum(a > b for a, b in pairwise(order)) < 2


def _is_quoted_name(target: Side, answers: Sequence[Unit], lacking: Sequence[Unit]) -> bool:
    """Whether what is answered is what the alias has in quotation marks: its name proper (Бригада «Свободный берег»).

    A text has to quote it too, which `entitynorm.mentions` sees to.
    """
    start, end = quotation(target.name.text)
    inside = [start <= u.start and u.end <= end for u in answers]
    return start < end and all(inside) and not any(start <= u.start and u.end <= end for u in lacking)


def _is_sure(scored: Scored) -> bool:
    """Whether a single word answers by its letters, by a case form, or in another script by the same sounds."""
    scripts = {scored.query.script, scored.target.script}
    for match in scored.compared.pairing.matches:
        kind = match.similarity.kind
        if kind in (SOUND, TYPO, ADJECTIVE, JOINED):
            return False
        if scripts == {"Latn"} and kind == ROMANISATION:
            return False
    return True
