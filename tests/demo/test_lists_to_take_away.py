"""Every list of the office can be taken away as CSV and as an Excel file, or stands here with the reason why not (F-R04)."""

import io
import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from httpx import AsyncClient
from litestar import Litestar
from openpyxl import load_workbook

from lms.accounts.shell import ANY, ID, PARAMETER, Signposts
from lms.accounts.shell import pages_of as doors_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.rights import STAFF, Identity
from lms.settings import Settings
from lms.web.access import routes
from tests.visiting import sign_in

ENDINGS = (".csv", ".xlsx")
LINK = re.compile(r'<a [^>]*href="(/verwaltung[^"#?]*)')
WORK = "a pile of work: each entry leads to its page, and stands in the list of enrolments, people or runs with its view"
OWN = "the lists it leads to have files of their own"
DOING = "a page on which something is done, no list"
WORDS = "a handful of settings"
VIEWS_OF_TIME = "a picture of a time; the data stand in the lists of runs"
FILES = "a list of files that are themselves taken away"

WITHOUT: Mapping[str, str] = {
    "/verwaltung/finanzen/helfer": "months; each list of payments is a file",
    "/verwaltung/sprechstunde": "a picture of a day; its list has files of its own",
    "/verwaltung/berichte/ausgaben": "a handful of exports; each makes files by itself",
    "/verwaltung/berichte/foerder-fragen": WORDS,
    "/verwaltung/berichte/vhs-statistik/begruenden": DOING,
    "/verwaltung/berichte/vhs-statistik/kurse": DOING,
    "/verwaltung/digitalcheck/fragen/probe": WORDS,
    "/verwaltung/helfer/regeln": WORDS,
    "/verwaltung/sprechstunde/einrichten": WORDS,
    "/verwaltung/umfragen/frageboegen": WORDS,
    "/verwaltung/ortsteile/einwohner": DOING,
    "/verwaltung/digitalcheck/fragen": WORDS,
    "/verwaltung/umfragen": "surveys; the result of each has its file",
    "/verwaltung/umfragen/auswertung": "choices; what is chosen has its file",
    "/verwaltung": OWN,
    "/verwaltung/berichte": "a handful of reports; each is a file to take away",
    "/verwaltung/berichte/was-gezaehlt-wird": "words about numbers",
    "/verwaltung/stimmen": DOING,
    "/verwaltung/nachrichtenregeln": "a handful of rules; each has its log as a file",
    "/verwaltung/texte": WORDS,
    "/verwaltung/tablets": "a handful of tablets",
    "/verwaltung/anrufliste": WORK,
    "/verwaltung/anwesenheit": WORK,
    "/verwaltung/aufgaben": WORDS,
    "/verwaltung/ausleihe": "today's desk of loans; what is lent stands in the list of devices with its state",
    "/verwaltung/ausleihe/loeschen": WORK,
    "/verwaltung/ausleihe/scan": DOING,
    "/verwaltung/briefe": WORK,
    "/verwaltung/briefe/adressen": WORK,
    "/verwaltung/briefe/druck": FILES,
    "/verwaltung/buchungen/gruppen": WORDS,
    "/verwaltung/einsaetze": WORK,
    "/verwaltung/fernunterricht": WORK,
    "/verwaltung/entscheidungen": WORK,
    "/verwaltung/ermaessigungen": WORDS,
    "/verwaltung/ermaessigungsnachweise": WORK,
    "/verwaltung/erstattungen": "leads on to the list of refunds",
    "/verwaltung/finanzen": OWN,
    "/verwaltung/finanzen/abschluss": "months; each has its journal as a file",
    "/verwaltung/finanzen/erstattungen/dateien": FILES,
    "/verwaltung/finanzen/beihilfen/regeln": WORDS,
    "/verwaltung/finanzen/beihilfen/unternehmen": "leads on to the company that was chosen",
    "/verwaltung/finanzen/beihilfen/vorschlaege": WORK,
    "/verwaltung/finanzen/exporte": FILES,
    "/verwaltung/finanzen/exporte/datev": DOING,
    "/verwaltung/finanzen/exporte/kasse": DOING,
    "/verwaltung/finanzen/exporte/pruefung": DOING,
    "/verwaltung/finanzen/freigaben": WORK,
    "/verwaltung/finanzen/honorarsaetze": WORDS,
    "/verwaltung/finanzen/gutscheine/bestellungen": WORK,
    "/verwaltung/finanzen/gutscheine/offen": "sums of the list of vouchers by the day on which they expire",
    "/verwaltung/finanzen/gutscheine/rabattcode": DOING,
    "/verwaltung/finanzen/honorare/datei": DOING,
    "/verwaltung/finanzen/honorare/gemeinsam": WORDS,
    "/verwaltung/finanzen/konten": WORDS,
    "/verwaltung/finanzen/kontoauszuege": "statements; each has its lines as a file",
    "/verwaltung/finanzen/kontoauszuege/zuordnen": WORK,
    "/verwaltung/finanzen/kontoauszuege/zuordnen/buchen": DOING,
    "/verwaltung/finanzen/lastschriften/mandate": "bank accounts of persons do not leave the house as a list",
    "/verwaltung/finanzen/lastschriften/ruecklastschriften": WORK,
    "/verwaltung/finanzen/steuern": WORDS,
    "/verwaltung/finanzen/steuern/aenderungen": WORDS,
    "/verwaltung/freigaben": WORK,
    "/verwaltung/geraete/etiketten": DOING,
    "/verwaltung/geraete/saetze": "kits; the list of devices names the kit of each",
    "/verwaltung/geraete/typen": "models; the list of devices names the model of each",
    "/verwaltung/interesse": "courses; each has its list of interested people as a file",
    "/verwaltung/lernwerkzeuge": "tools of others; their keys and addresses do not leave the house as a list",
    "/verwaltung/konten": "accounts and their rights do not leave the house as a list",
    "/verwaltung/kopieren": DOING,
    "/verwaltung/nachweise": WORK,
    "/verwaltung/nachweise/gestaltung": WORDS,
    "/verwaltung/nachweise/arbeitgeber": DOING,
    "/verwaltung/nachweise/lehrtaetigkeit": DOING,
    "/verwaltung/nachweise/wuensche": WORK,
    "/verwaltung/nachweise/auftraege": "batches; what they issued stands in the register of certificates",
    "/verwaltung/nachweise/ausstellen": DOING,
    "/verwaltung/nachweise/auswahl": DOING,
    "/verwaltung/nachweise/dateien": FILES,
    "/verwaltung/nachweise/mitnehmen": DOING,
    "/verwaltung/neuigkeiten": "news; who gets them does not leave the house as a list",
    "/verwaltung/personen/doppelt": WORK,
    "/verwaltung/planer": VIEWS_OF_TIME,
    "/verwaltung/planer/daten": VIEWS_OF_TIME,
    "/verwaltung/planer/schilder": VIEWS_OF_TIME,
    "/verwaltung/raeume": WORDS,
    "/verwaltung/raeume/ausstattung": WORDS,
    "/verwaltung/raeume/fahrzeiten": WORDS,
    "/verwaltung/raeume/finden": DOING,
    "/verwaltung/raeume/neuer-ort": DOING,
    "/verwaltung/raeume/schliesstage": WORDS,
    "/verwaltung/raeume/sperrungen": WORDS,
    "/verwaltung/statusakten/freibetrag": DOING,
    "/verwaltung/statusakten/regeln": WORDS,
    "/verwaltung/sprechstunde/heute": DOING,
    "/verwaltung/suche": DOING,
    "/verwaltung/theke": DOING,
    "/verwaltung/vertraege/text": WORDS,
    "/verwaltung/vertretungen": WORK,
    "/verwaltung/widerrufe": WORK,
}  # fmt: skip
LISTS = (
    "/verwaltung/ortsteile",
    "/verwaltung/geraete/reiseplan",
    "/verwaltung/umfragen/aenderungen",
    "/verwaltung/wuensche",
    "/verwaltung/helfer",
    "/verwaltung/digitalcheck",
    "/verwaltung/berichte/ortsteile",
    "/verwaltung/berichte/vhs-statistik",
    "/verwaltung/treffs",
    "/verwaltung/abstimmungen",
    "/verwaltung/helfer/schichten",
    "/verwaltung/berichte/foerderlinien",
    "/verwaltung/berichte/foerderlinien/stunden",
    "/verwaltung/berichte/kosten",
    "/verwaltung/berichte/zahlen",
    "/verwaltung/anmeldungen",
    "/verwaltung/buchungen",
    "/verwaltung/durchfuehrungen",
    "/verwaltung/finanzen/beihilfen",
    "/verwaltung/finanzen/erstattungen",
    "/verwaltung/finanzen/erstattungen?ansicht=erledigt",
    "/verwaltung/finanzen/forderungen?ansicht=ueberfaellig",
    "/verwaltung/finanzen/gutscheine",
    "/verwaltung/finanzen/honorare?ansicht=bezahlt",
    "/verwaltung/finanzen/honorare/einheiten",
    "/verwaltung/finanzen/kontoauszuege/zuordnen/erledigt",
    "/verwaltung/finanzen/lastschriften",
    "/verwaltung/finanzen/mahnlaeufe",
    "/verwaltung/finanzen/onlinezahlungen",
    "/verwaltung/finanzen/raten",
    "/verwaltung/finanzen/rechnungen?q=RE",
    "/verwaltung/finanzen/vollstreckung",
    "/verwaltung/firmenanfragen?ansicht=alle",
    "/verwaltung/geraete",
    "/verwaltung/kasse",
    "/verwaltung/kurse",
    "/verwaltung/kursleitungen",
    "/verwaltung/nachweise/foerderprogramme",
    "/verwaltung/meldungen",
    "/verwaltung/nachweise/ablaufend",
    "/verwaltung/nachweise/lernwege",
    "/verwaltung/nachweise/register?stand=issued",
    "/verwaltung/personen?q=a",
    "/verwaltung/qualifikationen",
    "/verwaltung/raeume/auslastung",
    "/verwaltung/sprechstunde/themen",
    "/verwaltung/statusakten",
    "/verwaltung/unternehmen",
    "/verwaltung/vorschlaege",
    "/verwaltung/vertraege?ansicht=alle",
    "/verwaltung/wartelisten",
)
EMPTY = {
    "/verwaltung/nachweise/ablaufend",
    "/verwaltung/finanzen/kontoauszuege/zuordnen/erledigt",
    "/verwaltung/kasse",
    "/verwaltung/finanzen/onlinezahlungen",
    "/verwaltung/finanzen/lastschriften",
    "/verwaltung/finanzen/vollstreckung",
    "/verwaltung/nachweise/register?stand=issued",  # the worker draws the papers of the demo after its start
}
"""Where the demo centre may have nothing to show that day: an empty list offers no file."""


