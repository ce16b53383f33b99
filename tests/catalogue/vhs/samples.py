"""Small programmes of our own writing, in the three shapes that occur."""

import json
from typing import Any

Fields = dict[str, Any]


def course(**changes: Any) -> Fields:
    """A course as the Berlin centres wrote it in 2020, everything in order; `changes` replace its fields."""
    return {
        "guid": "100001",
        "nummer": "ZD5.011",
        "name": "Sicher surfen",
        "untertitel": "Für den Anfang",
        "minimale_teilnehmerzahl": "5",
        "maximale_teilnehmerzahl": "12",
        "anzahl_termine": "2",
        "beginn_datum": "2020-05-11",
        "ende_datum": "2020-05-18",
        "zielgruppe": "Ältere",
        "schlagwort": ["EDV", "Internet", "Grundlagen"],
        "text": [
            {
                "eigenschaft": "Beschreibung",
                "text": "Sie lernen, worauf es im Netz ankommt.\r\nWir üben viel.\r\n",
            },
            {"eigenschaft": "Zusatzinformation", "text": None},
        ],
        "veranstaltungsort": {
            "name": "VHS",
            "adresse": {
                "land": "Deutschland",
                "plz": "39340",
                "ort": "Haldensleben",
                "strasse": "Am Markt 1",
            },
            "barrierefrei": "true",
        },
        "preis": {"betrag": "126.20", "rabatt_moeglich": "true", "zusatz": "erm. Preis: 65,60 EUR"},
        "webadresse": {"typ": "website", "name": "zur Buchung", "uri": "https://vhs.example/kurs?id=100001"},
    } | changes


def price(amount: str | None, *remarks: str, reducible: str = "true") -> Fields:
    return {"betrag": amount, "rabatt_moeglich": reducible, "zusatz": list(remarks)}


def as_json(*courses: Any) -> bytes:
    return json.dumps({"veranstaltungen": {"veranstaltung": list(courses)}}, ensure_ascii=False).encode()


def of_2026(**changes: Any) -> Fields:
    """A course as Berlin writes it since 2026: places and dates side by side, and units for meetings."""
    place = {
        "lehrstaette": "Haus am Anger",
        "plz": "39345",
        "ort": "Haldensleben",
        "strasse": "Anger 2",
        "raum": "Raum 3",
        "behindertenzugang": "false",
    }
    dates = [
        {
            "wochentag": "Mittwoch",
            "beginn_datum": f"2026-09-{day}",
            "beginn_uhrzeit": "16:00",
            "ende_uhrzeit": "17:30",
        }
        for day in ("02", "09", "16")
    ]
    return {
        "guid": "789",
        "nummer": "ZD3",
        "name": "Tablets am Abend",
        "untertitel": None,
        "bezirk": "Altstadt",
        "dvv_kategorie": {"@version": "2.0", "#text": "5.01"},
        "minimale_teilnehmerzahl": "6",
        "aktuelle_teilnehmerzahl": "10",
        "maximale_teilnehmerzahl": "10",
        "anzahl_termine": "6",
        "beginn_datum": "2026-09-02",
        "ende_datum": "2026-09-16",
        "schlagwort": "Tablet",
        "text": {"eigenschaft": "Beschreibung", "text": "Ein Kurs."},
        "ansprechperson": {"name": "Geheim", "vorname": "Gerda", "mail": "gerda@vhs.example"},
        "ortetermine": {"adresse": [place, place, place | {"lehrstaette": "Rathaus"}], "termin": dates},
        "preis": {"betrag": "84.70", "rabatt_moeglich": "true", "zusatz": "erm. Preis: 47,00 EUR"},
        "dozent": {"anrede": "Frau", "titel": "Dr.", "name": "Muster", "vorname": "Mia"},
    } | changes


OPEN_VHS = """\
<?xml version="1.0" encoding="UTF-8"?>
<o:veranstaltungen version="1.2" xmlns:o="http://www.dvv-vhs.de/Open-VHS">
  <export><erstellungszeitpunkt>2026-01-01T03:00:00+01:00</erstellungszeitpunkt></export>
  <veranstaltung>
    <guid>A-1</guid>
    <nummer><![CDATA[V1]]></nummer>
    <name><![CDATA[Windows & Internet]]></name>
    <untertitel>Teil 1</untertitel>
    <untertitel>Von Anfang an</untertitel>
    <dvv_kategorie version="2.0">5.01</dvv_kategorie>
    <merkmale>
      <merkmal><name>kursart_digital</name><wert>blended_learning</wert></merkmal>
      <merkmal><name>vhscloud_kurs</name><wert>true</wert></merkmal>
    </merkmale>
    <level>Einsteiger</level>
    <minimale_teilnehmerzahl>6</minimale_teilnehmerzahl>
    <aktuelle_teilnehmerzahl>-1</aktuelle_teilnehmerzahl>
    <maximale_teilnehmerzahl>12</maximale_teilnehmerzahl>
    <anzahl_termine>3</anzahl_termine>
    <beginn_datum>2026-03-27</beginn_datum>
    <dauer>9.0</dauer>
    <ende_datum>2026-04-10</ende_datum>
    <zielgruppe>Senioren</zielgruppe>
    <zielgruppe>h - Jugendliche</zielgruppe>
    <zertifikat><name>Xpert</name><text>Prüfung</text></zertifikat>
    <text><eigenschaft>text</eigenschaft><text><![CDATA[<p>Ein <b>guter</b>
      Kurs.</p>]]></text></text>
    <text><eigenschaft>Hinweis</eigenschaft><text>Bitte Brille mitbringen.</text></text>
    <veranstaltungsort>
      <name>Kulturfabrik</name>
      <adresse><land>Deutschland</land><plz>39340</plz><ort>Haldensleben</ort><ortsteil>Althaldensleben</ortsteil></adresse>
      <barrierefrei>false</barrierefrei>
    </veranstaltungsort>
    <termin><beginn_datum>2026-04-10</beginn_datum></termin>
    <termin>
      <beginn_datum>2026-03-27</beginn_datum><beginn_uhrzeit>08:30:00Z</beginn_uhrzeit><ende_uhrzeit>10:00:00Z</ende_uhrzeit>
    </termin>
    <termin>
      <beginn_datum>2026-04-03</beginn_datum>
      <beginn_uhrzeit>09:30:00+02:00</beginn_uhrzeit>
      <ende_uhrzeit>11:00:00+02:00</ende_uhrzeit>
    </termin>
    <preis>
      <betrag>82.8</betrag><rabatt_moeglich>true</rabatt_moeglich>
      <zusatz>zzgl. ca. 5 € für Material</zusatz><zusatz>50 % Ermäßigung</zusatz>
    </preis>
    <webadresse><typ>website</typ><name>Details</name><uri>https://vhs.example/?a=1&amp;b=2</uri></webadresse>
    <webadresse><typ>attachment</typ><name>Plan</name><uri>https://vhs.example/plan.pdf</uri></webadresse>
    <webadresse><typ>attachment</typ><name>Böse</name><uri>javascript:x()</uri></webadresse>
  </veranstaltung>
  <veranstaltung>
    <guid>A-2</guid><nummer>V2</nummer><name>Nur das Nötigste</name><beginn_datum>2026-05-01</beginn_datum>
  </veranstaltung>
</o:veranstaltungen>
"""
