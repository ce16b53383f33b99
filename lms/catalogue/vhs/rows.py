"""One row → one run. What cannot be healed is refused with its reason; everything else is told."""

import re

from lms.catalogue.vhs import words
from lms.catalogue.vhs.calendar import certain_weekdays, read_dates
from lms.catalogue.vhs.numbers import read_numbers
from lms.catalogue.vhs.places import is_online, read_venues
from lms.catalogue.vhs.prices import read_price
from lms.catalogue.vhs.record import Notes, Record
from lms.catalogue.vhs.run import ImportedLink, ImportedRun
from lms.catalogue.vhs.texts import read_texts
from lms.kernel.marking import N_


def read_run(record: Record, notes: Notes, *, counts_units: bool) -> ImportedRun:
    """The run of this row. Raises RowRefused.

    `counts_units` says that this file writes teaching units where the format asks for the number of meetings.
    """
    guid, number = _keys(record, notes)
    texts = read_texts(record, notes)
    venues = read_venues(record, notes)
    dates = read_dates(record, notes, venues)
    numbers = read_numbers(record, notes, dates, counts_units=counts_units)
    price = read_price(record, notes, texts)
    titles = f"{texts.title} {texts.subtitle}"
    keywords = record.texts("schlagwort")
    audience_words = words.audience_words(record)
    category = record.text("dvv_kategorie")
    level, level_words = words.level(record.text("level"), titles, keywords)
    mode = words.mode(record, keywords, is_online_place=_is_online_place(record))
    if not venues and mode != "online":
        notes.healed("veranstaltungsort", N_("No venue is named. Please choose one before publishing."))
    return ImportedRun(
        guid=guid,
        number=number,
        printed_number=number,
        row=notes.row,
        title=texts.title,
        subtitle=texts.subtitle,
        summary=texts.summary,
        text=texts.text,
        notes=texts.notes,
        audiences=words.audiences([*audience_words, *keywords]),
        audience_words=audience_words,
        topics=words.topics(keywords, category),
        keywords=words.plain_keywords(keywords),
        category=category,
        level=level,
        level_words=level_words,
        mode=mode,
        minimum=numbers.minimum,
        places=numbers.places,
        taken=numbers.taken,
        booking=numbers.booking,
        starts_on=dates.starts_on,
        ends_on=dates.ends_on,
        sessions=dates.sessions,
        meetings=numbers.meetings,
        units=numbers.units,
        weekdays=certain_weekdays(dates.weekdays, dates.starts_on, dates.ends_on),
        part_of_day=dates.part_of_day or words.part_of_day(titles),
        price_cents=price.cents,
        concession_cents=price.concession_cents,
        price_note=price.note,
        venue=venues[0] if venues else None,
        trainers=words.trainers(record),
        certificate=_certificate(record),
        website=_website(record, notes),
        attachments=_attachments(record),
    )


def _keys(record: Record, notes: Notes) -> tuple[str, str]:
    guid, number = record.text("guid"), record.text("nummer")
    if not guid and not number:
        raise notes.refused(
            "guid", N_("The course has neither an identifier nor a number, so it cannot be found again.")
        )
    if not guid:
        notes.healed("guid", N_("The identifier is missing. The number was taken."))
    if not number:
        notes.healed("nummer", N_("The number is missing. The identifier was taken."))
    return guid or number, number or guid


def _is_online_place(record: Record) -> bool:
    names = [
        *record.texts("veranstaltungsort", "name"),
        *record.texts("ortetermine", "adresse", "lehrstaette"),
    ]
    return any(is_online(name) for name in names)


def _certificate(record: Record) -> str:
    part = record.part("zertifikat")
    return " – ".join(filter(None, (part.text("name"), part.text("text"))))


def _website(record: Record, notes: Notes) -> str:
    for part in record.parts("webadresse"):
        if part.text("typ") != "attachment" and (url := part.text("uri")):
            if _is_web_address(url):
                return url
            notes.healed(
                "webadresse", N_("“%(given)s” is no address on the web. It was left out."), given=url
            )
    return ""


def _attachments(record: Record) -> tuple[ImportedLink, ...]:
    parts = (part for part in record.parts("webadresse") if part.text("typ") == "attachment")
    return tuple(
        ImportedLink(part.text("name") or url, url)
        for part in parts
        if _is_web_address(url := part.text("uri"))
    )


def _is_web_address(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>\"']{3,2000}", url) is not None
