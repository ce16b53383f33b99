"""Two people changed the same thing: the page shows both versions and lets whoever was slower decide."""

from datetime import date

from litestar.datastructures import MultiDict

from lms.kernel.errors import Stale
from lms.web.forms import Checkbox, DateParts, Euro, Form, Hidden, Select, Text, form_from
from lms.web.language import gettext, use_locale
from lms.web.versions import Difference, both_versions


class Note(Form):
    title = Text("Titel", missing="…")
    day = DateParts("Tag")
    price = Euro("Preis")
    room = Select("Raum")
    public = Checkbox("Öffentlich")
    version = Hidden()


def typed_form(**changed: str) -> Note:
    sent = {
        "title": "Tablet",
        "day-day": "7",
        "day-month": "12",
        "day-year": "2026",
        "price": "45",
        "room": "1",
    }
    form = form_from(Note, MultiDict(sent | {"version": "1"} | changed))
    form.room.choices = [("1", "Raum 1"), ("2", "Raum 2")]
    form.validate()
    return form


def test_both_versions_stand_side_by_side_where_they_differ() -> None:
    form = typed_form(price="50", room="2")
    stored = form_from(
        Note, title="Tablets", day=date(2026, 12, 7), price=4500, room="1", public=True, version="2"
    )

    with use_locale("de"):
        versions = both_versions(form, stored, marks=["version"], keep="/weg")
        sentence = gettext(Stale.message)

    assert (versions.keep, versions.differences) == (
        "/weg",
        [
            Difference("Titel", "Tablets", "Tablet"),
            Difference("Preis", "45,00 Euro", "50,00 Euro"),
            Difference("Raum", "Raum 1", "Raum 2"),
            Difference("Öffentlich", "Ja", "Nein"),
        ],
    )
    assert form.form_errors == [sentence]
    assert (form.version.typed, form.title.typed) == ("2", "Tablet")  # sent again, it is saved knowingly


def test_whoever_typed_the_same_is_told_that_nothing_differs() -> None:
    stored = form_from(Note, title="Tablet", day=date(2026, 12, 7), price=4500, room="1", version="2")

    assert both_versions(typed_form(), stored, marks=["version"], keep="/weg").differences == []
