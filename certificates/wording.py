"""The words on the paper, in both languages. Plain, and never more than what happened."""

from dataclasses import dataclass
from datetime import date

from certificates.document import Certificate, Kind, Language

NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. Names in braces are filled in; `months` begin with January."""

    titles: dict[Kind, str]
    born: str
    took_part: dict[Kind, str]
    period: str
    extent: str
    units: str
    one_unit: str
    place: str
    trainers: tuple[str, str]
    run: str
    contents: str
    outcomes: dict[Kind, str]
    level: str
    digcomp: str
    check: str
    check_how: str
    qr_alt: str
    unsigned: str
    number: str
    page: tuple[str, str]
    months: tuple[str, ...]
    day: str
    day_range: str


GERMAN = Words(
    titles={
        Kind.ATTENDANCE: "Teilnahmebescheinigung",
        Kind.EXAMINED: "Zertifikat",
        Kind.EDUCATION_LEAVE: "Bescheinigung für den Arbeitgeber",
        Kind.VOLUNTEER: "Bescheinigung über ehrenamtliches Engagement",
        Kind.PATH: "Modulzertifikat",
        Kind.TRAINER: "Bescheinigung über Lehrtätigkeit",
    },
    born="geboren am {date}",
    took_part={
        Kind.ATTENDANCE: "hat an diesem Kurs teilgenommen:",
        Kind.EXAMINED: "hat an diesem Kurs teilgenommen und die Prüfung bestanden:",
    },
    period="Zeitraum",
    extent="Umfang",
    units="{attended} von {planned} Unterrichtseinheiten zu je 45 Minuten",
    one_unit="{attended} von {planned} Unterrichtseinheit zu 45 Minuten",
    place="Ort",
    trainers=("Kursleitung", "Kursleitung"),
    run="Kursnummer",
    contents="Inhalte",
    outcomes={Kind.ATTENDANCE: "Lernziele des Kurses", Kind.EXAMINED: "Nachgewiesene Lernergebnisse"},
    level="Stufe {level}",
    digcomp="DigComp 2.2 ist der europäische Rahmen für digitale Kompetenzen; seine Stufen gehen von 1 bis 8.",
    check="Ist dieses Dokument echt?",
    check_how="Scannen Sie den QR-Code oder geben Sie diese Adresse ein:",
    qr_alt="QR-Code zur Prüfseite: {url}",
    unsigned="Dieses Dokument wurde elektronisch erstellt und ist ohne Unterschrift gültig.",
    number="Nr. {number}",
    page=("Seite", "von"),
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    day="{day}. {month}",
    day_range="{first} bis {last}",
)

ENGLISH = Words(
    titles={
        Kind.ATTENDANCE: "Certificate of Attendance",
        Kind.EXAMINED: "Certificate",
        Kind.EDUCATION_LEAVE: "Statement for the Employer",
        Kind.VOLUNTEER: "Certificate of Volunteering",
        Kind.PATH: "Module Certificate",
        Kind.TRAINER: "Certificate of Teaching",
    },
    born="born on {date}",
    took_part={
        Kind.ATTENDANCE: "took part in this course:",
        Kind.EXAMINED: "took part in this course and passed its test:",
    },
    period="Dates",
    extent="Extent",
    units="{attended} of {planned} units of 45 minutes each",
    one_unit="{attended} of {planned} unit of 45 minutes",
    place="Place",
    trainers=("Trainer", "Trainers"),
    run="Course number",
    contents="Contents",
    outcomes={Kind.ATTENDANCE: "Learning objectives of the course", Kind.EXAMINED: "Learning outcomes shown"},
    level="level {level}",
    digcomp="DigComp 2.2 is the European framework for digital competence; its levels go from 1 to 8.",
    check="Is this document genuine?",
    check_how="Scan the QR code, or type in this address:",
    qr_alt="QR code leading to the verification page: {url}",
    unsigned="This document was issued electronically and is valid without a signature.",
    number="No. {number}",
    page=("Page", "of"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    day="{day} {month}",
    day_range="{first} to {last}",
)

WORDS = {Language.GERMAN: GERMAN, Language.ENGLISH: ENGLISH}


def written(day: date, words: Words) -> str:
    """A date as one reads it aloud, held together on its line: 3. März 2026, 3 March 2026."""
    return f"{_without_year(day, words)}{NO_BREAK}{day.year}"


def period(certificate: Certificate, words: Words) -> str:
    """From the first day to the last; what both share, a day or a year, is said once."""
    first, last = certificate.first_day, certificate.last_day
    if first == last:
        return written(first, words)
    begins = _without_year(first, words) if first.year == last.year else written(first, words)
    return words.day_range.format(first=begins, last=written(last, words))


def _without_year(day: date, words: Words) -> str:
    return words.day.format(day=day.day, month=words.months[day.month - 1]).replace(" ", NO_BREAK)


def extent(certificate: Certificate, words: Words) -> str:
    """How much of what was planned was attended, in units of 45 minutes."""
    sentence = words.one_unit if certificate.units_planned == 1 else words.units
    return sentence.format(attended=certificate.units_attended, planned=certificate.units_planned)


def title(certificate: Certificate, words: Words) -> str:
    """What the paper is called, where it is listed: kind, name and number."""
    return f"{words.titles[certificate.kind]} {certificate.number}: {certificate.holder.name}"
