"""Why a document could not be made, in words for people, and what helps: never the words of a library."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from lms.certification.issuing.refusals import in_words
from lms.kernel.marking import N_
from lms.web.language import translated

KNOWN: Mapping[str, tuple[str, str]] = {
    "no name": (N_("The person has no name in our records."), "person"),
    "no course": (N_("The course has no title."), "run"),
    "ends before it begins": (N_("The last day of the run lies before the first."), "run"),
    "issued before the last day": (N_("The run is not over yet."), "run"),
    "born after the first day": (N_("The birth date lies after the first day of the course."), "person"),
    "attended 0 of": (N_("Nobody has noted that the person was there for a whole unit."), "run"),
    "attended": (N_("More units are noted as attended than were planned."), "run"),
    "valid until": (N_("The end of validity lies before the day of issue."), ""),
    "a day outside of the period": (
        N_("A day that was attended lies outside the period of the course."),
        "run",
    ),
    "not every sentence translated": (N_("The English words of the course are not complete."), ""),
    "translated although it is English": (N_("A paper in English needs no second language."), ""),
    "no issuer": (N_("The centre has no name in its settings."), ""),
    "volunteered for": (N_("No hours are given."), ""),
    "a path without modules": (N_("The path has no courses."), ""),
    "an exam without a result": (N_("The result of the exam is missing."), "run"),
    "no font for": (N_("The name holds signs that cannot be printed."), "person"),
    "not handed in": (N_("The design asks for a picture that is not there."), ""),
    "time": (N_("Drawing took too long: a text of the course or a name is unusually long."), ""),
    "memory": (N_("Drawing took too long: a text of the course or a name is unusually long."), ""),
}
"""What the library says begins like this; and where it can be put right: with the person, or with the run."""
ANYTHING_ELSE = N_(
    "The paper could not be drawn. Please try again; if it fails again, tell the technical support."
)


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence in the reader's language; `where` is "person" or "run" where something is to be put right there."""

    sentence: str
    where: str = ""


def advice_for(reason: str) -> Advice:
    """What is kept with a failed document, read for people: a refusal as data, or what the library said before there were."""
    sentence = in_words(reason)
    if sentence == reason:
        return _of_library(reason)
    return Advice(sentence, _place(json.loads(reason)["message"]))


def _of_library(reason: str) -> Advice:
    told = [found for part in reason.split(";") if (found := _known(part.strip()))]
    if not told:
        return Advice(translated(ANYTHING_ELSE))
    sentences = dict.fromkeys(translated(words) for words, _ in told)
    return Advice(" ".join(sentences), told[0][1])


def _known(part: str) -> tuple[str, str] | None:
    return next((found for start, found in KNOWN.items() if part.startswith(start)), None)


def _place(message: str) -> str:
    lowered = message.lower()
    if "attendance" in lowered or "attended" in lowered or "course" in lowered:
        return "run"
    return "person" if "name" in lowered or "birth" in lowered else ""
