"""The rules of lending, by version. A version that somebody has accepted is never changed: add a new one and make it CURRENT."""

from collections.abc import Mapping, Sequence

CURRENT = "2026-12"

_TERMS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "2026-12": {
        "de": (
            "Das Gerät und das Zubehör gehören dem Zentrum. Sie dürfen beides bis zum Rückgabetag kostenlos benutzen.",
            "Gehen Sie sorgsam damit um. Geben Sie das Gerät nicht an andere Personen weiter.",
            "Benutzen Sie das Gerät nur für Erlaubtes. Installieren Sie Programme nur aus den offiziellen Quellen.",
            "Rufen Sie uns gleich an, wenn etwas beschädigt, verloren oder gestohlen ist.",
            (
                "Schäden und Verlust, die Sie absichtlich oder durch Unachtsamkeit verursachen, ersetzen Sie. Sie zahlen höchstens "
                "den Wiederbeschaffungswert. Übliche Abnutzung kostet nichts."
            ),
            (
                "Bringen Sie das Gerät mit allem Zubehör spätestens am Rückgabetag zurück. Wenn Sie es länger brauchen, fragen Sie "
                "vorher. Das geht, wenn niemand anderes auf das Gerät wartet."
            ),
            (
                "Kommt das Gerät nicht zurück, erinnern wir Sie. Nach mehreren Erinnerungen können Sie eine Zeit lang nichts mehr "
                "ausleihen."
            ),
            (
                "Sichern Sie vor der Rückgabe, was Sie behalten möchten, und melden Sie sich von allen Konten ab. Wir löschen danach "
                "alle Daten auf dem Gerät."
            ),
            "Wir speichern Ihren Namen und diese Ausleihe bis ein Jahr nach der Rückgabe.",
        ),
        "en": (
            "The device and its accessories belong to the centre. You may use both free of charge until the day of return.",
            "Handle them with care. Do not pass the device on to other people.",
            "Use the device only for what is lawful. Install programs from official sources only.",
            "Call us at once when something is damaged, lost or stolen.",
            (
                "You make good any damage or loss that you cause on purpose or by carelessness. You pay at most the replacement "
                "value. Ordinary wear costs nothing."
            ),
            (
                "Bring the device back with all accessories on the day of return at the latest. If you need it longer, ask before "
                "that. It is possible when nobody else is waiting for the device."
            ),
            "If the device does not come back, we remind you. After several reminders you cannot borrow anything for a while.",
            (
                "Before you return it, save what you want to keep and sign out of all accounts. After that we wipe all data on the "
                "device."
            ),
            "We keep your name and this loan until one year after the return.",
        ),
    },
}


def terms(language: str, version: str = CURRENT) -> Sequence[str]:
    """The rules of a version, one sentence or two each. Raises KeyError for a version that never was."""
    return _TERMS[version]["en" if language == "en" else "de"]
