"""The words of the contract: the house's own versions, the default, and the names in braces that are replaced in them.

Never compiled as a template (S-35): a name in braces is replaced once by a value that is escaped for Markdown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.contracts.errors import LooseBrace, NameMissing, UnknownName
from lms.honoraria.contracts.models import ContractWording
from lms.honoraria.contracts.rules import ContractFacts
from lms.kernel.marking import N_
from lms.web.centre import the_centre
from lms.web.formats import amount, date_long, number
from lms.web.language import gettext, use_locale
from lms.web.lettering import escaped

NAMES: Mapping[str, str] = {
    "centre": N_("name of the centre"),
    "centre_address": N_("address of the centre"),
    "representative": N_("who signs for the centre"),
    "trainer": N_("name of the trainer"),
    "trainer_address": N_("address of the trainer"),
    "number": N_("number of the contract"),
    "course": N_("title of the course"),
    "run": N_("number of the run"),
    "first_day": N_("day of the first session"),
    "last_day": N_("day of the last session"),
    "sessions": N_("number of sessions"),
    "units": N_("number of units of 45 minutes"),
    "fee_per_unit": N_("fee for a unit"),
    "fee": N_("fee for all units"),
    "travel_per_day": N_("travel allowance for a day"),
    "travel": N_("travel allowance altogether"),
    "substitution": N_("fee for a unit taught in somebody else's place"),
    "total": N_("fee and travel allowance altogether"),
}
NEEDED = ("centre", "trainer", "course", "units", "fee_per_unit", "total")
"""Without these a text is no contract about this course."""
LONGEST = 20_000
_NAMED = re.compile(r"\{([^{}\n]{0,60})\}")

DEFAULT_BODY = """\
## § 1 Vertragsparteien

Dieser Vertrag wird geschlossen zwischen **{centre}**, {centre_address}, vertreten durch {representative} (im Folgenden: Einrichtung), und **{trainer}**, {trainer_address} (im Folgenden: Kursleitung).

## § 2 Gegenstand

Die Kursleitung übernimmt als freie Mitarbeit den Kurs **{course}** (Durchführung {run}). Der Kurs hat {sessions} Termine vom {first_day} bis zum {last_day} mit zusammen {units} Unterrichtseinheiten zu je 45 Minuten. Die Termine stehen in der Übersicht am Ende dieses Vertrags und sind sein Bestandteil.

## § 3 Freie Gestaltung

Die Kursleitung gestaltet Inhalt, Methode und Ablauf des Unterrichts im Rahmen der Kursbeschreibung in eigener Verantwortung. Sie unterliegt keinen Weisungen und ist nicht in den Betrieb der Einrichtung eingegliedert. Sie ist frei, auch für andere tätig zu sein. Zu Konferenzen, Fortbildungen oder anderen Aufgaben ist sie nicht verpflichtet.

## § 4 Honorar

Die Einrichtung zahlt für jede gehaltene Unterrichtseinheit {fee_per_unit}, für alle Unterrichtseinheiten zusammen {fee}. Mit diesem Honorar sind Vorbereitung, Nachbereitung und Unterlagen abgegolten. Das Honorar wird monatlich nach den gehaltenen Unterrichtseinheiten abgerechnet und innerhalb von 30 Tagen nach der Abrechnung überwiesen.

## § 5 Fahrtkosten

Für jeden Tag, an dem die Kursleitung an einem Ort der Einrichtung unterrichtet, zahlt die Einrichtung pauschal {travel_per_day}, zusammen {travel}. Weitere Auslagen werden nur nach vorheriger Absprache erstattet. Honorar und Fahrtkosten betragen zusammen {total}.

## § 6 Vertretung und Ausfall

Ist die Kursleitung verhindert, teilt sie das der Einrichtung unverzüglich mit. Sie kann mit Zustimmung der Einrichtung eine geeignete Vertretung benennen. Für Unterrichtseinheiten, die sie nicht hält, entsteht kein Anspruch auf Honorar. Vertritt die Kursleitung eine andere Kursleitung, erhält sie {substitution} je Unterrichtseinheit.

Kommt die Mindestzahl der Teilnehmenden nicht zustande, kann die Einrichtung den Kurs bis sieben Tage vor dem ersten Termin absagen; ein Anspruch auf Honorar entsteht dann nicht. Sagt die Einrichtung einen Termin später ab, ohne dass die Kursleitung das zu vertreten hat, wird er nachgeholt oder mit der Hälfte des Honorars vergütet. Das Recht zur Kündigung aus wichtigem Grund bleibt unberührt.

## § 7 Steuern und Sozialversicherung

Die Kursleitung versteuert das Honorar selbst und sorgt selbst für ihre Kranken-, Pflege- und Rentenversicherung und ihren Schutz bei Unfällen. Sie weiß, dass selbstständig tätige Lehrkräfte nach § 2 Satz 1 Nr. 1 SGB VI rentenversicherungspflichtig sein können. Ob sie den Freibetrag nach § 3 Nr. 26 EStG nutzt, erklärt sie gesondert.

## § 8 Selbstständige Tätigkeit

Beide Seiten gehen bei Abschluss dieses Vertrags übereinstimmend davon aus, dass die Tätigkeit selbstständig ausgeübt wird und kein Arbeitsverhältnis begründet. Ansprüche auf bezahlten Urlaub, auf Entgeltfortzahlung bei Krankheit und auf andere Leistungen aus einem Arbeitsverhältnis bestehen nicht.

