"""What stands around a page for whoever looks at it: the ways they may go, and no way that is not there.

A link appears when the application has a page at its path and the page's declared permission admits the actor, so that
navigation and rights cannot tell different stories.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.kernel.rights import Identity
from lms.web.access import Access, declared
from lms.web.centre import Link, Shell

HELP_DESK = "/sprechstunde"
MAIN = (
    Link(N_("Find courses"), "/kurse"),
    Link(N_("Help desk"), HELP_DESK),
    Link(N_("Find a room"), "/raeume"),
    Link(N_("Wishes for courses"), "/wuensche"),
    Link(N_("Gift vouchers"), "/gutscheine"),
    Link(N_("My courses"), "/meine-kurse"),
    Link(N_("My certificates"), "/meine-nachweise"),
    Link(N_("My company"), "/firma"),
    Link(N_("My teaching"), "/kursleitung"),
    Link(N_("Administration"), "/verwaltung"),
    Link(N_("Check a certificate"), "/pruefen"),
)
AT_THE_COUNTER, LETTERS, PLACES = (
    N_("At the counter"),
    N_("Letters and messages"),
    N_("Enrolments and places"),
)
PROGRAMME, TEACHING_DAY, TRAINERS = N_("Programme"), N_("Teaching and certificates"), N_("Trainers and fees")
ROOMS_AND_DEVICES, WHO, CITIZENS = (
    N_("Rooms and devices"),
    N_("People and companies"),
    N_("Taking part in town"),
)
MONEY, BOOKS, FIGURES = N_("Money"), N_("Bookkeeping"), N_("Reports and figures")
ABOUT_ME, PAY = N_("Times and profile"), N_("Fees and contracts")
ADMINISTRATION = (
    Link(N_("Today"), "/verwaltung"),
    Link(N_("Counter and telephone"), "/verwaltung/theke", AT_THE_COUNTER),
    Link(N_("Call list"), "/verwaltung/anrufliste", AT_THE_COUNTER),
    Link(N_("Vote at the counter"), "/verwaltung/stimmen", AT_THE_COUNTER),
    Link(N_("Help desk"), "/verwaltung/sprechstunde", AT_THE_COUNTER),
    Link(N_("Till"), "/verwaltung/kasse", AT_THE_COUNTER),
    Link(N_("Enrolments"), "/verwaltung/anmeldungen", PLACES),
    Link(N_("Enrolments to decide about"), "/verwaltung/freigaben", PLACES),
    Link(N_("Waiting lists"), "/verwaltung/wartelisten", PLACES),
    Link(N_("Interested people"), "/verwaltung/interesse", PLACES),
    Link(N_("Withdrawals"), "/verwaltung/widerrufe", PLACES),
    Link(N_("Reductions"), "/verwaltung/ermaessigungen", PLACES),
    Link(N_("Proofs for reduced prices"), "/verwaltung/ermaessigungsnachweise", PLACES),
    Link(N_("People"), "/verwaltung/personen", WHO),
    Link(N_("Companies"), "/verwaltung/unternehmen", WHO),
    Link(N_("Requests of companies"), "/verwaltung/firmenanfragen", WHO),
    Link(N_("Digital check"), "/verwaltung/digitalcheck", WHO),
    Link(N_("Accounts"), "/verwaltung/konten", WHO),
    Link(N_("Letters"), "/verwaltung/briefe", LETTERS),
    Link(N_("Wrong e-mail addresses"), "/verwaltung/briefe/adressen", LETTERS),
    Link(N_("Words of the letters"), "/verwaltung/texte", LETTERS),
    Link(N_("Messages by rule"), "/verwaltung/nachrichtenregeln", LETTERS),
    Link(N_("News"), "/verwaltung/neuigkeiten", LETTERS),
    Link(N_("Planner"), "/verwaltung/planer", PROGRAMME),
    Link(N_("Courses"), "/verwaltung/kurse", PROGRAMME),
    Link(N_("Runs"), "/verwaltung/durchfuehrungen", PROGRAMME),
    Link(N_("Lessons"), "/inhalte", PROGRAMME),
    Link(N_("Learning tools of others"), "/verwaltung/lernwerkzeuge", PROGRAMME),
    Link(N_("Least number"), "/verwaltung/entscheidungen", PROGRAMME),
    Link(N_("Proposed courses"), "/verwaltung/vorschlaege", PROGRAMME),
    Link(N_("Wishes of citizens"), "/verwaltung/wuensche", CITIZENS),
    Link(N_("Votings"), "/verwaltung/abstimmungen", CITIZENS),
    Link(N_("Volunteers and young helpers"), "/verwaltung/helfer", CITIZENS),
    Link(N_("Districts"), "/verwaltung/ortsteile", CITIZENS),
    Link(N_("Attendance"), "/verwaltung/anwesenheit", TEACHING_DAY),
    Link(N_("Reports from sessions"), "/verwaltung/meldungen", TEACHING_DAY),
    Link(N_("Certificates"), "/verwaltung/nachweise", TEACHING_DAY),
    Link(N_("Trainers"), "/verwaltung/kursleitungen", TRAINERS),
    Link(N_("Qualifications"), "/verwaltung/qualifikationen", TRAINERS),
    Link(N_("Fee contracts"), "/verwaltung/vertraege", TRAINERS),
    Link(N_("Status files"), "/verwaltung/statusakten", TRAINERS),
    Link(N_("Fee rates"), "/verwaltung/finanzen/honorarsaetze", TRAINERS),
    Link(N_("Trainers' fees"), "/verwaltung/finanzen/honorare", TRAINERS),
    Link(N_("Allowances of helpers"), "/verwaltung/finanzen/helfer", TRAINERS),
    Link(N_("Rooms"), "/verwaltung/raeume", ROOMS_AND_DEVICES),
    Link(N_("Room bookings"), "/verwaltung/buchungen", ROOMS_AND_DEVICES),
    Link(N_("Devices"), "/verwaltung/geraete", ROOMS_AND_DEVICES),
    Link(N_("Lending"), "/verwaltung/ausleihe", ROOMS_AND_DEVICES),
    Link(N_("Public tablets"), "/verwaltung/tablets", ROOMS_AND_DEVICES),
    Link(N_("Reports"), "/verwaltung/berichte", FIGURES),
    Link(N_("Surveys"), "/verwaltung/umfragen", FIGURES),
    Link(N_("Overview"), "/verwaltung/finanzen", MONEY),
    Link(N_("What people owe"), "/verwaltung/finanzen/forderungen", MONEY),
    Link(N_("Reminders to pay"), "/verwaltung/finanzen/mahnlaeufe", MONEY),
    Link(N_("Invoices"), "/verwaltung/finanzen/rechnungen", MONEY),
    Link(N_("Vouchers"), "/verwaltung/finanzen/gutscheine", MONEY),
    Link(N_("Bank statements"), "/verwaltung/finanzen/kontoauszuege", MONEY),
    Link(N_("State aid"), "/verwaltung/finanzen/beihilfen", MONEY),
    Link(N_("Direct debits"), "/verwaltung/finanzen/lastschriften", MONEY),
    Link(N_("Online payments"), "/verwaltung/finanzen/onlinezahlungen", MONEY),
    Link(N_("Refunds"), "/verwaltung/finanzen/erstattungen", MONEY),
    Link(N_("Month close"), "/verwaltung/finanzen/abschluss", BOOKS),
    Link(N_("Files for accounting"), "/verwaltung/finanzen/exporte", BOOKS),
    Link(N_("Accounts for bookings"), "/verwaltung/finanzen/konten", BOOKS),
    Link(N_("Taxes"), "/verwaltung/finanzen/steuern", BOOKS),
)
TEACHING = (
    Link(N_("Today"), "/kursleitung"),
    Link(N_("My runs"), "/kursleitung/kurse"),
    Link(N_("Lessons"), "/inhalte"),
    Link(N_("Calendar"), "/kursleitung/kalender"),
    Link(N_("My help desk"), "/kursleitung/sprechstunde"),
    Link(N_("Group messages"), "/kursleitung/nachrichten"),
    Link(N_("What participants say"), "/kursleitung/umfragen"),
    Link(N_("When I can teach"), "/kursleitung/verfuegbarkeit", ABOUT_ME),
    Link(N_("My proposals"), "/kursleitung/vorschlaege", ABOUT_ME),
    Link(N_("My profile"), "/kursleitung/profil", ABOUT_ME),
    Link(N_("My qualifications"), "/kursleitung/qualifikationen", ABOUT_ME),
    Link(N_("My figures"), "/kursleitung/zahlen", ABOUT_ME),
    Link(N_("My fees"), "/kursleitung/honorar", PAY),
    Link(N_("My contracts"), "/kursleitung/vertraege", PAY),
    Link(N_("Confirmation of my teaching"), "/kursleitung/bescheinigung", PAY),
)
AREAS = {"/verwaltung": ADMINISTRATION, "/kursleitung": TEACHING}
SHARED = ("/beratung/",)
"""Pages that team and trainers share: each has the menu of their own area beside them."""
FOOTER = (
    Link(N_("News by e-mail"), "/neuigkeiten"),
    Link(N_("Help others"), "/mithelfen"),
    Link(N_("Imprint"), "/impressum"),
    Link(N_("Privacy"), "/datenschutz"),
    Link(N_("Accessibility"), "/barrierefreiheit"),
    Link(N_("Withdraw from a contract"), "/widerruf"),
    Link(N_("Demonstration: sign in as …"), "/demo/einloggen"),
    Link(N_("Demonstration: letters sent"), "/demo/postfach"),
)
SIGN_IN = Link(N_("Sign in"), "/einloggen")
ACCOUNT = Link(N_("My account"), "/konto")
SIGN_OUT = Link(N_("Sign out"), "/ausloggen")
STAFF_SEARCH = "/verwaltung/suche"
PARAMETER = re.compile(r"\{[^}]*\}")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ANY = "*"


class Signposts:
    """Knows the pages of one application, and so what to offer to whom. Cheap: one shell for each kind of visitor."""

    def __init__(self, app: Litestar) -> None:
        self._doors = {PARAMETER.sub(ANY, path): access for path, access in pages_of(app).items()}
        self._known: dict[tuple[frozenset[Identity], str], Shell] = {}

    def shell_for(self, actor: Actor, path: str) -> Shell:
        """The shell for this visitor on this page."""
        area = self._area_of(actor, path)
        key = (actor.identities, area)
        shell = self._known.get(key)
        if shell is None:
            shell = self._known[key] = self._build(actor, area)
        opens = partial(self._is_open, actor)
        return replace(shell, account_name=actor.name, opens=opens) if actor.is_signed_in else shell

    def _area_of(self, actor: Actor, path: str) -> str:
        if path.startswith(SHARED):
            return next((area for area in AREAS if self._is_open(actor, area)), "")
        return next((area for area in AREAS if path == area or path.startswith(area + "/")), "")

    def _build(self, actor: Actor, area: str) -> Shell:
        account = (ACCOUNT, SIGN_OUT) if actor.is_signed_in else (SIGN_IN,)
        return Shell(
            navigation=self._open(actor, MAIN),
            area_navigation=self._open(actor, AREAS.get(area, ())),
            account=self._open(actor, account),
            footer=self._open(actor, FOOTER),
            help_desk=HELP_DESK if self._is_open(actor, HELP_DESK) else "",
            search_path=STAFF_SEARCH if self._is_open(actor, STAFF_SEARCH) else "",
        )

    def _open(self, actor: Actor, links: Iterable[Link]) -> tuple[Link, ...]:
        return tuple(link for link in links if self._is_open(actor, link.path))

    def _is_open(self, actor: Actor, path: str) -> bool:
        access = self._doors.get(ID.sub(ANY, path))
        return access is not None and access.admits(actor)


def pages_of(app: Litestar) -> Mapping[str, Access]:
    """Every page of the house with what it demands."""
    doors = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:  # type: ignore[union-attr]
            access = declared(handler)
            if access and isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods:
                doors[route.path] = access
    return doors
