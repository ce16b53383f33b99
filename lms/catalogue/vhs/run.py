"""What is read from a programme. Texts are Markdown, amounts are cents, `None` means: the source does not say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Literal

AudienceWord = Literal["seniors", "youth", "smes", "everyone"]
LevelWord = Literal["none", "basic", "advanced"]
PartOfDay = Literal["morning", "afternoon", "evening"]
Mode = Literal["on_site", "online", "blended"]
BookingState = Literal["open", "full", "unknown"]


class Weight(StrEnum):
    """What a defect meant for its row: put right and told, or left out."""

    HEALED = "healed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowError:
    """A defect in one row, for a person to read. `row` counts from 1, `field` is named as in the file."""

    row: int
    number: str
    field: str
    sentence: str
    weight: Weight
    values: tuple[tuple[str, str], ...] = ()

    def in_words(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language of `translate`, complete."""
        return translate(self.sentence) % dict(self.values)


@dataclass(frozen=True, slots=True)
class ImportedTopic:
    """A subject area; there are only a few, so that people can choose by them."""

    slug: str
    name_de: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ImportedVenue:
    """A place. Its name alone says little: in Berlin nine houses are called "VHS"."""

    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    district: str = ""
    room: str = ""
    barrier_free: bool | None = None

    @property
    def key(self) -> str:
        """The same for the same house, however its street is spelt. Rooms and their accessibility differ inside one."""
        street = self.street.lower().replace("straße", "str.").replace("strasse", "str.")
        spelt = "|".join((self.name.lower(), street, self.postal_code))
        return "".join(spelt.split())


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """One meeting, at the wall clock of the venue. `assumed` when no source names it."""

    day: date
    starts: time | None = None
    ends: time | None = None
    venue: ImportedVenue | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class ImportedLink:
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRun:
    """One offering.

    `guid` is the provider's own key and unique in a programme. So is `number`; it differs from `printed_number` only
    where the provider gave one number to several courses. `audiences` and `level` are in our words, `audience_words`
    and `level_words` as the source puts them. `weekdays` count from Monday = 0 and name only days that are certain.
    """

    guid: str
    number: str
    printed_number: str
    title: str
    starts_on: date
    ends_on: date
    row: int
    subtitle: str = ""
    summary: str = ""
    text: str = ""
    notes: str = ""
    audiences: tuple[AudienceWord, ...] = ("everyone",)
    audience_words: tuple[str, ...] = ()
    topics: tuple[ImportedTopic, ...] = ()
    keywords: tuple[str, ...] = ()
    category: str = ""
    level: LevelWord | None = None
    level_words: str = ""
    mode: Mode = "on_site"
    minimum: int | None = None
    places: int | None = None
    taken: int | None = None
    booking: BookingState = "unknown"
    sessions: tuple[ImportedSession, ...] = ()
    meetings: int | None = None
    units: int | None = None
    weekdays: tuple[int, ...] = ()
    part_of_day: PartOfDay | None = None
    price_cents: int | None = None
    concession_cents: int | None = None
    price_note: str = ""
    venue: ImportedVenue | None = None
    trainers: tuple[str, ...] = ()
    certificate: str = ""
    website: str = ""
    attachments: tuple[ImportedLink, ...] = ()
