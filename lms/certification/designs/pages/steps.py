"""What can be adapted, one question a page: its form, what stands in it, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from litestar.datastructures import UploadFile

from certificates import colours, placeholders
from certificates.design import LONGEST_SIGNER, Margins, Signature, Text, check_margins
from certificates.document import Kind
from certificates.errors import CertificateError, Unprintable
from lms.certification.designs.errors import sentence
from lms.certification.designs.wishes import Wishes
from lms.certification.designs.words import FORMATS, in_this_language
from lms.certification.words import KINDS
from lms.kernel.marking import N_
from lms.messaging.paper import typeface
from lms.web.forms import Checkbox, Checkboxes, Form, Hidden, Number, Radios, TextArea, Upload
from lms.web.forms import Text as Line
from lms.web.language import gettext

LONGEST_NAME = 60
SIDES = ("top", "right", "bottom", "left")


class StepForm(Form):
    """`seen` is the number of the version that was shown."""

    seen = Hidden()


class NameForm(StepForm):
    """What it is called, and for what."""

    name = Line(
        N_("Name of the design"),
        longest=LONGEST_NAME,
        hint=N_("Only the team reads it."),
        missing=N_("Give the design a name."),
    )
    kinds = Checkboxes(
        N_("For which certificates may it be chosen?"),
        choices=list(KINDS.items()),
        missing=N_("Choose at least one kind of certificate."),
    )


class LogoForm(StepForm):
    """A picture and its words."""

    file = Upload(
        N_("Logo"), hint=N_("PNG, JPEG or SVG, at most 2 MB. Without a file the present logo stays.")
    )
    alt = Line(
        N_("What the logo shows"),
        longest=200,
        hint=N_("For people who cannot see it. For example: Wappen der Stadt Haldensleben."),
    )
    without = Checkbox(N_("Print no logo"))


class SignatureForm(StepForm):
    """Who stands at the foot. Nobody's handwriting is ever printed."""

    name = Line(
        N_("Name"),
        longest=LONGEST_SIGNER,
        hint=N_("Left empty, the person stands there who represents the centre."),
    )
    role_de = Line(N_("Role, in German"), longest=LONGEST_SIGNER)
    role_en = Line(N_("Role, in English"), longest=LONGEST_SIGNER)
    line = Checkbox(N_("Print a line above the name, to sign by hand"))


