"""Forms read what people type, say in a sentence what is wrong, and keep what was typed."""

from datetime import date, time
from typing import Any

import pytest
from litestar.datastructures import MultiDict
from wtforms.validators import ValidationError

from lms.kernel.errors import Invalid
from lms.kernel.marking import N_
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
    Euro,
    Form,
    Hidden,
    Number,
    Password,
    Phone,
    Problem,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
    form_from,
)
from lms.web.language import gettext, use_locale

LATEST = date(2026, 12, 31)


class Everything(Form):
    name = Text("Name", longest=20)
    note = TextArea("Note")
    email = Email()
    phone = Phone()
    people = Number("People", least=1, most=12)
    price = Euro("Price")
    at = TimeOfDay("Time")
    born = DateParts("Birth date", earliest=date(1900, 1, 1), latest=LATEST)
    who = Radios("Who?", choices=[("me", "For me"), ("child", "For a child")])
    topic = Select("Topic", choices=lambda: [("a", "Back"), ("b", "100 % Internet")])
    support = Checkboxes("Support", choices=[("w", "Wheelchair"), ("s", "Signs"), ("d", "Device")])
    terms = Checkbox("Terms")
    seen = Hidden()


def read(**typed: str) -> Form:
    """The form with one field typed, validated."""
    form = form_from(Everything, MultiDict({key.replace("__", "-"): value for key, value in typed.items()}))
    form.validate()
    return form


UNDERSTOOD: list[tuple[str, str, Any]] = [
    ("name", "  Ada  ", "Ada"),
    ("name", "Zoe\u0308", "Zoë"),
    ("note", "one\r\ntwo\tthree", "one\ntwo\tthree"),
    ("seen", "one\r\ntwo", "one\ntwo"),  # what a page showed may have several lines
    ("email", " Ada@Beispiel.DE ", "Ada@beispiel.de"),
    ("email", "kontakt@zdb-haldensleben.example", "kontakt@zdb-haldensleben.example"),
    ("phone", "03904 / 123 456", "+493904123456"),
    ("phone", "+49 (0) 3904 123456", "+493904123456"),
    ("phone", "0043 1 5124466", "+4315124466"),
    ("people", " 12 ", 12),
    ("price", "45", 4500),
    ("price", "45,00", 4500),
    ("price", "45.5", 4550),
    ("price", "1.234,50 €", 123450),
    ("price", "1,234.50", 123450),
    ("price", "1.234", 123400),
    ("price", "7,- Euro", 700),
    ("at", "18:00", time(18)),
    ("at", "18.30", time(18, 30)),
    ("at", "18", time(18)),
    ("at", "9 Uhr", time(9)),
    ("at", "0915", time(9, 15)),
]


@pytest.mark.parametrize(("field", "typed", "value"), UNDERSTOOD)
def test_what_people_type_is_understood(field: str, typed: str, value: Any) -> None:
    form = read(**{field: typed})

    assert (form.problems, form[field].data) == ([], value)