## § 9 Kein Anspruch auf Folgeaufträge

Aus diesem Vertrag entsteht kein Anspruch auf weitere Aufträge. Er endet mit dem letzten Termin, ohne dass es einer Kündigung bedarf.

## § 10 Datenschutz und Verschwiegenheit

Die Kursleitung nutzt Daten von Teilnehmenden nur für diesen Kurs, gibt sie nicht weiter und löscht sie nach dem Ende des Kurses. Sie bewahrt Stillschweigen über persönliche Umstände, die sie im Kurs erfährt, auch nach dem Ende des Vertrags. Die Einrichtung verarbeitet die Daten der Kursleitung, um diesen Vertrag zu erfüllen und abzurechnen (Art. 6 Abs. 1 Buchst. b und c DSGVO), und bewahrt sie so lange auf, wie das Gesetz es verlangt.

## § 11 Schlussbestimmungen

Änderungen und Ergänzungen bedürfen der Textform. Ist eine Bestimmung unwirksam, bleiben die übrigen wirksam. Gesetzliche Rechte der Kursleitung bleiben unberührt.
"""
DEFAULT_CHILD_PROTECTION = """\
## Zusatz: Schutz von Kindern und Jugendlichen

An diesem Kurs nehmen Kinder oder Jugendliche teil. Die Kursleitung legt vor dem ersten Termin ein erweitertes Führungszeugnis vor (§ 72a SGB VIII, § 30a BZRG). Die Einrichtung schreibt nur auf, wann sie es gesehen hat und bis wann es gilt. Die Kursleitung achtet Grenzen und persönliche Rechte der Kinder und Jugendlichen, führt Nachrichten an sie nur über die Wege der Einrichtung und meldet jeden Verdacht auf eine Gefährdung sofort der Einrichtung.
"""
DEFAULT_CONSENT = """\
Ich stimme zu, dass meine Tätigkeit für {centre} als selbstständige Tätigkeit behandelt wird und nach § 127 SGB IV bis zum 31. Dezember 2026 keine Versicherungs- und Beitragspflicht als abhängige Beschäftigung eintritt, auch wenn die Prüfung etwas anderes ergeben sollte. Mir ist bekannt, dass dafür die Rentenversicherungspflicht selbstständiger Lehrkräfte gelten kann. Diese Erklärung ist freiwillig und vom Vertrag getrennt: Er kommt auch ohne sie zustande.
"""


@dataclass(frozen=True, slots=True)
class Words:
    """One version: 0 is what the house begins with."""

    number: int
    body: str
    child_protection: str
    consent: str

    def seen(self) -> str:
        """How a page remembers what it showed."""
        return str(self.number)


DEFAULT = Words(0, DEFAULT_BODY, DEFAULT_CHILD_PROTECTION, DEFAULT_CONSENT)


async def words_in_use(session: AsyncSession) -> Words:
    """The latest version; one statement."""
    row = await session.scalar(select(ContractWording).order_by(ContractWording.number.desc()).limit(1))
    return DEFAULT if row is None else _words(row)


async def words_of(session: AsyncSession, version: int) -> Words:
    """One version. Raises LookupError for one that never was."""
    if version == DEFAULT.number:
        return DEFAULT
    row = await session.scalar(select(ContractWording).where(ContractWording.number == version))
    if row is None:
        raise LookupError(f"no version {version} of the contract")
    return _words(row)


def check(words: Words) -> None:
    """Raise UnknownName, LooseBrace or NameMissing unless this can be a contract."""
    for text in (words.body, words.child_protection, words.consent):
        for match in _NAMED.finditer(text):
            if match[1] not in NAMES:
                raise UnknownName(found=match[0])
        if "{" in (rest := _NAMED.sub("", text)) or "}" in rest:
            raise LooseBrace
    missing = [name for name in NEEDED if f"{{{name}}}" not in words.body]
    if missing:
        raise NameMissing(names=", ".join(f"{{{name}}}" for name in missing))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each name replaced once by its value, escaped for Markdown: braces in a value stay as they are."""
    return _NAMED.sub(lambda match: escaped(values[match[1]]) if match[1] in values else match[0], text)


def values_of(facts: ContractFacts, number_of_contract: str) -> Mapping[str, str]:
    """What stands for each name. Contracts are German, whoever reads them."""
    centre = the_centre()
    with use_locale("de"):
        return {
            "centre": centre.name,
            "centre_address": centre.address,
            "representative": centre.representative or centre.operator,
            "trainer": facts.trainer,
            "trainer_address": facts.address or gettext("address to be added"),
            "number": number_of_contract,
            "course": facts.course,
            "run": facts.run,
            "first_day": date_long(facts.first_day),
            "last_day": date_long(facts.last_day),
            "sessions": str(len(facts.meetings)),
            "units": number(float(round(facts.units, 2))),
            "fee_per_unit": amount(facts.unit_cents),
            "fee": amount(facts.fee_cents),
            "travel_per_day": amount(facts.travel_cents),
            "travel": amount(facts.travel_total_cents),
            "substitution": (
                amount(facts.substitution_cents)
                if facts.substitution_cents is not None
                else gettext("the same fee")
            ),
            "total": amount(facts.total_cents),
        }


def _words(row: ContractWording) -> Words:
    return Words(row.number, row.body, row.child_protection, row.consent)
