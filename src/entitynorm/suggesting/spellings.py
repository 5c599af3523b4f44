"""Every spelling of a corpus that a gazetteer does not list, with where it was seen and what the linker made of it.

Two passes over the texts, each text in memory only while it is read: the first counts how words are written, the
second links each text and gathers the names in it. Start reading at `gather`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from entitynorm.linker import Linker
from entitynorm.model import Document, Mention
from entitynorm.names.acronyms import is_acronym
from entitynorm.names.structure import parse, parse_units
from entitynorm.names.units import Name, Unit
from entitynorm.suggesting.spotting import Usage, Window, beginnings, spot
from entitynorm.tagging.scan import Scan
from entitynorm.text.tokens import Gap

CONTEXTS = 3
"""Contexts kept of a spelling."""
_LEANING = frozenset({"country_missing", "weak"})
"""Evidence of a name that needs the text round it to mean one entity."""
_AROUND = 50
"""Characters of context on either side."""
_QUOTES = {"«": "»", "“": "”", "„": "“”", "‘": "’", '"': '"'}
# A mark between letters is an apostrophe.
_EDGES = {o: re.compile(f"(?<!\\w)[{o}{c}]|[{o}{c}](?!\\w)") for o, c in _QUOTES.items()}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the corpus: its name as given, and how to read it."""

    name: str
    read: Callable[[], str]


@dataclass(slots=True)
class Spelling:
    """One way of writing a name, upper and lower case, marks and punctuation aside."""

    key: str
    """What its forms have in common; see `spelling_key`."""
    name: Name
    kind: str
    """word, acronym, handle or domain."""
    forms: Counter[str] = field(default_factory=Counter)
    texts: Counter[int] = field(default_factory=Counter)
    """Number of the text -> times."""
    contexts: list[str] = field(default_factory=list)
    links: Counter[str] = field(default_factory=Counter)
    """Entity id -> times the linker linked this spelling to it."""
    scores: dict[str, float] = field(default_factory=dict)
    """Entity id -> least score of those links."""
    reasons: dict[str, str] = field(default_factory=dict)
    leaning: set[str] = field(default_factory=set)
    """Ids of entities that the text round it decided for, where the name says too little (Ministry of Defence)."""
    doubted: dict[str, float] = field(default_factory=dict)
    """Entity id -> highest score of a mention that was not linked."""
    inside: Counter[str] = field(default_factory=Counter)
    """Entity id -> times a shorter name inside this one was linked to it."""
    declared: Counter[str] = field(default_factory=Counter)
    """Key of the spelling -> times this acronym stood in brackets behind it."""
    after: Counter[str] = field(default_factory=Counter)
    """Role of the word before: title, or the id of a preposition."""
    shorter: str = ""
    """Key of the same name without the small type word at its end."""
    declining: bool = False
    """Whether it stood in a text of a language that declines names in Latin letters."""
    unproven: int = 0
    """Times it stood where a capital proves nothing."""

    @property
    def text(self) -> str:
        """The form met most often, forms in capitals last."""
        return min(self.forms, key=lambda form: (form.isupper() and self.kind == "word", -self.forms[form], form))

    @property
    def count(self) -> int:
        """How often it was met."""
        return self.texts.total()

    @property
    def content(self) -> tuple[Unit, ...]:
        """Its units without function words."""
        return tuple(unit for unit in self.name.units if unit.role != "function")


@dataclass(slots=True)
class Corpus:
    """What was gathered: the spellings, and which entities each text names."""

    names: list[str]
    spellings: dict[str, Spelling] = field(default_factory=dict)
    """By key; see `spelling_key`."""
    entities: list[frozenset[str]] = field(default_factory=list)
    """For each text the ids linked in it."""

    def near(self, spelling: Spelling) -> Counter[str]:
        """Ids linked in the texts of a spelling, with the number of those texts."""
        return Counter(entity for number in spelling.texts for entity in self.entities[number])


def spelling_key(kind: str, text: str) -> str:
    """What spellings have in common that count as one."""
    return text.lower() if kind in ("handle", "domain") else parse(text).exact


