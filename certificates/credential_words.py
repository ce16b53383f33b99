"""The words of a credential, in both languages: what was required, and what somebody has done for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from certificates import wording
from certificates.document import Certificate, Kind, Language, Result

DIGCOMP = "DigComp 2.2"
DIGCOMP_URL = "https://publications.jrc.ec.europa.eu/repository/handle/JRC128415"
COMPETENCES = {
    "1.1": "Browsing, searching and filtering data, information and digital content",
    "1.2": "Evaluating data, information and digital content",
    "1.3": "Managing data, information and digital content",
    "2.1": "Interacting through digital technologies",
    "2.2": "Sharing through digital technologies",
    "2.3": "Engaging in citizenship through digital technologies",
    "2.4": "Collaborating through digital technologies",
    "2.5": "Netiquette",
    "2.6": "Managing digital identity",
    "3.1": "Developing digital content",
    "3.2": "Integrating and re-elaborating digital content",
    "3.3": "Copyright and licences",
    "3.4": "Programming",
    "4.1": "Protecting devices",
    "4.2": "Protecting personal data and privacy",
    "4.3": "Protecting health and well-being",
    "4.4": "Protecting the environment",
    "5.1": "Solving technical problems",
    "5.2": "Identifying needs and technological responses",
    "5.3": "Creatively using digital technologies",
    "5.4": "Identifying digital competence gaps",
}
"""The competences by the names the Joint Research Centre gave them (JRC128415), by which programs match them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. What stands in braces is filled in."""

    descriptions: dict[Kind, str]
    criteria: dict[Kind, str]
    threshold: str
    exam: str
    exam_day: str
    points: str
    level: str
    outcomes: str
    evidence: str
    extents: dict[Kind, str]
    module: str
    modules: str
    span: str
    day: str


GERMAN = Words(
    descriptions={
        Kind.ATTENDANCE: "Wer diesen Nachweis hat, hat am Kurs „{course}“ teilgenommen. Eine Prüfung gab es nicht.",
        Kind.EXAMINED: "Wer diesen Nachweis hat, hat am Kurs „{course}“ teilgenommen und die Prüfung bestanden.",
        Kind.EDUCATION_LEAVE: "Wer diesen Nachweis hat, hat an der Veranstaltung „{course}“ teilgenommen.",
        Kind.VOLUNTEER: "Wer diesen Nachweis hat, war ehrenamtlich tätig: {course}.",
        Kind.PATH: "Wer diesen Nachweis hat, hat alle Kurse des Lernwegs „{course}“ abgeschlossen.",
        Kind.TRAINER: "Wer diesen Nachweis hat, hat den Kurs „{course}“ unterrichtet.",
    },
    criteria={
        Kind.ATTENDANCE: "Teilnahme an den Terminen des Kurses.",
        Kind.EXAMINED: "Teilnahme an den Terminen des Kurses und eine bestandene Prüfung.",
        Kind.EDUCATION_LEAVE: "Teilnahme an den Terminen der Veranstaltung.",
        Kind.VOLUNTEER: "Unbezahlte Mitarbeit, deren Stunden das Zentrum bestätigt.",
        Kind.PATH: "Für jeden Kurs des Lernwegs ein eigener Nachweis.",
        Kind.TRAINER: "Unterricht, den das Zentrum in seinen Terminen verzeichnet hat.",
    },
    threshold="Besucht werden mussten mindestens {percent} Prozent der Unterrichtseinheiten.",
    exam="Prüfung: {exam}.",
    exam_day="Bestanden am {day}.",
    points="Erreicht: {points} von {out_of} Punkten.",
    level="{sentence} (Stufe {level} von 8)",
    outcomes="Lernziele:",
    evidence="Was bescheinigt wird",
    extents={
        Kind.VOLUNTEER: "{hours} Stunden ehrenamtlich, {span}.",
        Kind.TRAINER: "{attended} Unterrichtseinheiten zu je 45 Minuten unterrichtet, {span}.",
        Kind.PATH: "{attended} Unterrichtseinheiten zu je 45 Minuten besucht, {span}.",
        Kind.ATTENDANCE: "{attended} von {planned} Unterrichtseinheiten zu je 45 Minuten besucht, {span}.",
    },
    module="{course} ({number})",
    modules="Kurse: {modules}.",
    span="vom {first} bis {last}",
    day="am {first}",
)

ENGLISH = Words(
    descriptions={
        Kind.ATTENDANCE: "Whoever holds this took part in the course “{course}”. There was no test.",
        Kind.EXAMINED: "Whoever holds this took part in the course “{course}” and passed its test.",
        Kind.EDUCATION_LEAVE: "Whoever holds this took part in “{course}”.",
        Kind.VOLUNTEER: "Whoever holds this has volunteered: {course}.",
        Kind.PATH: "Whoever holds this has completed all courses of the path “{course}”.",
        Kind.TRAINER: "Whoever holds this has taught the course “{course}”.",
    },
    criteria={
        Kind.ATTENDANCE: "Taking part in the sessions of the course.",
        Kind.EXAMINED: "Taking part in the sessions of the course, and passing the test.",
        Kind.EDUCATION_LEAVE: "Taking part in the sessions of the event.",
        Kind.VOLUNTEER: "Unpaid work whose hours the centre confirms.",
        Kind.PATH: "A certificate of its own for each course of the path.",
        Kind.TRAINER: "Teaching that the centre has on record in its sessions.",
    },
    threshold="At least {percent} percent of the units had to be attended.",
    exam="Test: {exam}.",
    exam_day="Passed on {day}.",
    points="Result: {points} of {out_of} points.",
    level="{sentence} (level {level} of 8)",
    outcomes="Learning objectives:",
    evidence="What is certified",
    extents={
        Kind.VOLUNTEER: "{hours} hours of volunteering, {span}.",
        Kind.TRAINER: "{attended} units of 45 minutes each taught, {span}.",
        Kind.PATH: "{attended} units of 45 minutes each attended, {span}.",
        Kind.ATTENDANCE: "{attended} of {planned} units of 45 minutes each attended, {span}.",
    },
    module="{course} ({number})",
    modules="Courses: {modules}.",
    span="from {first} to {last}",
    day="on {first}",
)

WORDS = {Language.GERMAN: GERMAN, Language.ENGLISH: ENGLISH}


def title(certificate: Certificate, language: Language) -> str:
    """What kind of paper, and about what: "Teilnahmebescheinigung: Smartphone für den Alltag"."""
    return f"{wording.WORDS[language].titles[certificate.kind]}: {course(certificate, language)}"


def course(certificate: Certificate, language: Language) -> str:
    """The course in this language, or as it stands where it was not translated."""
    translated = certificate.english.course if certificate.english and language is Language.ENGLISH else ""
    return translated or certificate.course


def exam(certificate: Certificate, result: Result, language: Language) -> str:
    """The name of the exam in this language, or as it stands where it was not translated."""
    translated = certificate.english.exam if certificate.english and language is Language.ENGLISH else ""
    return translated or result.exam


def sentences(certificate: Certificate, language: Language) -> tuple[str, ...]:
    """The outcomes in this language."""
    english = certificate.english
    if english and english.outcomes and language is Language.ENGLISH:
        return english.outcomes
    return tuple(outcome.sentence for outcome in certificate.outcomes)


def description(certificate: Certificate, language: Language) -> str:
    """What whoever holds it has done, and what the course aims at."""
    words = WORDS[language]
    said = words.descriptions[certificate.kind].format(course=course(certificate, language))
    aims = sentences(certificate, language)
    return "\n".join([said, words.outcomes, *(f"- {aim}" for aim in aims)] if aims else [said])


def criteria(certificate: Certificate, language: Language, threshold_percent: int | None) -> str:
    """What was required of everybody."""
    words = WORDS[language]
    said = [words.criteria[certificate.kind]]
    if threshold_percent:
        said.append(words.threshold.format(percent=threshold_percent))
    if certificate.result is not None:
        said.append(words.exam.format(exam=exam(certificate, certificate.result, language)))
    return " ".join(said)


def evidence(certificate: Certificate, language: Language) -> str:
    """What this person did for it: the extent, the courses of a path, the exam. It names nobody."""
    words = WORDS[language]
    return " ".join([_extent(certificate, words, language), *_beyond(certificate, words, language)])


def _extent(certificate: Certificate, words: Words, language: Language) -> str:
    sentence = words.extents.get(certificate.kind, words.extents[Kind.ATTENDANCE])
    first, last = written(certificate.first_day, language), written(certificate.last_day, language)
    return sentence.format(
        attended=certificate.units_attended,
        planned=certificate.units_planned,
        hours=certificate.hours,
        span=(words.day if first == last else words.span).format(first=first, last=last),
    )


def _beyond(certificate: Certificate, words: Words, language: Language) -> Iterator[str]:
    if certificate.modules:
        english = certificate.english
        named = english.modules if english and english.modules and language is Language.ENGLISH else None
        courses = named or tuple(module.course for module in certificate.modules)
        yield words.modules.format(
            modules=", ".join(
                words.module.format(course=name, number=module.number) if module.number else name
                for name, module in zip(courses, certificate.modules, strict=True)
            )
        )
    if (result := certificate.result) is not None:
        yield words.exam.format(exam=exam(certificate, result, language))
        if result.held_on is not None:
            yield words.exam_day.format(day=written(result.held_on, language))
        if result.points is not None:
            yield words.points.format(points=result.points, out_of=result.out_of)


def written(day: date, language: Language) -> str:
    """17.11.2026, or 2026-11-17 in English."""
    return f"{day:%d.%m.%Y}" if language is Language.GERMAN else day.isoformat()
