"""Facts for papers, with obvious defaults."""

from datetime import date
from typing import Any

from certificates.document import Certificate, Holder, Issuer, Kind, Outcome, Result

CODE = "39MH-DHMV-97SZ-GY6V-9EQ5"
ADDRESS = f"https://lernen.haldensleben.example/pruefen/{CODE}"
ISSUER = Issuer(
    name="Zentrum für digitale Bildung",
    belongs_to="Innovationszentrum Haldensleben",
    address=("Hagenstraße 21", "39340 Haldensleben"),
    contact=("03904 1234",),
    town="Haldensleben",
    representative="Dr. Katrin Wegener",
    role="Leiterin des Zentrums",
)
OUTCOMES = (
    Outcome(sentence="Nachrichten mit Bildern sicher verschicken", competence="2.1", level=2),
    Outcome(sentence="Betrügerische Nachrichten erkennen", competence="4.2", level=3),
)


def make_certificate(**changes: Any) -> Certificate:
    facts: dict[str, Any] = {
        "number": "2026-00042",
        "code": CODE,
        "verification_url": ADDRESS,
        "issued_on": date(2026, 11, 22),
        "issuer": ISSUER,
        "holder": Holder(name="Renate Schönfelder", born=date(1951, 3, 12)),
        "course": "Smartphone für den Alltag",
        "run": "2041",
        "first_day": date(2026, 9, 8),
        "last_day": date(2026, 11, 17),
        "units_attended": 18,
        "units_planned": 20,
        "place": "Innovationszentrum, Raum 2",
        "trainers": ("Jana Krüger",),
        "contents": ("Bedienung und Apps", "Nachrichten und Fotos"),
        "outcomes": OUTCOMES,
    }
    if changes.get("kind") is Kind.EXAMINED:
        facts["result"] = Result(exam="Abschlusstest", held_on=date(2026, 11, 17))
    return Certificate(**{**facts, **changes})
