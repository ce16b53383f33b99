"""The gallery as the tests see it: every component once, with a form that has every kind of field."""

from datetime import UTC, datetime, timedelta

from multidict import MultiDict

from lms.web.centre import Centre, Link, Message, Shell
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
    Euro,
    Form,
    Number,
    Password,
    Phone,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
    form_from,
)
from lms.web.pagination import page_of
from lms.web.templating import HERE, environment

STORY = datetime(2026, 12, 1, 17, tzinfo=UTC)
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


class Every(Form):
    name = Text("Name", missing="Geben Sie Ihren Namen ein.", autocomplete="name")
    note = TextArea("Bemerkung")
    email = Email(hint="Dorthin kommt die Bestätigung.", missing="Geben Sie eine Adresse ein.")
    phone = Phone()
    people = Number("Personen", width=2)
    price = Euro("Preis", missing="Geben Sie den Preis ein.")
    at = TimeOfDay("Beginn")
    born = DateParts("Geburtsdatum", missing="Geben Sie das Geburtsdatum ein.", autocomplete="bday")
    who = Radios(
        "Für wen?", choices=[("me", "Für mich"), ("child", "Für ein Kind")], missing="Wählen Sie aus, für wen.",
        hints={"child": "Wir brauchen das Geburtsdatum."},
    )  # fmt: skip
    topic = Select("Thema", choices=[("a", "Smartphone")])
    support = Checkboxes("Unterstützung", choices=[("w", "Rollstuhlplatz")])
    password = Password("Passwort", autocomplete="current-password", missing="Geben Sie Ihr Passwort ein.")
    terms = Checkbox("Ich stimme zu.", missing="Stimmen Sie zu.")


class Street(Form):
    street = Text("Straße")


def gallery(form: Form, layout: str = "layout.html") -> str:
    """The page with every component, in one of the layouts."""
    source = (HERE / "templates" / "web" / "gallery.html").read_text().replace("layout.html", layout)
    page = environment(centre=Centre(is_public_body=True)).from_string(source)
    return page.render(
        surroundings=SURROUNDINGS,
        form=form,
        extra=form_from(Street),
        start=STORY,
        end=STORY + timedelta(minutes=90),
        page=page_of(["x"], number=2, total=133, path="/kurse"),
    )


def with_mistakes() -> Form:
    form = form_from(Every, MultiDict({"born-day": "7", "born-month": "12", "born-year": "58"}))
    form.validate()
    return form
