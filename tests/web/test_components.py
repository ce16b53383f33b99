"""Gallery component gives markup that people with screen readers can use, and nothing gets onto a page unescaped."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from litestar.datastructures import MultiDict
from lxml import html

from lms.web.forms import Form, form_from
from lms.web.gallery import LAYOUTS, Gallery
from lms.web.language import use_locale
from lms.web.templating import HERE, asset, environment, url
from tests.web.sample import gallery, with_mistakes

PACKAGE = HERE.parent
REVIEWED_SAFE: dict[str, int] = {}
"""Templates that may use the filter `safe`, and how often; each use is reviewed for who wrote what it lets through."""


def tree(form: Form, look: str = "") -> Any:
    return html.document_fromstring(gallery(form, look))


@pytest.fixture(scope="module", params=list(LAYOUTS))
def page(request: pytest.FixtureRequest) -> Any:
    return tree(with_mistakes(), request.param)


MACROS = {
    "actions": ["button", "button_link", "link", "back_link", "buttons", "copy_button", "print_button"],
    "cards": ["card", "card_list"],
    "confirm": ["act", "post_button", "dialog"],
    "fields": [
        "field", "all_fields", "input", "textarea", "select", "radios", "checkboxes", "checkbox", "date", "fieldset",
    ],
    "folds": ["accordion", "dropdown"],
    "icon": ["icon"],
    "lists": ["description_list", "task_list", "summary", "summary_group"],
    "messages": ["alert", "badge", "error_summary", "status", "empty_state"],
    "paging": ["pagination", "breadcrumb"],
    "progress": ["progress", "loader", "step_header"],
    "table": ["table", "row"],
    "versions": ["both", "choices"],
}  # fmt: skip


@pytest.mark.parametrize(("file", "names"), MACROS.items())
def test_every_component_of_the_design_exists(file: str, names: Sequence[str]) -> None:
    module = environment().get_template(f"components/{file}.html").module

    assert [name for name in names if not hasattr(module, name)] == []


def test_every_class_of_the_kit_that_is_used_is_one_it_knows() -> None:
    kit = (HERE / "static" / "vendor" / "kern" / "kern.min.css").read_text()
    known = set(re.findall(r"\.(kern-[a-zA-Z0-9_-]+)", kit))
    # these two carry no rule of their own, but the kit's documentation asks for them
    known |= {"kern-summary-group", "kern-icon", "kern-icon--default"}

    used = {
        name for element in tree(with_mistakes()).iter() for name in str(element.get("class") or "").split()
    }

    assert sorted(name for name in used if name.startswith("kern-") and name not in known) == []


def test_every_control_has_a_label(page: Any) -> None:
    controls = page.xpath("//input[not(@type='hidden')] | //select | //textarea")
    labelled = set(page.xpath("//label/@for"))

    assert len(controls) > 15
    assert [control.get("name") for control in controls if control.get("id") not in labelled] == []


def test_a_field_with_a_mistake_says_so_and_names_hint_and_mistake(page: Any) -> None:
    [email] = page.xpath("//input[@name='email']")
    described = [
        page.get_element_by_id(name).text_content().strip() for name in email.get("aria-describedby").split()
    ]

    assert email.get("aria-invalid") == "true"
    assert described == ["Dorthin schicken wir die Bestätigung.", "Geben Sie Ihre E-Mail-Adresse ein."]


def test_only_the_wrong_part_of_a_date_is_marked(page: Any) -> None:
    assert page.xpath("//input[starts-with(@name, 'born-')]/@aria-invalid") == ["true"]
    assert page.xpath("//input[@aria-invalid and starts-with(@name, 'born-')]/@name") == ["born-year"]


def test_a_group_of_choices_is_a_fieldset_with_the_question_as_its_legend(page: Any) -> None:
    [group] = page.xpath("//fieldset[.//input[@name='who']]")

    assert group.find("legend").text_content().strip() == "Für wen ist der Kurs?"
    assert group.get("aria-describedby") == "who-error"


def test_every_reference_leads_somewhere(page: Any) -> None:
    ids = page.xpath("//@id")
    references = [
        name
        for attribute in ("aria-describedby", "aria-labelledby", "for")
        for names in page.xpath(f"//@{attribute}")
        for name in names.split()
    ]
    anchors = [address[1:] for address in page.xpath("//a/@href") if address.startswith("#")]

    assert sorted(ids) == sorted(set(ids))
    assert [name for name in [*references, *anchors] if name not in ids] == []


def test_the_summary_leads_to_each_field_with_the_words_shown_there(page: Any) -> None:
    links = [(link.get("href"), link.text_content()) for link in page.xpath("//*[@id='fehler']//a")]

    assert links == [
        ("#name", "Geben Sie Ihren Namen ein."),
        ("#email", "Geben Sie Ihre E-Mail-Adresse ein."),
        ("#born-year", "Geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1958."),
        ("#who-0", "Wählen Sie aus, für wen der Kurs ist."),
        ("#price", "Geben Sie den Preis ein."),
        ("#password", "Geben Sie Ihr Passwort ein."),
        ("#terms", "Stimmen Sie den Bedingungen zu, damit es weitergehen kann."),
    ]
    at_fields = [error.text_content().strip() for error in page.xpath("//*[contains(@class, 'kern-error')]")]
    assert at_fields == [words for _, words in links]


def test_the_title_names_page_area_and_centre_and_begins_with_the_mistake(page: Any) -> None:
    whole = "Bausteine – Baukasten – Zentrum für digitale Bildung Haldensleben"

    assert page.findtext(".//title") == f"Fehler: {whole}"
    assert tree(form_from(Gallery)).findtext(".//title") == whole


def test_a_page_has_one_heading_one_main_and_the_way_to_it_comes_first(page: Any) -> None:
    assert [heading.text_content().strip() for heading in page.xpath("//h1")] == ["Bausteine"]
    assert [main.get("id") for main in page.xpath("//main")] == ["inhalt"]
    assert page.xpath("//body//a")[0].get("href") == "#inhalt"
    assert page.get("lang") == "de"


def test_every_sign_is_silent(page: Any) -> None:
    signs = page.xpath("//*[contains(concat(' ', @class, ' '), ' kern-icon ')]")

    assert len(signs) > 10
    assert {sign.get("aria-hidden") for sign in signs} == {"true"}


def test_nothing_on_a_page_needs_a_looser_content_policy(page: Any) -> None:
    handlers = [name for element in page.iter() for name in element.attrib if name.startswith("on")]

    assert (handlers, page.xpath("//@style"), page.xpath("//style"), page.xpath("//script[not(@src)]")) == (
        [],
        [],
        [],
        [],
    )


def test_nothing_comes_from_elsewhere(page: Any) -> None:
    loaded = page.xpath("//script/@src | //img/@src | //link[@rel='stylesheet' or @rel='icon']/@href")

    assert len(loaded) >= 4
    assert [address for address in loaded if not address.startswith("/static/")] == []


def test_a_password_is_never_sent_back() -> None:
    form = form_from(Gallery, MultiDict({"password": "streng geheim"}))
    form.validate()

    assert "streng geheim" not in html.tostring(tree(form)).decode()


def test_what_people_type_stays_text() -> None:
    attack = '"><script>alert(1)</script>'
    form = form_from(
        Gallery, MultiDict({"name": attack, "note": attack, "email": attack, "born-day": attack})
    )
    form.validate()

    page = tree(form)

    assert page.xpath("//script[not(@src)]") == []
    assert page.xpath("//input[@name='name']/@value") == [attack]


def test_help_stands_on_every_page(page: Any) -> None:
    words = " ".join(page.xpath("//footer")[0].text_content().split())

    assert "Rufen Sie uns an: 03904 000100, Montag bis Freitag, 9 bis 16 Uhr" in words
    assert "Termin in der Sprechstunde" in words


def test_the_filter_safe_is_used_only_where_somebody_has_reviewed_it() -> None:
    templates = [path for path in PACKAGE.rglob("templates/**/*") if path.is_file()]
    found = {
        str(path.relative_to(PACKAGE)): uses
        for path in templates
        if (uses := len(re.findall(r"\|\s*safe\b|autoescape\s+false|Markup\(", path.read_text())))
    }

    assert len(templates) > 10
    assert found == REVIEWED_SAFE


def test_readers_of_english_stay_below_their_prefix() -> None:
    with use_locale("en"):
        addresses = [
            url(path)
            for path in ("/", "/kurse", "/en/kurse", "/static/x.css", "https://example.org/", "#top")
        ]

    assert addresses == ["/en", "/en/kurse", "/en/kurse", "/static/x.css", "https://example.org/", "#top"]
    assert url("/kurse") == "/kurse"


def test_an_asset_changes_its_address_with_its_content() -> None:
    assert re.fullmatch(r"/static/css/lms\.css\?v=[0-9a-f]{10}", asset("css/lms.css"))
    assert asset("css/nowhere.css") == "/static/css/nowhere.css"


def test_our_style_sheet_asks_only_for_files_that_are_there() -> None:
    folder = HERE / "static" / "css"
    wanted = re.findall(r"url\(\"([^\"]+)\"\)", (folder / "lms.css").read_text())

    assert len(wanted) == 2
    assert [name for name in wanted if not Path(folder / name).is_file()] == []
