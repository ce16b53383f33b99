"""Putting a letter into words: what its template says, in the voice of its reader and as the team has worded it.

A template says sentences, which are known by their English. It is run once and leaves a mark for each of them; the words
come afterwards. So the same letter can be worded anew, as a preview does, without knowing what it was made of. What
staff writes is never run as a template: names in braces are replaced, and nothing else (S-35).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Self

from babel.messages.pofile import read_po

from lms.messaging.wordings import AS_SHIPPED, Voice, Wordings
from lms.web.centre import the_centre
from lms.web.language import CATALOGUES, Language, use_locale
from lms.web.lettering import Sentence, as_text, escaped, one_line, worded

EVERY_LETTER = "web/letter.md"
"""The template of what stands around every letter."""
OPENING, CLOSING = "@opening", "@closing"
"""Paragraphs of the team's own, in front of a letter's first sentence and behind its last."""
BODY = "\ue002"
NAMED = re.compile(r"\{(\w+)\}")
_FORMAL = re.compile(r"\b(?:Sie|Ihr|Ihre|Ihrem|Ihren|Ihrer|Ihres|Ihnen)\b")
_BARE_MARKUP = re.compile(r"(?m)^[ \t]*(?:[-*]|#{1,6}|\d+\.)[ \t]*\\?[ \t]*(?:\n|\Z)")

Words = Mapping[str, tuple[str, str]]
"""By message: the text, and the text for more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What one letter says. `said` are the sentences of the template, `around` those of the frame with greeting and farewell."""

    template: str
    subject: str
    words: str
    frame: str
    said: Sequence[Sentence]
    around: Sequence[Sentence]
    reader: str

    def kept(self, voice: Voice) -> dict[str, Any]:
        """As it is kept with the letter, in JSON."""
        return {**asdict(self), "voice": voice.value}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The composition that was kept."""
        facts = {name: value for name, value in kept.items() if name != "voice"}
        for name in ("said", "around"):
            facts[name] = [Sentence(**one) for one in kept[name]]
        return cls(**facts)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A letter in words: subject as one line of text, the letter alone and with its frame in Markdown."""

    subject: str
    words: str
    whole: str
    voice: Voice


def speak(
    letter: Composition,
    wordings: Wordings = AS_SHIPPED,
    wanted: Voice = Voice.FORMAL,
    *,
    parts: Sequence[str] = (),
) -> Spoken:
    """The letter in the wanted voice. `parts` are templates included in its own, whose wordings count as well.

    Said informally only when every sentence can be: a letter that says "Sie" here and "du" there would be worse.
    """
    voice = wanted
    if wanted is Voice.INFORMAL and not _is_sayable(letter, wordings, parts):
        voice = Voice.FORMAL
    language: Language = "en" if voice is Voice.ENGLISH else "de"
    with use_locale(language):
        own = _Speaker(_merged(wordings, (*parts, letter.template), voice), voice)
        around = _Speaker(wordings.get(EVERY_LETTER, voice), voice)
        subject = as_text(worded(letter.subject, letter.said, own))
        words = worded(letter.words, letter.said, own)
        if own.leaves_out:
            words = _BARE_MARKUP.sub("", words)
        words = "\n\n".join(
            part for part in (own.addition(OPENING, letter), words, own.addition(CLOSING, letter)) if part
        )
        frame = worded(letter.frame, letter.around, around)
    return Spoken(one_line(subject), words, frame.replace(BODY, words), voice)


def in_braces(text: str) -> str:
    """A sentence of the code as staff reads it: `%(course)s` becomes `{course}`."""
    return re.sub(r"%\((\w+)\)[sd]", r"{\1}", text).replace("%%", "%")


@cache
def shipped(voice: Voice) -> Words:
    """The sentences that come with the service in this voice beside the usual German ones; read once for each process."""
    if voice in {Voice.FORMAL, Voice.ENGLISH}:
        return {}
    return dict(_read(voice))


class _Speaker:
    """Finds the words for a sentence: the team's, else those of the voice, else those of the language."""

    def __init__(self, own: Words, voice: Voice) -> None:
        self.own = own
        self.voice = voice

    @property
    def leaves_out(self) -> bool:
        """Whether the team has emptied a sentence of this template."""
        return any(not text for text, _ in self.own.values())

    def __call__(self, sentence: Sentence) -> str:
        chosen = self.own.get(sentence.message)
        if chosen is not None:
            return _with_percents(_one_of(chosen, sentence))
        chosen = shipped(self.voice).get(sentence.message)
        return sentence.in_language() if chosen is None else _one_of(chosen, sentence)

    def addition(self, which: str, letter: Composition) -> str:
        """A paragraph of the team's own; empty where there is none, or where it names what this letter does not know."""
        text = self.own.get(which, ("", ""))[0]
        if not text:
            return ""
        known: dict[str, str] = {"reader": escaped(letter.reader), "centre": escaped(the_centre().name)}
        for sentence in letter.said:
            known |= {name: worded(value, letter.said, self) for name, value in sentence.values.items()}
        if any(name not in known for name in NAMED.findall(text)):
            return ""
        return NAMED.sub(lambda match: known[match[1]], text)


def _one_of(chosen: tuple[str, str], sentence: Sentence) -> str:
    text, plural = chosen
    return text if sentence.is_about_one or not plural else plural


def _with_percents(text: str) -> str:
    return NAMED.sub(r"%(\1)s", text.replace("%", "%%"))


def _is_sayable(letter: Composition, wordings: Wordings, parts: Sequence[str]) -> bool:
    own = _merged(wordings, (*parts, letter.template), Voice.INFORMAL)
    frame = wordings.get(EVERY_LETTER, Voice.INFORMAL)
    with use_locale("de"):
        return all(
            sentence.message in known
            or sentence.message in shipped(Voice.INFORMAL)
            or not _FORMAL.search(sentence.in_language())
            for sentences, known in ((letter.said, own), (letter.around, frame))
            for sentence in sentences
        )


def _merged(wordings: Wordings, templates: Sequence[str], voice: Voice) -> Words:
    merged: dict[str, tuple[str, str]] = {}
    for template in templates:
        merged |= wordings.get(template, voice)
    return merged


def _read(voice: Voice) -> Iterator[tuple[str, tuple[str, str]]]:
    for path in sorted((CATALOGUES / voice.value).glob("*.po")):
        with path.open("rb") as text:
            for message in read_po(text, locale="de"):
                if message.id and message.string:
                    singular = message.id if isinstance(message.id, str) else message.id[0]
                    said = (message.string, "") if isinstance(message.string, str) else tuple(message.string)
                    if said[0]:
                        yield singular, (said[0], said[1])