def gather(linker: Linker, texts: Sequence[Text], *, jobs: int = 1) -> Corpus:
    """The spellings of a corpus. Texts are linked in order; ``jobs`` processes share the work."""
    usage = Usage()
    for text in texts:
        content = text.read()
        units = parse_units(content, running=True)
        usage.add(units, beginnings(content, units))
    corpus = Corpus([text.name for text in texts])
    documents = linker.link_many((text.read() for text in texts), jobs=jobs)
    for number, document in enumerate(documents):
        _Gatherer(corpus, number, document, usage).gather()
    return corpus


def listed_keys(linker: Linker, entity_id: str) -> frozenset[str]:
    """The keys of all names of an entity, and of the forms that it must not take."""
    entity = linker.gazetteer.get(entity_id)
    if entity is None:
        return frozenset()
    aliases = (spelling_key(a.kind, a.text) for a in entity.aliases)
    return frozenset((parse(entity.name).exact, *aliases, *(parse(form).exact for form in entity.blocked)))


class _Gatherer:
    """Gathers the spellings of one text."""

    def __init__(self, corpus: Corpus, number: int, document: Document, usage: Usage) -> None:
        self.corpus = corpus
        self.number = number
        self.text = document.text
        self.linked = [m for m in document.mentions if m.id is not None]
        self.doubted = [m for m in document.mentions if m.id is None]
        self.units = parse_units(self.text, running=True)
        self.begins = beginnings(self.text, self.units)
        self.usage = usage
        self.declining = bool(Scan(self.text).declining.any())
        self.ends: dict[int, str] = {}
        """Where names end -> their keys, for acronyms declared behind them."""

    def gather(self) -> None:
        """Every linked mention, then every window that the linker left alone."""
        self.corpus.entities.append(frozenset(str(m.id) for m in self.linked))
        for mention in self.linked:
            self._linked(mention)
        for window in spot(self.text, self.units, self.begins, self.usage):
            self._window(window)

    def _linked(self, mention: Mention) -> None:
        first = next((u for u in self.units if u.start <= mention.start < u.end or u.start >= mention.start), None)
        kind = first.kind if first is not None and first.kind in ("handle", "domain") else "word"
        found = self._record(mention.start, mention.end, kind)
        if found is None:
            return
        entity = str(mention.id)
        found.links[entity] += 1
        found.scores[entity] = min(mention.score, found.scores.get(entity, 1.0))
        found.reasons.setdefault(entity, mention.reason)
        best = mention.candidates[0] if mention.candidates else None
        if best is not None and best.id == entity and any(e.feature in _LEANING for e in best.evidence):
            found.leaning.add(entity)

    def _window(self, window: Window) -> None:
        units = self.units
        begin, tail = units[window.first].start, units[window.tail].end
        over = [m for m in self.linked if m.start < tail and begin < m.end]
        if not over:
            longest = self._unlinked(window.first, window.tail)
            if window.tail > window.last:
                shorter = self._unlinked(window.first, window.last)
                if longest is not None and shorter is not None:
                    longest.shorter = shorter.key
            return
        if len(over) == 1 and over[0].start <= begin and over[0].end >= tail:
            return
        first, last = self._bare(window.first, window.last)
        covered = over[0].start <= units[first].start and max(m.end for m in over) >= units[last].end
        if not (covered and len(over) == 1 and window.tail == window.last):
            found = self._unlinked(first, max(last, window.tail if last == window.last else last), inside=over)
            if found is None or covered:
                return
        for one, other in self._left_over(first, last, over):
            self._unlinked(one, other)

    def _bare(self, first: int, last: int) -> tuple[int, int]:
        """A window without the adjectives of countries at its ends: the Russian BTR-82A is a BTR-82A."""
        while first < last and self.units[first].is_adjective:
            first += 1
        while last > first and self.units[last].is_adjective:
            last -= 1
        return first, last

    def _left_over(self, first: int, last: int, over: Sequence[Mention]) -> Iterator[tuple[int, int]]:
        """Full names of people beside what was linked (Hromadske Anna Tsyhyma)."""
        run: list[int] = []
        for k in range(first, last + 2):
            free = k <= last and not any(m.start < self.units[k].end and self.units[k].start < m.end for m in over)
            if free:
                run.append(k)
                continue
            if len(run) > 1 and self.units[run[0]].role == "given" and self.units[run[-1]].role == "core":
                yield run[0], run[-1]
            run = []

    def _unlinked(self, first: int, last: int, *, inside: Sequence[Mention] = ()) -> Spelling | None:
        units = self.units
        begin, end = units[first].start, units[last].end
        acronym = units[first].start == units[last].start and is_acronym(units[first], least=2)
        found = self._record(begin, end, "acronym" if acronym else "word")
        if found is None:
            return None
        found.inside.update({str(m.id) for m in inside})
        found.unproven += self.begins[first]
        for mention in self.doubted:
            if mention.start < end and begin < mention.end and abs(len(mention.surface) - (end - begin)) <= 2:
                for candidate in mention.candidates:
                    found.doubted[candidate.id] = max(candidate.score, found.doubted.get(candidate.id, 0.0))
        if first and units[first].gap <= Gap.JOIN:
            before = units[first - 1]
            found.after.update([before.role] if before.role == "title" else [s.id for s in before.senses])
        if acronym and (name := self._declared_by(begin, end)):
            found.declared[name] += 1
        return found

    def _declared_by(self, begin: int, end: int) -> str | None:
        """The key of the name in front of the brackets that hold an acronym."""
        text = self.text
        opening = begin
        while opening and text[opening - 1] in "\"'“„«‘":
            opening -= 1
        if not opening or text[opening - 1] != "(" or not text[end : end + 3].lstrip("\"'”“»’").startswith(")"):
            return None
        stop = opening - 1
        while stop and text[stop - 1] in " \u00a0\"'”“»’":
            stop -= 1
        return self.ends.get(stop)

    def _record(self, begin: int, end: int, kind: str) -> Spelling | None:
        """Count a spelling where it stands; None where no letters are left of it."""
        form, stop = self._form(begin, end)
        if kind == "word":
            form = form.lstrip("#")
        key = spelling_key(kind, form)
        if not key or not any(c.isalpha() for c in form):
            return None
        self.ends[end] = self.ends[stop] = key
        found = self.corpus.spellings.get(key)
        if found is None:
            units = parse(form).units
            one = len({unit.start for unit in units}) == 1  # ФСБ stands for three ideas in one place
            if kind == "word" and one and is_acronym(units[0], least=2):
                kind = "acronym"
            found = self.corpus.spellings[key] = Spelling(key, parse(form), kind)
        found.forms[form] += 1
        found.declining |= self.declining
        found.texts[self.number] += 1
        if len(found.contexts) < CONTEXTS:
            self._add_context(found, begin, stop)
        return found

    def _form(self, begin: int, end: int) -> tuple[str, int]:
        """The letters of a name on one line, quotation marks in pairs or not at all; and where it ends."""
        text = self.text
        form = text[begin:end]
        for opening, closing in _QUOTES.items():
            marks = _EDGES[opening].findall(form)
            if len(marks) % 2 and marks[-1] == opening and text[end : end + 1] in tuple(closing):
                return " ".join(text[begin : end + 1].split()), end + 1
            if len(marks) % 2:
                form = _EDGES[opening].sub("", form)
        return " ".join(form.split()), end

    def _add_context(self, found: Spelling, begin: int, end: int) -> None:
        text = self.text
        left = " ".join(
            text[max(0, begin - _AROUND) : begin].split(" ")[1:] if begin > _AROUND else text[:begin].split(" ")
        )
        right = text[end : end + _AROUND]
        right = right.rsplit(" ", 1)[0] if end + _AROUND < len(text) else right
        whole = f"{'…' if begin > _AROUND else ''}{left}[{text[begin:end]}]{right}"
        whole += "…" if end + _AROUND < len(text) else ""
        context = " ".join(whole.split())
        if context not in found.contexts:
            found.contexts.append(context)
