"""The gallery: every component once, in each of the layouts. For those who build pages, and for the judges in the tests."""

from datetime import date, timedelta
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Template

from lms.kernel.clock import system_clock
from lms.kernel.marking import N_
from lms.web.access import PUBLIC
from lms.web.charts import Bar, bars_of
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

LAYOUTS = {"": "layout.html", "buero": "layout_staff.html", "kursleitung": "layout_trainer.html"}


class Gallery(Form):
    """A field of every kind."""

    name = Text(N_("Name"), missing=N_("Enter your name."), autocomplete="name")
    email = Email(hint=N_("We send the confirmation there."), missing=N_("Enter your e-mail address."))
    phone = Phone()
    born = DateParts(
        N_("Birth date"),
        hint=N_("For example 7 12 1958"),
        missing=N_("Enter the birth date."),
        autocomplete="bday",
        earliest=date(1900, 1, 1),
    )
    who = Radios(
        N_("Who is the course for?"),
        choices=[("me", N_("For me")), ("child", N_("For a child"))],
        hints={"child": N_("We need the birth date of the child.")},
        missing=N_("Choose who the course is for."),
    )
    support = Checkboxes(
        N_("Support"), choices=[("wheelchair", N_("Wheelchair space")), ("signs", N_("Sign language"))]
    )
    topic = Select(N_("Topic"), choices=[("phone", "Smartphone"), ("net", "Internet")])
    people = Number(N_("Number of people"), least=1, most=12, width=2)
    at = TimeOfDay(N_("Begins at"))
    price = Euro(N_("Price"), missing=N_("Enter the price."))
    note = TextArea(N_("Note"))
    password = Password(N_("Password"), missing=N_("Enter your password."), autocomplete="current-password")
    terms = Checkbox(N_("I accept the terms."), missing=N_("Please accept the terms to continue."))


class Address(Form):
    """A second form on the page, which shares nothing with the first."""

    street = Text(N_("Street and number"), autocomplete="address-line1")


def shown(form: Form, layout: str = "") -> dict[str, Any]:
    """What the template of the gallery needs."""
    start = system_clock().replace(hour=17, minute=0)
    return {
        "form": form,
        "extra": form_from(Address),
        "start": start,
        "end": start + timedelta(minutes=90),
        "chart": [
            *bars_of([("Fotos", 34, "34"), ("Nachrichten", 12, "12")]),
            Bar("Fahrkarten", None, "unter 5"),
        ],
        "page": page_of(["one"], number=2, total=133, path="/demo/bausteine"),
        "layout": LAYOUTS.get(layout, LAYOUTS[""]),
    }


class GalleryPages(Controller):
    """`/demo/bausteine`, with `?aussehen=buero` and `?aussehen=kursleitung`; the form can be tried."""

    path = "/demo/bausteine"
    opt = PUBLIC
    include_in_schema = False

    @get(sync_to_thread=False)
    def look(self, aussehen: FromQuery[str] = "") -> Template:
        return Template("web/gallery.html", context=shown(form_from(Gallery), aussehen))

    @post(status_code=200)
    async def attempt(self, request: Request[Any, Any, Any]) -> Template:
        form = form_from(Gallery, await request.form())
        fine = form.validate()
        return Template("web/gallery.html", context=shown(form), status_code=200 if fine else 422)
