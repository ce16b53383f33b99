"""Where a run takes place."""

import re

from lms.catalogue.vhs.record import Notes, Record
from lms.catalogue.vhs.run import ImportedVenue
from lms.kernel.marking import N_

_YES = frozenset({"true", "ja", "1", "yes", "wahr"})
_NO = frozenset({"false", "nein", "0", "no", "falsch"})
_PART_OF_TOWN = re.compile(r"(?P<town>Berlin(?=\s*[-/])|.+(?= OT ))(?:\s*[-/]\s*| OT )(?P<part>.+)")
BERLIN = "Berlin"

# The districts of Berlin by the first figures of the postal code; where a code lies in two, the larger part decides.
# The file of the twelve centres names no district, and people look for courses by it.
_BERLIN_DISTRICTS = {
    "Mitte": "101 105 133",
    "Friedrichshain-Kreuzberg": "102 1096 1097 1099",
    "Lichtenberg": "103 1305",
    "Pankow": "104 1308 131",
    "Charlottenburg-Wilmersdorf": "1058 1062 107 1362 1405 14193 14199",
    "Tempelhof-Schöneberg": "1077 1078 108 1209 1210 12157 12159 12161 1227 1230",
    "Neukölln": "1204 1205 1234 1235",
    "Steglitz-Zehlendorf": "1216 122 1410 1412 1416 14195",
    "Treptow-Köpenick": "124 125",
    "Marzahn-Hellersdorf": "126",
    "Reinickendorf": "134 1350",
    "Spandau": "1358 1359 14089",
}
_DISTRICT_OF = {code: name for name, codes in _BERLIN_DISTRICTS.items() for code in codes.split()}


def read_venues(record: Record, notes: Notes) -> list[ImportedVenue]:
    """Every place the row names, in its order; none when it takes place online or the source does not say."""
    places = [_from_2020(part) for part in record.parts("veranstaltungsort")]
    places += [_from_2026(part) for part in record.parts("ortetermine", "adresse")]
    return [
        _completed(place, record.text("bezirk"), notes)
        for place in places
        if place.name and not is_online(place.name)
    ]


def is_online(name: str) -> bool:
    """Whether this "place" is the internet."""
    return name.lower() in {"online", "internet", "webinar", "vhs.cloud", "virtuell", "zoom"}


def _from_2020(part: Record) -> ImportedVenue:
    address = part.part("adresse")
    return ImportedVenue(
        name=part.text("name") or address.text("strasse"),
        street=address.text("strasse"),
        postal_code=address.text("plz"),
        city=address.text("ort"),
        district=address.text("ortsteil"),
        barrier_free=_yes_or_no(part.text("barrierefrei")),
    )


def _from_2026(part: Record) -> ImportedVenue:
    return ImportedVenue(
        name=part.text("lehrstaette") or part.text("strasse"),
        street=part.text("strasse"),
        postal_code=part.text("plz"),
        city=part.text("ort"),
        room=part.text("raum"),
        barrier_free=_yes_or_no(part.text("behindertenzugang")),
    )


def _completed(venue: ImportedVenue, given_district: str, notes: Notes) -> ImportedVenue:
    """With a postal code that is one, the town without its district, and the district."""
    code = venue.postal_code
    if code and not re.fullmatch(r"\d{4,5}", code):
        notes.healed("plz", N_("“%(given)s” is no postal code. It was left out."), given=code)
        code = ""
    part = _PART_OF_TOWN.fullmatch(venue.city)
    city = part["town"] if part else venue.city
    by_code = _berlin_district(code)
    if not city and by_code:
        notes.healed(
            "ort", N_("The town is missing. It was taken from the postal code: %(town)s."), town=BERLIN
        )
        city = BERLIN
    elif not city:
        notes.healed(
            "ort", N_("The town is missing. Please add it to the venue “%(venue)s”."), venue=venue.name
        )
    known = by_code if city == BERLIN else ""
    district = venue.district or known or given_district or (part["part"] if part else "")
    return ImportedVenue(
        venue.name,
        _street_alone(venue.street, code, venue.city),
        code,
        city,
        district,
        venue.room,
        venue.barrier_free,
    )


def _berlin_district(code: str) -> str:
    return next((_DISTRICT_OF[code[:length]] for length in (5, 4, 3) if code[:length] in _DISTRICT_OF), "")


def _street_alone(street: str, code: str, city: str) -> str:
    """Without what the other fields say as well: "Dorfstraße 14, 17111 Glendelin"."""
    return re.sub(rf"(?:,|\s+in)?\s*{code}\s+{re.escape(city)}$", "", street) if code and city else street


def _yes_or_no(text: str) -> bool | None:
    return True if text.lower() in _YES else False if text.lower() in _NO else None
