"""The texts of a row, as Markdown."""

from dataclasses import dataclass

from content.excerpt import excerpt
from content.foreign import has_html, hides_text, markdown_of
from content.safety import plain_text
from lms.catalogue.vhs.record import Notes, Record
from lms.kernel.marking import N_

_ASIDE = ("zusatz", "hinweis", "info", "bemerkung")
_LONGEST_TITLE = 200
_LONGEST_TEXT = 50_000


@dataclass(frozen=True, slots=True)
class Texts:
    """What is told about a run; `summary` is one sentence of it, without any markup."""

    title: str
    subtitle: str
    summary: str
    text: str
    notes: str


def read_texts(record: Record, notes: Notes) -> Texts:
    """Title, subtitle and texts, HTML turned into Markdown and hidden words left out."""
    title = _title(record, notes)
    subtitle = " – ".join(
        words for given in record.texts("untertitel") if (words := _one_line(given).strip(" -–"))
    )
    parts: dict[bool, list[str]] = {False: [], True: []}
    room = _LONGEST_TEXT
    for part in record.parts("text") or [record]:
        given = part.lines("text")
        if len(given) > room:
            notes.healed(
                "text",
                N_("The texts are longer than %(limit)s characters. The end was cut off."),
                limit=_LONGEST_TEXT,
            )
        parts[_is_aside(part)].append(_markdown(given[:room], notes))
        room = max(room - len(given), 0)
    text, aside = ("\n\n".join(filter(None, parts[kind])) for kind in (False, True))
    return Texts(title, subtitle, excerpt(text) or subtitle or excerpt(aside), text, aside)


def _is_aside(part: Record) -> bool:
    return part.text("eigenschaft").lower().startswith(_ASIDE)


def _title(record: Record, notes: Notes) -> str:
    title = _one_line(record.text("name"))
    if not title:
        raise notes.refused("name", N_("The course has no name."))
    if len(title) > _LONGEST_TITLE:
        notes.healed(
            "name",
            N_("The name is longer than %(limit)s characters. The end was cut off."),
            limit=_LONGEST_TITLE,
        )
        title = excerpt(markdown_of(title), _LONGEST_TITLE)
    return title


def _one_line(text: str) -> str:
    return plain_text(text) if has_html(text) else text


def _markdown(text: str, notes: Notes) -> str:
    if hides_text(text):
        notes.healed(
            "text", N_("The text held words that readers were not meant to see. They were left out.")
        )
    if has_html(text):
        notes.healed("text", N_("The text held HTML. It was turned into plain paragraphs, lists and links."))
    return markdown_of(text)
