"""What a paper says, line by line, in one language or in two: what every design lays out in its own way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from certificates import wording
from certificates.document import Certificate, Kind, Module, Outcome, Result, Translation
from certificates.wording import Words


@dataclass(frozen=True, slots=True)
class Said:
    """Something in the first language and, where it differs, in the second; `field` marks what changes from paper to paper."""

    first: str
    second: str = ""
    field: str = ""

    def __bool__(self) -> bool:
        return bool(self.first)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: what it is, and one or several values."""

    name: str
    label: Said
    values: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class SaidOutcome:
    """One sentence, and its place in DigComp 2.2, empty where it has none."""

    sentence: Said
    digcomp: Said


@dataclass(frozen=True, slots=True)
class SaidModule:
    """One course of a path."""

    course: Said
    number: str
    units: str
    done: Said


class Statement:
    """Everything on one paper in the order in which it is read; computed when asked for."""

    def __init__(self, certificate: Certificate) -> None:
        self.certificate = certificate
        self.words: tuple[Words, ...] = tuple(wording.WORDS[language] for language in certificate.languages)

    def both(self, say: Callable[[Words], str], field: str = "") -> Said:
        """The same thing in each language of the paper; the second is left out where it would only repeat the first."""
        first = say(self.words[0])
        second = say(self.words[1]) if len(self.words) > 1 else ""
        return Said(first, second if second != first else "", field)

    def both_of(self, name: str) -> Said:
        """One of our own words, by its name in `Words`."""
        return self.both(lambda words: str(getattr(words, name)))

    @property
    def is_bilingual(self) -> bool:
        """Whether everything is said twice."""
        return len(self.words) > 1

    @cached_property
    def outcomes_label(self) -> Said:
        return self.both(lambda words: words.outcomes[self.certificate.kind])

    @cached_property
    def title(self) -> Said:
        return self.both(lambda words: words.titles[self.certificate.kind])

    @cached_property
    def number(self) -> Said:
        return Said(self.words[0].number.format(number=self.certificate.number), field="number")

    @cached_property
    def name(self) -> Said:
        return Said(self.certificate.holder.name, field="name")

    @cached_property
    def born(self) -> Said:
        day = self.certificate.holder.born
        if day is None:
            return Said("")
        return self.both(lambda words: words.born.format(date=wording.written(day, words)), "born")

    @cached_property
    def confirms(self) -> Said:
        return self.both(lambda words: words.confirms[self.certificate.kind])

    @cached_property
    def course(self) -> Said:
        return self._translated(self.certificate.course, self._english.course)

    @cached_property
    def period(self) -> Said:
        return self.both(lambda words: wording.period(self.certificate, words))

    @cached_property
    def extent(self) -> Said:
        return self.both(lambda words: wording.extent(self.certificate, words), "extent")

    @cached_property
    def issued_on(self) -> Said:
        return self.both(lambda words: wording.written(self.certificate.issued_on, words))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The facts that are there, each with its label; what is missing leaves no empty label."""
        return tuple(line for line in self._lines() if any(line.values))

    @cached_property
    def legal(self) -> Said:
        return self._translated(self.certificate.legal_note, self._english.legal_note)

    @cached_property
    def seal(self) -> Said:
        return self._translated(self.certificate.seal_note, self._english.seal_note)

    @cached_property
    def outcomes(self) -> tuple[SaidOutcome, ...]:
        translated = self._english.outcomes or ("",) * len(self.certificate.outcomes)
        return tuple(
            SaidOutcome(self._translated(outcome.sentence, sentence), self._digcomp(outcome))
            for outcome, sentence in zip(self.certificate.outcomes, translated, strict=True)
        )

    @property
    def is_classified(self) -> bool:
        """Whether any outcome has its place in DigComp 2.2."""
        return any(outcome.competence for outcome in self.certificate.outcomes)

    @cached_property
    def modules(self) -> tuple[SaidModule, ...]:
        translated = self._english.modules or ("",) * len(self.certificate.modules)
        return tuple(
            SaidModule(
                self._translated(module.course, course),
                module.number,
                str(module.units_attended or ""),
                self._done(module),
            )
            for module, course in zip(self.certificate.modules, translated, strict=True)
        )

    def _lines(self) -> Iterator[Line]:
        paper = self.certificate
        yield self._line("period", lambda words: words.period, self.period)
        yield self._line("extent", lambda words: words.extent, self.extent)
        yield self._days()
        yield self._line("employer", lambda words: words.employer, Said(paper.employer))
        if result := paper.result:
            yield self._exam(result)
            yield self._line(
                "result", lambda words: words.result, self.both(lambda words: wording.outcome(result, words))
            )
        place = self._translated(paper.place, self._english.place)
        yield self._line("place", lambda words: words.place, place)
        if paper.kind is not Kind.TRAINER:
            yield self._line(
                "trainers",
                lambda words: words.trainers[len(paper.trainers) > 1],
                Said(", ".join(paper.trainers)),
            )
        yield self._line("run", lambda words: words.run, Said(paper.run))
        if day := paper.valid_until:
            yield self._line(
                "valid-until",
                lambda words: words.valid_until,
                self.both(lambda words: wording.written(day, words)),
            )
        if paper.replaces:
            replaced = Said(self.words[0].number.format(number=paper.replaces))
            yield self._line("replaces", lambda words: words.replaces, replaced)
        yield self._contents()

    def _exam(self, result: Result) -> Line:
        english = replace(result, exam=self._english.exam or result.exam)
        said = [wording.exam(one, words) for one, words in zip((result, english), self.words, strict=False)]
        return self._line("exam", lambda words: words.exam, self._translated(said[0], said[-1]))

    def _line(self, name: str, label: Callable[[Words], str], *values: Said) -> Line:
        return Line(name, self.both(label), values)

    def _days(self) -> Line:
        listed = self.certificate.days
        months = [wording.days(listed, words) for words in self.words]
        seconds = months[1] if len(months) > 1 else ("",) * len(months[0])
        values = [Said(*pair) for pair in zip(months[0], seconds, strict=True)]
        return self._line("days", lambda words: words.days[len(listed) > 1], *values)

    def _contents(self) -> Line:
        paper = self.certificate
        english = self._english.contents
        if len(english) != len(paper.contents):
            english = ("",) * len(paper.contents)
        values = [
            self._translated(content, other) for content, other in zip(paper.contents, english, strict=True)
        ]
        return self._line("contents", lambda words: words.contents[paper.kind], *values)

    @property
    def _english(self) -> Translation:
        """The second language; without one, a translation that says nothing."""
        return self.certificate.english or Translation()

    def _translated(self, first: str, second: str) -> Said:
        return Said(first, second if second and second != first else "")

    def _digcomp(self, outcome: Outcome) -> Said:
        level = outcome.level
        if level is None:
            return Said(outcome.competence)
        return self.both(lambda words: f"{outcome.competence} · {words.level.format(level=level)}")

    def _done(self, module: Module) -> Said:
        day = module.last_day
        return Said("") if day is None else self.both(lambda words: wording.written(day, words))
