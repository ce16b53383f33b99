"""The form with every sentence of a letter: made for each template, because each has its own sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.kernel.marking import N_
from lms.messaging.wordings import LetterWording, Voice
from lms.portal.letters.texts.errors import LonelyBrace, MustStay, UnknownName
from lms.portal.letters.texts.reading import Line, Stationery
from lms.portal.letters.texts.service import BY_LAW, COMMON, check, mark
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.language import gettext
from lms.web.wording import CLOSING, OPENING

LONGEST = 2000
ADDITIONS = {
    OPENING: N_("Paragraph of your own before the letter"),
    CLOSING: N_("Paragraph of your own after the letter"),
}
Words = Mapping[str, tuple[str, str]]


class SentenceArea(TextArea):
    """Not called optional: the page says once, for all sentences, that an empty one is left out."""

    @property
    def is_required(self) -> bool:
        return True


class LetterForm(Form):
    """The sentences of one template in one voice, each with its plural where it counts."""

    seen = Hidden()
    slots: Sequence[tuple[str, str, str]]
    """Name of the field, the message, and what of it: "text" or "plural"."""
    lines: Mapping[str, Line]

    def words(self) -> Words:
        """What was typed, by message."""
        typed: dict[str, dict[str, str]] = {}
        for name, message, part in self.slots:
            typed.setdefault(message, {"text": "", "plural": ""})[part] = (self[name].data or "").strip()
        return {message: (parts["text"], parts["plural"]) for message, parts in typed.items()}

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Beside what fields check: that braces mean something, and that nothing is missing that the law asks for."""
        is_valid = super().validate(*args, **kwargs)
        every = sorted({name for line in self.lines.values() for name in line.names})
        for name, message, part in self.slots:
            field = self[name]
            line = self.lines.get(message)
            try:
                check(field.data or "", line.names if line else [*every, *COMMON])
                if part == "text" and message in BY_LAW and not field.data:
                    raise MustStay
            except (UnknownName, LonelyBrace, MustStay) as refusal:
                self.refuse(name, refusal.message, **refusal.params)
                is_valid = False
        return is_valid


def letter_form(
    one: Stationery,
    voice: Voice,
    rows: Mapping[str, LetterWording],
    submitted: Mapping[str, Any] | None = None,
) -> LetterForm:
    """The form, filled with what was sent, else with the words in force."""
    fields, slots, given = _fields(one), [], {"seen": mark(rows)}
    for name, message, part, line in _slots(one):
        slots.append((name, message, part))
        row = rows.get(message)
        default = line.default(voice) if line else ("", "")
        texts = default if row is None else (row.text, row.plural)
        given[name] = texts[0] if part == "text" else texts[1]
    form_class: type[LetterForm] = type("WordedLetterForm", (LetterForm,), fields)
    form = form_from(form_class, submitted, **given)
    form.slots = slots
    form.lines = {line.message: line for line in one.lines}
    return form


def _slots(one: Stationery) -> Sequence[tuple[str, str, str, Line | None]]:
    slots: list[tuple[str, str, str, Line | None]] = []
    for index, line in enumerate(one.lines):
        slots.append((f"t{index}", line.message, "text", line))
        if line.plural:
            slots.append((f"p{index}", line.message, "plural", line))
    if not one.is_part:
        slots += [("opening", OPENING, "text", None), ("closing", CLOSING, "text", None)]
    return slots


def _fields(one: Stationery) -> dict[str, Any]:
    labels = _labels(one)
    fields: dict[str, Any] = {}
    for name, message, part, line in _slots(one):
        if line is None:
            kind, label, text = TextArea, ADDITIONS[message], message
        else:
            text = line.plural if part == "plural" else message
            kind, label = SentenceArea, labels[message]
            if part == "plural":
                label = gettext("%(sentence)s, for several", sentence=label)
        fields[name] = kind(label, rows=min(2 + len(text) // 70, 8), longest=LONGEST)
    return fields


def _labels(one: Stationery) -> Mapping[str, str]:
    """By message what its field is called: sentences are numbered, and subjects where there are several."""
    subjects = [line.message for line in one.lines if line.is_subject]
    sentences = [line.message for line in one.lines if not line.is_subject]
    if len(subjects) == 1:
        labels = {subjects[0]: gettext("Subject")}
    else:
        labels = {message: gettext("Subject %(num)s", num=at) for at, message in enumerate(subjects, 1)}
    return labels | {message: gettext("Sentence %(num)s", num=at) for at, message in enumerate(sentences, 1)}
