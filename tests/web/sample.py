"""The gallery as a visitor with everything around the page sees it."""

from dataclasses import replace

from litestar.datastructures import MultiDict

from lms.web.centre import Link, Message, Shell, the_centre
from lms.web.forms import Form, form_from
from lms.web.gallery import Gallery, shown
from lms.web.templating import environment

SURROUNDINGS = Shell(
    navigation=(Link("Find courses", "/kurse"), Link("Contact", "/kontakt")),
    area_navigation=(Link("Dates", "/verwaltung"), Link("Trainers", "/verwaltung/kursleitung")),
    account=(Link("Sign out", "/ausloggen"),),
    account_name="Erika Mustermann",
    footer=(Link("Address", "/impressum"),),
    help_desk="/sprechstunde",
    messages=(Message("Ihre Angaben sind gespeichert."),),
    banner="Am 3. Dezember von 20:00 bis 22:00 Uhr ist diese Seite nicht erreichbar.",
    search_path="/verwaltung/suche",
)


def gallery(form: Form, look: str = "") -> str:
    """The page with every component, in one of the looks."""
    page = environment(centre=replace(the_centre(), is_public_body=True)).get_template("web/gallery.html")
    return page.render(shown(form, look), surroundings=SURROUNDINGS)


def with_mistakes() -> Form:
    """The form after nothing was entered but a date with half a year."""
    form = form_from(Gallery, MultiDict({"born-day": "7", "born-month": "12", "born-year": "58"}))
    form.validate()
    return form
