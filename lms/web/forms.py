"""Forms: every mistake at once, in a sentence that says what to do, with what was typed still in place.

A form is a class beside the page that uses it::

    class ContactForm(Form):
        first_name = Text(N_("First name"), missing=N_("Enter your first name."), autocomplete="given-name")
        email = Email(N_("E-mail"), hint=N_("We send the confirmation there."))

    form = form_from(ContactForm, await request.form())
    if form.validate(): ...

`missing` makes a field required and is the sentence shown when it is empty. Labels, hints and sentences are
marked with `N_()`; the components translate them. Leave `name="form"` in the template's context: the layout then
shows the summary of mistakes by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import wtforms
from wtforms.i18n import DummyTranslations, get_translations

from lms.kernel.errors import Invalid
from lms.web import language
from lms.web.fields import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
    Euro,
    Hidden,
    Number,
    OurField,
    Password,
    Phone,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
    Upload,
)

__all__ = [
    "Checkbox",
    "Checkboxes",
    "DateParts",
    "Email",
    "Euro",
    "Form",
    "Hidden",
    "Number",
    "Password",
    "Phone",
    "Problem",
    "Radios",
    "Select",
    "Text",
    "TextArea",
    "TimeOfDay",
    "Upload",
    "form_from",
]

MOST_FIELDS = 100  # S-34
F = TypeVar("F", bound="Form")


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the summary: the sentence, and the id of the control that it leads to."""

    anchor: str
    message: str


class _Translations:
    """Lets WTForms' own sentences follow the context's language: our words first, its shipped German ones after that."""

    def gettext(self, string: str) -> str:
        ours = language.translated(string)
        return self._shipped().gettext(string) if ours == string else ours

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        ours = language.plural_form(singular, plural, n)
        return self._shipped().ngettext(singular, plural, n) if ours in {singular, plural} else ours

    def _shipped(self) -> Any:
        return get_translations(["de"]) if language.current_language() == "de" else DummyTranslations()


class Form(wtforms.Form):
    """The base of every form. CSRF is the layout's and the framework's business, not the form's."""

    class Meta:
        def get_translations(self, form: wtforms.Form) -> _Translations:  # noqa: ARG002 - WTForms hands it in
            return _Translations()

    @property
    def problems(self) -> list[Problem]:
        """Every mistake in the order of the page; the words are those shown at the field."""
        found = [Problem("", message) for message in self.form_errors]
        for field in self:
            anchor = field.anchor if isinstance(field, OurField) else field.id
            found += [Problem(anchor, message) for message in field.errors]
        return found

    def refuse(self, name: str, message: str, /, **params: Any) -> None:
        """Add a mistake that only the service could find, such as a name already taken. An empty name: the whole form."""
        sentence = language.gettext(message, **params)
        if name:
            field = self[name]
            field.errors = [*field.errors, sentence]
        else:
            self.form_errors.append(sentence)


def form_from(form_class: type[F], submitted: Mapping[str, Any] | None = None, **defaults: Any) -> F:
    """The form, filled from what was sent (`await request.form()`), else from `defaults` by field name."""
    if submitted is not None and len(submitted) > MOST_FIELDS:
        raise Invalid
    return form_class(formdata=cast(Any, submitted), data=defaults)