REFUSED = [
    ("email", "ada at beispiel", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beispiel.de."),
    ("phone", "weiß nicht", "Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 03904 12345."),
    ("phone", "12", "Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 03904 12345."),
    ("people", "zwölf", "Geben Sie eine ganze Zahl ein, zum Beispiel 1."),
    ("people", "13", "Geben Sie eine Zahl von 1 bis 12 ein."),
    ("people", "²", "Geben Sie eine ganze Zahl ein, zum Beispiel 1."),
    ("price", "-5", "Geben Sie einen Betrag in Euro ein, zum Beispiel 45,00."),
    ("price", "45,555", "Geben Sie einen Betrag in Euro ein, zum Beispiel 45,00."),
    ("price", "viel", "Geben Sie einen Betrag in Euro ein, zum Beispiel 45,00."),
    ("at", "24:00", "Geben Sie eine Uhrzeit ein, zum Beispiel 18:00."),
    ("at", "abends", "Geben Sie eine Uhrzeit ein, zum Beispiel 18:00."),
    ("name", "Ada\x00", "Der Text enthält Zeichen, die nicht lesbar sind. Bitte tippen Sie ihn noch einmal."),
    ("name", "Ada\nLovelace", "Der Text enthält Zeichen, die nicht lesbar sind. Bitte tippen Sie ihn noch einmal."),
    ("name", "A" * 21, "Dieser Text ist mit 21 Zeichen zu lang. Kürzen Sie ihn auf höchstens 20 Zeichen."),
    ("note", "ß" * 5000, "Dieser Text ist mit 5000 Zeichen zu lang. Kürzen Sie ihn auf höchstens 2000 Zeichen."),
]  # fmt: skip


@pytest.mark.parametrize(("field", "typed", "sentence"), REFUSED)
def test_what_cannot_be_understood_gets_one_sentence_and_stays(field: str, typed: str, sentence: str) -> None:
    form = read(**{field: typed})

    assert form.problems == [Problem(field, sentence)]
    assert form[field].typed == typed.replace("\x00", "")  # type: ignore[attr-defined]  # all our fields have it
    assert form[field].data is None


DATES = [
    (("7", "12", "1958"), [], date(1958, 12, 7)),
    (("07.", "03", "2026"), [], date(2026, 3, 7)),
    (("", "", ""), [], None),
    (("7", "", "1958"), [("born-month", "Geben Sie auch den Monat ein, zum Beispiel 12.")], None),
    (("7", "12", "58"), [("born-year", "Geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1958.")], None),
    (("7", "März", "1958"), [("born-month", "Geben Sie den Monat als Zahl von 1 bis 12 ein.")], None),
    (("32", "1", "2026"), [("born-day", "Geben Sie den Tag als Zahl von 1 bis 31 ein.")], None),
    (("30", "2", "2026"), [("born-day", "Dieser Monat hat keinen 30. Tag. Prüfen Sie Tag und Monat.")], None),
    (("1", "1", "1899"), [("born-day", "Geben Sie ein Datum ab dem 1. Januar 1900 ein.")], date(1899, 1, 1)),
    (("1", "1", "2027"), [("born-day", "Geben Sie ein Datum bis zum 31. Dezember 2026 ein.")], date(2027, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "problems", "value"), DATES)
def test_a_date_is_typed_in_three_fields(
    typed: tuple[str, str, str], problems: list[tuple[str, str]], value: date | None
) -> None:
    day, month, year = typed

    form = read(born__day=day, born__month=month, born__year=year)

    assert form.problems == [Problem(anchor, sentence) for anchor, sentence in problems]
    assert form["born"].data == value
    assert [text for _, text in form["born"].parts] == list(typed)  # type: ignore[attr-defined]


class Contact(Form):
    first_name = Text(N_("First name"), missing="Geben Sie Ihren Vornamen ein.")
    who = Radios("Who?", choices=[("me", "For me")], missing="Wählen Sie aus, für wen.")
    email = Email()
    password = Password("Password", missing="Geben Sie Ihr Passwort ein.")
    terms = Checkbox("Terms", missing="Stimmen Sie den Bedingungen zu.")

    def validate_email(self, field: Email) -> None:
        if field.data.endswith("@gmial.com"):
            raise ValidationError(gettext(N_("Enter an e-mail address, for example name@beispiel.de.")))


def test_every_mistake_is_told_at_once_in_the_order_of_the_page() -> None:
    form = form_from(Contact, MultiDict({"email": "ada@gmial.com", "password": ""}))

    assert form.validate() is False
    assert form.problems == [
        Problem("first_name", "Geben Sie Ihren Vornamen ein."),
        Problem("who-0", "Wählen Sie aus, für wen."),
        Problem("email", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beispiel.de."),
        Problem("password", "Geben Sie Ihr Passwort ein."),
        Problem("terms", "Stimmen Sie den Bedingungen zu."),
    ]


def test_the_summary_says_the_words_of_the_field() -> None:
    form = form_from(Contact, MultiDict({"first_name": " "}))
    form.validate()

    assert [problem.message for problem in form.problems] == [
        message for field in form for message in field.errors
    ]


def test_an_optional_field_may_be_left_out() -> None:
    sent = {"first_name": "Ada", "who": "me", "password": " pass word ", "terms": "1"}
    form = form_from(Contact, MultiDict(sent))

    assert form.validate() is True
    assert form.data == {
        "first_name": "Ada",
        "who": "me",
        "email": None,
        "password": " pass word ",
        "terms": True,
    }


def test_what_only_the_service_could_find_joins_the_summary() -> None:
    form = form_from(Contact, MultiDict({"email": "ada@beispiel.de"}))

    form.refuse("email", N_("Choose one of the answers listed here."))
    form.refuse("", N_("Page %(number)s of %(last)s"), number=1, last=2)

    assert form.problems == [
        Problem("", "Seite 1 von 2"),
        Problem("email", "Wählen Sie eine der Antworten aus, die hier stehen."),
    ]


def test_a_first_look_shows_what_is_known_and_finds_no_mistakes() -> None:
    form = form_from(
        Everything, name="Ada", price=4550, at=time(9, 5), born=date(1958, 12, 7), who="me", support=["s"]
    )

    assert form.problems == []
    assert [form["name"].typed, form["price"].typed, form["at"].typed] == ["Ada", "45,50", "09:05"]  # type: ignore[attr-defined]
    assert [text for _, text in form["born"].parts] == ["7", "12", "1958"]  # type: ignore[attr-defined]
    assert (form["who"].chosen, form["support"].chosen) == ({"me"}, {"s"})  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "anchor"), [("who", "who-0"), ("topic", "topic"), ("support", "support-0")]
)
def test_an_answer_that_was_not_offered_is_refused(field: str, anchor: str) -> None:
    form = read(**{field: "everything"})

    assert form.problems == [Problem(anchor, "Wählen Sie eine der Antworten aus, die hier stehen.")]
    assert form[field].data is None


def test_choices_may_be_set_after_the_form_was_read() -> None:
    form = form_from(Contact, MultiDict({"who": "Lena"}))
    form["who"].choices = [("Lena", "Lena")]  # type: ignore[attr-defined]

    form.validate()

    assert (form["who"].errors, form["who"].data) == ([], "Lena")


def test_several_boxes_are_a_list() -> None:
    form = form_from(Everything, MultiDict([("support", "d"), ("support", "w")]))

    assert form.validate() is True
    assert form["support"].data == ["d", "w"]


def test_marked_choices_are_translated_and_titles_stay() -> None:
    assert form_from(Everything)["topic"].options == [("a", "Zurück", ""), ("b", "100 % Internet", "")]  # type: ignore[attr-defined]


def test_a_mistake_is_told_in_the_reader_s_language() -> None:
    with use_locale("en"):
        form = read(at="abends")

    assert form.problems == [Problem("at", "Enter a time, for example 18:00.")]


def test_a_flood_of_fields_is_refused() -> None:
    with pytest.raises(Invalid):
        form_from(Contact, MultiDict((f"field-{number}", "1") for number in range(101)))
