"""Questions with answers to choose from, and the set a line begins with.

The set is what ESF programmes usually ask (german-practice.md, 8); each question says why it is asked. Voluntary ones offer “no
answer”, which is an answer too. A `Choice` has a key that stays when its words are changed, so that answers add up over versions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from lms.kernel.marking import N_
from lms.reports.participants.models import Stage

SILENT = "keine-angabe"
SILENT_WORDS = N_("not stated")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer on offer."""

    key: str
    de: str
    en: str = ""

    def words(self, language: str) -> str:
        """In this language; in German where there is nothing else."""
        return (language == "en" and self.en) or self.de


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `why_de` is said to whoever asks why."""

    stage: Stage
    text_de: str
    choices: Sequence[Choice]
    text_en: str = ""
    why_de: str = ""
    why_en: str = ""
    is_voluntary: bool = False
    key: str = field(default_factory=lambda: uuid4().hex[:12])

    def text(self, language: str) -> str:
        """What is asked."""
        return (language == "en" and self.text_en) or self.text_de

    def why(self, language: str) -> str:
        """Why it is asked."""
        return (language == "en" and self.why_en) or self.why_de

    @property
    def keys(self) -> frozenset[str]:
        """What counts as an answer."""
        return frozenset(one.key for one in self.choices) | ({SILENT} if self.is_voluntary else frozenset())


def write(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """As the database keeps them."""
    return [asdict(one) | {"stage": one.stage.value} for one in questions]


def read(kept: Sequence[Mapping[str, Any]]) -> list[Question]:
    """As they were kept."""
    return [
        Question(
            **{**one, "stage": Stage(one["stage"]), "choices": tuple(Choice(**made) for made in one["choices"])}
        )
        for one in kept
    ]  # fmt: skip


def of_stage(questions: Sequence[Question], stage: Stage) -> list[Question]:
    """Those asked at this stage, in their order."""
    return [one for one in questions if one.stage is stage]


def choices_in(typed: str, before: Sequence[Choice] = ()) -> tuple[Choice, ...]:
    """One a line, English behind a vertical bar. What keeps its German words, or its line, keeps its key."""
    lines = [
        (de.strip(), en.strip())
        for line in typed.splitlines()
        for de, _, en in [line.partition("|")]
        if de.strip()
    ]
    by_words = {one.de: one.key for one in before}
    taken: set[str] = {by_words[de] for de, _ in lines if de in by_words}
    found: list[Choice] = []
    for place, (de, en) in enumerate(lines):
        key = by_words.get(de)
        if key is None and len(lines) == len(before) and before[place].key not in taken:
            key = before[place].key
        found.append(Choice(key or _key(de, taken), de, en))
        taken.add(found[-1].key)
    return tuple(found)


def typed(choices: Sequence[Choice]) -> str:
    """As somebody would type them."""
    return "\n".join(f"{one.de} | {one.en}" if one.en else one.de for one in choices)


def _key(words: str, taken: set[str]) -> str:
    key = re.sub(r"[^a-z0-9]+", "-", words.lower().translate(str.maketrans("äöüß", "aous")))[:40].strip("-")
    return key if key and key not in taken and key != SILENT else f"{key or 'antwort'}-{uuid4().hex[:6]}"


def _made(
    key: str, stage: Stage, text: str, choices: str, why: str, *, is_voluntary: bool = False
) -> Question:
    (text_de, _, text_en), (why_de, _, why_en) = text.partition(" | "), why.partition(" | ")
    return Question(
        key=key, stage=stage, text_de=text_de, text_en=text_en, why_de=why_de, why_en=why_en,
        choices=choices_in(choices), is_voluntary=is_voluntary,
    )  # fmt: skip


def usual_set() -> list[Question]:
    """What a line begins with."""
    return [
        _made("alter", Stage.ENTRY, "Wie alt sind Sie? | How old are you?",
            "unter 18 Jahre | under 18\n18 bis 29 Jahre | 18 to 29\n30 bis 54 Jahre | 30 to 54\n55 bis 64 Jahre | 55 to 64\n65 Jahre oder älter | 65 or older",
            "Das Geld ist für bestimmte Altersgruppen gedacht. Der Geldgeber prüft, ob es bei ihnen ankommt. | The money is meant for certain age groups. The funder checks whether it reaches them."),
        _made("geschlecht", Stage.ENTRY, "Welches Geschlecht haben Sie? | What is your gender?",
            "weiblich | female\nmännlich | male\ndivers | diverse",
            "Der Geldgeber will wissen, ob alle gleich gut erreicht werden. | The funder wants to know whether everybody is reached equally well.", is_voluntary=True),
        _made("bildung", Stage.ENTRY, "Welchen höchsten Abschluss haben Sie? | What is your highest qualification?",
            "noch in der Schule oder kein Abschluss (ISCED 0–1) | still at school or no qualification (ISCED 0–1)\nHauptschule, Realschule, 8. oder 10. Klasse (ISCED 2) | lower secondary school (ISCED 2)\nAbitur oder Berufsausbildung (ISCED 3–4) | A-levels or vocational training (ISCED 3–4)\nMeister, Techniker, Studium (ISCED 5–8) | master craftsman, technician, university (ISCED 5–8)",
            "Angebote sollen auch Menschen ohne hohen Abschluss erreichen. | Offers are meant to reach people without high qualifications too."),
        _made("arbeit", Stage.ENTRY, "Was trifft auf Sie zu? | What applies to you?",
            "Ich arbeite, auch selbstständig | I work, also self-employed\nIch bin arbeitslos gemeldet | I am registered as unemployed\nIch gehe zur Schule, lerne einen Beruf oder studiere | I am at school, in training or studying\nIch bin in Rente | I am retired\nNichts davon | None of these",
            "Das Geld hilft Menschen in Arbeit und auf dem Weg dorthin. | The money helps people in work and on their way there."),
        _made("herkunft", Stage.ENTRY, "Sind Sie oder ist ein Elternteil im Ausland geboren? | Were you or one of your parents born abroad?",
            "ja | yes\nnein | no", "Der Geldgeber will wissen, ob Zugewanderte teilnehmen. | The funder wants to know whether immigrants take part.", is_voluntary=True),
        _made("haushalt", Stage.ENTRY, "Mit wem leben Sie zusammen? | Whom do you live with?",
            "allein | alone\nallein mit Kindern | alone with children\nmit anderen Erwachsenen | with other adults",
            "Wer allein ist oder allein erzieht, soll besonders gut erreicht werden. | People who live or bring up children alone are meant to be reached especially well.", is_voluntary=True),
        _made("danach-arbeit", Stage.EXIT, "Was trifft jetzt auf Sie zu, nach dem Kurs? | What applies to you now, after the course?",
            "Ich arbeite, auch selbstständig | I work, also self-employed\nIch suche Arbeit | I am looking for work\nIch gehe zur Schule, lerne einen Beruf oder studiere | I am at school, in training or studying\nIch bin in Rente | I am retired\nNichts davon | None of these",
            "Der Geldgeber vergleicht vorher und nachher, für alle zusammen. | The funder compares before and after, for all together."),
        _made("danach-gelernt", Stage.EXIT, "Haben Sie den Kurs bis zum Ende besucht? | Did you stay until the end of the course?",
            "ja | yes\nnein, früher aufgehört | no, I stopped earlier", "Daran sieht der Geldgeber, ob die Angebote passen. | It shows the funder whether the offers fit.", is_voluntary=True),
    ]  # fmt: skip


CONSENT_DE = (
    "Der Kurs wird mit Geld der Europäischen Union oder eines anderen Geldgebers bezahlt. Der Geldgeber will wissen, wer teilnimmt. "
    "Wir bewahren Ihre Antworten ohne Ihren Namen auf, getrennt von allem anderen, und geben sie unter einer Nummer weiter. "
    "Ich bin damit einverstanden."
)
CONSENT_EN = (
    "The course is paid for with money from the European Union or another funder. The funder wants to know who takes part. "
    "We keep your answers without your name, apart from everything else, and pass them on under a number. I agree to this."
)
