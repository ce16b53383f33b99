"""The centres' words in ours: for whom, how difficult, about what, how and when."""

import re
from collections.abc import Iterable, Iterator

from lms.catalogue.vhs.record import Record
from lms.catalogue.vhs.run import AudienceWord, ImportedTopic, LevelWord, Mode, PartOfDay

_AUDIENCES: tuple[tuple[AudienceWord, re.Pattern[str]], ...] = (
    ("seniors", re.compile(r"\b(?:Ältere|Senior|50\+|60\+|Generation plus)", re.IGNORECASE)),
    ("youth", re.compile(r"\b(?:Jugend|Kinder|Schüler|Teens?\b)", re.IGNORECASE)),
    (
        "smes",
        re.compile(
            r"^(?:Existenzgründung|Personalführung|Führungstechniken|Rechnungswesen|Buchführung|Bilanzierung|Lohn|Steuerrecht"
            r"|Kostenrechnung|Controlling|Betriebswirtschaft|Öffentlichkeitsarbeit|Marketing|Internethandel|Projektmanagement"
            r"|Unternehmen|Selbst(?:st)?ändige|Betriebe|Firmen)",
            re.IGNORECASE,
        ),
    ),
)

LANGUAGES = ImportedTopic("sprachen", "Sprachen", "Languages")
DIGITAL = ImportedTopic("digitales", "Digitales", "Digital skills")
WORK = ImportedTopic("arbeit-und-beruf", "Arbeit und Beruf", "Work and career")
CULTURE = ImportedTopic("kultur-und-gestalten", "Kultur und Gestalten", "Culture and arts")
HEALTH = ImportedTopic("gesundheit", "Gesundheit", "Health")
SOCIETY = ImportedTopic("gesellschaft", "Gesellschaft", "Society")
BASICS = ImportedTopic("grundbildung", "Grundbildung und Abschlüsse", "Basic education and certificates")

# the headings of the centres' own order; Berlin writes them in capitals among the keywords
_BY_KEYWORD = {
    "SPRACHEN": LANGUAGES,
    "EDV": DIGITAL,
    "WEBSEITENGESTALTUNG": DIGITAL,
    "ARBEIT-BERUF-EDV": WORK,
    "BERUF": WORK,
    "SCHLÜSSELQUALIFIKATIONEN": WORK,
    "RECHNUNGSWESEN": WORK,
    "KULTUR": CULTURE,
    "GESUNDHEIT": HEALTH,
    "POLITIK-GESELLSCHAFT-UMWELT": SOCIETY,
    "POLITIK": SOCIETY,
    "UMWELT": SOCIETY,
    "GRUNDBILDUNG": BASICS,
}
# the national order of subjects, by its first figure; 5.01 is computing
_BY_CATEGORY = {
    "1": (SOCIETY,),
    "2": (CULTURE,),
    "3": (HEALTH,),
    "4": (LANGUAGES,),
    "5": (WORK,),
    "6": (BASICS,),
    "7": (BASICS,),
    "5.01": (DIGITAL, WORK),
}

_FRAMEWORK = re.compile(r"\b([ABC])([12])(?:[.+](\d))?")
# the lowest first: who offers "Grundlagen und Aufbau" takes beginners
_LEVELS: tuple[tuple[LevelWord, str], ...] = (
    ("none", "einsteiger|einstieg|anfänger|grundlagen|grundkurs|einführung|ohne Vorkenntnisse"),
    ("basic", "auffrisch|mittelstufe|mit Vorkenntnissen"),
    ("advanced", "fortgeschritten|aufbau|profi|expert|vertiefung"),
)
_LEVEL_WORDS = tuple((known, re.compile(rf"\w*(?:{words})\w*", re.IGNORECASE)) for known, words in _LEVELS)
_ONLINE = re.compile(r"^(?:online(?:kurs|[ -]seminar)?|webinar)$", re.IGNORECASE)
_BLENDED = re.compile(r"^(?:blended[ -]learning|hybrid\w*)$", re.IGNORECASE)
_PARTS_OF_DAY: tuple[tuple[PartOfDay, re.Pattern[str]], ...] = (
    ("morning", re.compile(r"vormittag", re.IGNORECASE)),
    ("afternoon", re.compile(r"nachmittag", re.IGNORECASE)),
    ("evening", re.compile(r"abends?\b|abendkurs", re.IGNORECASE)),
)