class PaperForm(StepForm):
    """The sheet it is printed on."""

    format = Radios(N_("Format"))
    preprinted = Checkbox(N_("The paper is pre-printed: leave out logo, header and colours"))
    top = Number(N_("Free at the top, in millimetres"), most=200, width=5)
    right = Number(N_("Free on the right, in millimetres"), most=200, width=5)
    bottom = Number(N_("Free at the bottom, in millimetres"), most=200, width=5)
    left = Number(N_("Free on the left, in millimetres"), most=200, width=5)


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `apply` gives the new wishes, or None after it has put its refusals into the form."""

    title: str
    intro: str
    form: Callable[[Wishes], type[StepForm]]
    values: Callable[[Wishes], dict[str, Any]]
    apply: Callable[[Any, Wishes], Wishes | None]


def _name_values(wishes: Wishes) -> dict[str, Any]:
    return {"name": wishes.name, "kinds": [kind.value for kind in wishes.kinds]}


def _name_applied(form: NameForm, wishes: Wishes) -> Wishes:
    chosen = set(form.kinds.data or ())
    return replace(
        wishes, name=form.name.data or "", kinds=tuple(kind for kind in Kind if kind.value in chosen)
    )


def _colour_form(wishes: Wishes) -> type[StepForm]:
    fields = {
        f"colour_{key}": Line(
            in_this_language(place.label),
            longest=20,
            width=10,
            hint=gettext(N_("As the designer chose it: %(colour)s"), colour=place.default),
        )
        for key, place in wishes.folder.manifest.colours.items()
    }
    return type("ColourForm", (StepForm,), fields)


def _colour_values(wishes: Wishes) -> dict[str, Any]:
    places = wishes.folder.manifest.colours
    return {f"colour_{key}": wishes.colours.get(key, place.default) for key, place in places.items()}


def _colours_applied(form: StepForm, wishes: Wishes) -> Wishes | None:
    chosen = {}
    for key, place in wishes.folder.manifest.colours.items():
        colour = (form[f"colour_{key}"].data or place.default).strip()
        try:
            colour = colours.checked(key, colour, is_text=place.is_text)
        except CertificateError as refusal:
            _refuse(form, f"colour_{key}", refusal)
        if colour != place.default:
            chosen[key] = colour
    return None if form.problems else replace(wishes, colours=chosen)


def _text_form(wishes: Wishes) -> type[StepForm]:
    fields: dict[str, Any] = {}
    for key, place in wishes.folder.manifest.texts.items():
        label = in_this_language(place.label)
        for code, words in (("de", N_("%(place)s, in German")), ("en", N_("%(place)s, in English"))):
            fields[f"text_{key}_{code}"] = TextArea(
                gettext(words, place=label), rows=3, longest=place.longest
            )
    return type("TextForm", (StepForm,), fields)


def _text_values(wishes: Wishes) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for key, place in wishes.folder.manifest.texts.items():
        text = wishes.texts.get(key, place.default)
        chosen |= {f"text_{key}_de": text.german, f"text_{key}_en": text.english}
    return chosen


def _texts_applied(form: StepForm, wishes: Wishes) -> Wishes | None:
    chosen = {}
    for key, place in wishes.folder.manifest.texts.items():
        written = []
        for code in ("de", "en"):
            words = form[f"text_{key}_{code}"].data or ""
            try:
                placeholders.check(words)
                typeface().ensure_printable(words)
            except CertificateError as refusal:
                _refuse(form, f"text_{key}_{code}", refusal)
            written.append(words)
        if (text := Text(*written)) != place.default:
            chosen[key] = text
    return None if form.problems else replace(wishes, texts=chosen)


def _logo_values(wishes: Wishes) -> dict[str, Any]:
    return {"alt": wishes.logo_alt}


def _logo_applied(form: LogoForm, wishes: Wishes) -> Wishes | None:
    """Without the file, which the page reads."""
    if form.without.data:
        return replace(wishes, logo_id=None, logo_alt="")
    has_file = isinstance(form.file.data, UploadFile)
    if not form.alt.data and (has_file or wishes.logo_id):
        form.refuse("alt", N_("Say in a few words what the logo shows."))
        return None
    if not has_file and wishes.logo_id is None:
        form.refuse("file", N_("Choose a picture."))
        return None
    return replace(wishes, logo_alt=form.alt.data or "")


def _signature_values(wishes: Wishes) -> dict[str, Any]:
    signer = wishes.signature or Signature(name="")
    return {
        "name": signer.name,
        "role_de": signer.role.german,
        "role_en": signer.role.english,
        "line": signer.line,
    }


def _signature_applied(form: SignatureForm, wishes: Wishes) -> Wishes | None:
    for field in (form.name, form.role_de, form.role_en):
        try:
            typeface().ensure_printable(field.data or "")
        except Unprintable as refusal:
            _refuse(form, field.name, refusal)
    if form.problems:
        return None
    role = Text(form.role_de.data or "", form.role_en.data or "")
    signer = Signature(name=form.name.data or "", role=role, line=bool(form.line.data))
    return replace(wishes, signature=signer if signer != Signature(name="") else None)


def _paper_form(wishes: Wishes) -> type[StepForm]:
    offered = [(form, FORMATS[form]) for form in wishes.folder.manifest.formats]
    chosen = Radios(N_("Format"), choices=offered, missing=N_("Choose a format."))
    return type("PaperFormOfDesign", (PaperForm,), {"format": chosen})


def _paper_values(wishes: Wishes) -> dict[str, Any]:
    margins = wishes.preprinted or wishes.folder.manifest.margins[wishes.format]
    sides = {side: getattr(margins, side) for side in SIDES}
    return {"format": wishes.format, "preprinted": wishes.preprinted is not None, **sides}


def _paper_applied(form: PaperForm, wishes: Wishes) -> Wishes | None:
    chosen = form.format.data
    if not form.preprinted.data:
        return replace(wishes, format=chosen, preprinted=None)
    margins = Margins(**{side: form[side].data or 0 for side in SIDES})
    try:
        check_margins(margins, chosen)
    except CertificateError as refusal:
        _refuse(form, "top", refusal)
        return None
    return replace(wishes, format=chosen, preprinted=margins)


def _refuse(form: Form, field: str, refusal: CertificateError) -> None:
    message, params = sentence(refusal)
    form.refuse(field, message, **params)


STEPS: Mapping[str, Step] = {
    "name": Step(
        N_("What is the design called, and what is it for?"),
        N_("A design may be chosen for one kind of certificate or for several."),
        lambda _: NameForm,
        _name_values,
        _name_applied,
    ),
    "farben": Step(
        N_("Which colours does it have?"),
        N_("Text must stand out on white paper; we check that for you."),
        _colour_form,
        _colour_values,
        _colours_applied,
    ),
    "logo": Step(
        N_("Which logo is printed?"),
        N_("The logo stands above the name of the centre. We keep a copy made anew, never the file itself."),
        lambda _: LogoForm,
        _logo_values,
        _logo_applied,
    ),
    "texte": Step(
        N_("What else should be on it?"),
        N_("You may use these placeholders; each certificate then says its own words there."),
        _text_form,
        _text_values,
        _texts_applied,
    ),
    "unterschrift": Step(
        N_("Who stands at the foot?"),
        N_("Certificates count without a signature. We print no picture of one."),
        lambda _: SignatureForm,
        _signature_values,
        _signature_applied,
    ),
    "papier": Step(
        N_("Which paper is it printed on?"),
        N_("Give the margins only for pre-printed paper: what its print needs for itself stays free."),
        _paper_form,
        _paper_values,
        _paper_applied,
    ),
}