def pages_of(app: Litestar) -> set[str]:
    """The pages of the office that are about no single thing."""
    found = {path for path, methods, _ in routes(app) if "GET" in methods and path.startswith("/verwaltung")}
    return {path for path in found if "{" not in path and not path.endswith((*ENDINGS, ".pdf", "/neu"))}


def test_each_page_is_a_list_to_take_away_or_says_why_not(app: Litestar) -> None:
    lists = {address.partition("?")[0] for address in LISTS}

    assert sorted(pages_of(app) - lists - set(WITHOUT)) == []
    assert sorted((lists | set(WITHOUT)) - pages_of(app)) == []
    assert lists & set(WITHOUT) == set()


def test_every_table_is_there_in_both_kinds(app: Litestar) -> None:
    tables = [path for path, _, _ in routes(app) if path.startswith("/verwaltung") and path.endswith(ENDINGS)]
    stems = {
        path.rpartition(".")[0] for path in tables if "/stapel/" not in path
    }  # codes are handed out once, as they are

    assert {f"{stem}{ending}" for stem in stems for ending in ENDINGS} <= set(tables)


@pytest.fixture
def database(filled: tuple[str, datetime], tmp_path: Path) -> str:
    """A copy of the filled centre: what is taken away is noted."""
    file = tmp_path / "town.sqlite3"
    file.write_bytes(Path(filled[0].removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{file}"


@pytest.mark.parametrize("filled", ["a Sunday in term"], indirect=True)
@pytest.mark.parametrize("address", LISTS)
async def test_its_page_offers_both_files_with_what_it_is_filtered_by(
    client: AsyncClient, begin: Begin, settings: Settings, address: str
) -> None:
    await sign_in(client, begin, *STAFF)

    page = await client.get(address)
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)" download', page.text)]
    files = {ending: [link for link in links if ending in link] for ending in ENDINGS}

    assert page.status_code == 200
    if not links and address in EMPTY:
        return
    asked = address.partition("?")[2]
    for ending in ENDINGS:
        assert any(asked in link for link in files[ending]), links
    table = await client.get(files[".csv"][0])
    book = load_workbook(io.BytesIO((await client.get(files[".xlsx"][0])).content), read_only=True)
    rows = list(book.active.iter_rows(values_only=True))
    assert len(table.content.decode("utf-8-sig").split("\r\n")) - 1 >= len(rows) > 1


@pytest.mark.parametrize("filled", ["a Sunday in term"], indirect=True)
@pytest.mark.parametrize("identity", [Identity.FINANCE, Identity.PROGRAMME, Identity.ENROLMENT], ids=str)
async def test_every_link_of_a_page_in_the_menu_may_be_followed(
    client: AsyncClient, begin: Begin, app: Litestar, identity: Identity
) -> None:
    await sign_in(client, begin, identity)
    actor = Actor(identities=frozenset({Identity.LEARNER, identity}), account_id=uuid4())
    shell = Signposts(app).shell_for(actor, "/verwaltung")
    known = {PARAMETER.sub(ANY, path) for path in doors_of(app)}

    closed = set()
    for entry in shell.area_navigation:
        page = await client.get(entry.path)
        assert page.status_code == 200
        closed |= {
            (entry.path, link)
            for link in {unescape(found) for found in LINK.findall(page.text)}
            if ID.sub(ANY, link) in known and not shell.opens(link)
        }

    assert len(shell.area_navigation) > 10
    assert closed == set()
