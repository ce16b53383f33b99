"""Who we are, what we do with data, and how everybody can use these pages."""

from datetime import date

from litestar import Controller, get
from litestar.response import Template

from lms.web.access import PUBLIC

STATEMENT_MADE = date(2026, 11, 22)
"""When the accessibility statement was last reviewed; once a year it has to be (L-72)."""


class InformationPages(Controller):
    """Need no database, so that they are there during maintenance too (L-80)."""

    opt = PUBLIC
    include_in_schema = False

    @get("/impressum", sync_to_thread=False)
    def imprint(self) -> Template:
        """Who is responsible for these pages (§ 5 DDG, § 18 MStV)."""
        return Template("portal/imprint.html")

    @get("/datenschutz", sync_to_thread=False)
    def privacy(self) -> Template:
        """What is kept of whom, why, and for how long (Art. 13 DSGVO)."""
        return Template("portal/privacy.html")

    @get("/barrierefreiheit", sync_to_thread=False)
    def accessibility(self) -> Template:
        """The accessibility statement, with the ways to complain (L-72)."""
        return Template("portal/accessibility.html", context={"made": STATEMENT_MADE})