def audience_words(record: Record) -> tuple[str, ...]:
    """For whom the source says it is; codes and dashes before the words are dropped ("h - Sonstige")."""
    return tuple(re.sub(r"^(?:\w )?-\s*", "", word) for word in record.texts("zielgruppe"))


def audiences(words: Iterable[str]) -> tuple[AudienceWord, ...]:
    """In our words, where one of theirs is recognised; otherwise everyone."""
    words = list(words)
    known = (audience for audience, pattern in _AUDIENCES if any(pattern.search(word) for word in words))
    return tuple(known) or ("everyone",)


def topics(keywords: Iterable[str], category: str) -> tuple[ImportedTopic, ...]:
    """The subject areas, from the keywords or else from the number in the national order."""
    found = [_BY_KEYWORD[word] for word in keywords if word in _BY_KEYWORD]
    if not found:
        found = [*_BY_CATEGORY.get(category[:4], _BY_CATEGORY.get(category[:1], ()))]
    return tuple(dict.fromkeys(found))


def plain_keywords(keywords: Iterable[str]) -> tuple[str, ...]:
    """The keywords that are no subject area, in sentence case; abbreviations such as TELC stay."""
    return tuple(dict.fromkeys(_lowered(word) for word in keywords if word not in _BY_KEYWORD))


def level(given: str, title: str, keywords: Iterable[str]) -> tuple[LevelWord | None, str]:
    """What one should know already, and the source's word for it; the title says it better than a keyword."""
    for text in (given, title, *keywords):
        found = _level_in(text)
        if found is not None:
            return found
    return None, given


def mode(record: Record, keywords: Iterable[str], *, is_online_place: bool) -> Mode:
    """Where people meet: in a room, on screen, or both."""
    features = {part.text("name"): part.text("wert") for part in record.parts("merkmale", "merkmal")}
    digital = features.get("kursart_digital")
    keywords = list(keywords)
    if digital == "blended_learning" or any(_BLENDED.match(word) for word in keywords):
        return "blended"
    if digital or is_online_place or any(_ONLINE.match(word) for word in keywords):
        return "online"
    return "on_site"


def part_of_day(title: str) -> PartOfDay | None:
    """What a title says about the time of day."""
    return next((part for part, pattern in _PARTS_OF_DAY if pattern.search(title)), None)


def trainers(record: Record) -> tuple[str, ...]:
    """Full names. Contact persons are left where they are: nobody here needs to know them."""
    names = (_full_name(person) for person in record.parts("dozent"))
    return tuple(dict.fromkeys(name for name in names if name))


def _full_name(person: Record) -> str:
    return " ".join(
        part for part in (person.text("titel"), person.text("vorname"), person.text("name")) if part
    )


def _level_in(text: str) -> tuple[LevelWord, str] | None:
    grade = _FRAMEWORK.search(text)
    if grade is not None:
        return _level_of_grade(grade), grade[0]
    return next(
        ((known, found[0]) for known, pattern in _LEVEL_WORDS if (found := pattern.search(text))), None
    )


def _level_of_grade(grade: re.Match[str]) -> LevelWord:
    """A1 and A1.1 begin at nothing; from B2 on we call it advanced."""
    letter, step, part = grade[1], grade[2], grade[3] or "1"
    if letter + step == "A1":
        return "none" if part in {"0", "1"} else "basic"
    return "advanced" if letter == "C" or letter + step == "B2" else "basic"


def _lowered(word: str) -> str:
    """In sentence case where a word shouts ("PLASTISCHES GESTALTEN"); "TELC" and "DTZ" are names."""
    return " ".join(_parts(word)) if word.isupper() and len(word) > 5 else word


def _parts(word: str) -> Iterator[str]:
    return (part.capitalize() for part in word.split())
