"""Which letters there are, which sentences they are made of, and what a letter looks like that nobody has got yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from jinja2 import nodes
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.messaging.models import Letter, LetterState
from lms.messaging.secrets import is_secret
from lms.messaging.wordings import Voice
from lms.portal.letters.texts.meanings import meaning
from lms.web.language import gettext, use_locale
from lms.web.lettering import Sentence
from lms.web.letters import parts_of, templates, tree_of
from lms.web.wording import BODY, EVERY_LETTER, NAMED, Composition, in_braces, shipped

NAMESPACE = UUID("5b0f5a53-6f1c-4a0e-9f0e-6d2f6a1f7c11")
"""Of the ids under which changes of a letter's words stand in the audit trail."""

VOICES: Mapping[Voice, str] = {
    Voice.FORMAL: N_("German, with “Sie”"),
    Voice.INFORMAL: N_("German, with “du”"),
    Voice.PLAIN: N_("German, in plain words"),
    Voice.ENGLISH: N_("English"),
}
GROUPS: Mapping[str, str] = {
    "web": N_("Every letter"),
    "enrolment": N_("Enrolments and places"),
    "attendance": N_("Attendance"),
    "certification": N_("Certificates"),
    "teaching": N_("Groups and those who teach them"),
    "quizzes": N_("Results of quizzes"),
    "practice": N_("Help with exercises"),
    "surveys": N_("Surveys after courses"),
    "participation": N_("Wishes and votes"),
    "reports": N_("Reports and funders"),
    "scheduling": N_("To those who teach"),
    "trainers": N_("Qualifications, and calendars of those who teach"),
    "honoraria": N_("Contracts and fees"),
    "billing": N_("Invoices"),
    "payments": N_("Online payments"),
    "debits": N_("Direct debits"),
    "dunning": N_("Reminders to pay"),
    "vouchers": N_("Vouchers"),
    "booking": N_("Rooms"),
    "volunteering": N_("Volunteers and young helpers"),
    "inhouse": N_("Training for companies"),
    "aid": N_("State aid"),
    "lending": N_("Lending"),
    "helpdesk": N_("Help desk"),
    "feeds": N_("Calendars"),
    "correspondence": N_("Messages by rule, and news"),
    "people": N_("People and those who act for them"),
    "accounts": N_("Accounts"),
}
"""What the modules that write letters are about, in the order of the page."""

SAMPLES: Mapping[str, str] = {
    "course": "Smartphone für den Alltag",
    "title": "Smartphone für den Alltag",
    "number": "27-1042",
    "reference": "ABCD 2345",
    "person": "Ada Lehmann",
    "name": "Ada Lehmann",
    "day": "4. Dezember 2026",
    "moment": "Freitag, 4. Dezember 2026, 10:00 Uhr",
    "period": "Freitag, 4. Dezember 2026, 10:00 bis 11:30 Uhr",
    "sum": "45,00 Euro",
    "price": "45,00 Euro",
    "amount": "45,00 Euro",
    "num": "2",
    "month": "November 2026",
    "first": "4. Dezember 2026",
    "last": "18. Dezember 2026",
    "units": "6 UE",
    "account": "DE02 •••• 2051",
    "reverses": "HA-26-0007",
    "author": "Ben Zander",
    "sender": "Katrin Behlau",
    "names": "Mia und Max",
    "subject": "Bitte Ladekabel mitbringen",
    "note": "Der Kurs wurde verschoben.",
    "reason": "Die Kursleitung ist krank.",
    "host": "kalender.example",
    "email": "ada@example.com",
    "address": "ada@example.com",
    "phone": "03904 000100",
    "company": "Muster GmbH",
    "place": "Raum 1, Innovationszentrum",
    "room": "Raum 1, Innovationszentrum",
    "device": "Tablet 7",
    "days": "14",
    "hours": "Montag bis Freitag, 9 bis 16 Uhr",
    "people": "8",
    "percent": "50",
    "iban": "DE02 1203 0000 0000 2020 51",
    "fee": "5,00 Euro",
    "total": "90,00 Euro",
    "child": "Mia Lehmann",
    "guardian": "Ada Lehmann",
    "substitute": "Eva Albers",
    "adviser": "Frau Behlau",
    "topic": "Fotos vom Handy holen",
}
"""What stands in a sentence for a name where no real letter is at hand; everything else is told by its meaning."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a template: how it is known, its plural where it counts, and whether it is part of the subject."""

    message: str
    plural: str
    is_subject: bool

    @property
    def names(self) -> Sequence[str]:
        """The placeholders that mean something in it, in their order."""
        return list(dict.fromkeys(NAMED.findall(in_braces(self.message + self.plural))))

    def default(self, voice: Voice) -> tuple[str, str]:
        """The words that the service comes with, with placeholders in braces; the second for more than one."""
        chosen = shipped(voice).get(self.message)
        if chosen is None:
            with use_locale("en" if voice is Voice.ENGLISH else "de"):
                one = Sentence(self.message, {}, self.plural, 1 if self.plural else None)
                more = Sentence(self.message, {}, self.plural, 2).in_language() if self.plural else ""
                chosen = (one.in_language(), more)
        return in_braces(chosen[0]), in_braces(chosen[1])


@dataclass(frozen=True, slots=True)
class Stationery:
    """A template: a letter, a part that stands in several, or what stands around all of them."""

    template: str
    lines: Sequence[Line]

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.template.removesuffix(".md").replace("/letters/", "/").replace("/", ".")

    @property
    def module(self) -> str:
        """Whose letter it is."""
        return self.template.partition("/")[0]

    @property
    def is_part(self) -> bool:
        """Whether it stands inside letters."""
        return self.template != EVERY_LETTER and not any(line.is_subject for line in self.lines)

    @property
    def title(self) -> str:
        """Its subject, or how it begins, with what stands for a name in round brackets."""
        if self.template == EVERY_LETTER:
            return gettext("Greeting and farewell of every letter")
        if not self.lines:
            return self.slug
        words = in_braces(self.lines[0].default(Voice.FORMAL)[0]).replace("**", "")
        return NAMED.sub(lambda found: f"({meaning(found[1])})", words)


@cache
def all_stationery() -> Mapping[str, Stationery]:
    """Every template that has sentences, by its name in addresses."""
    found = [Stationery(name, _lines(name)) for name in (EVERY_LETTER, *templates())]
    return {one.slug: one for one in found if one.lines}


def stationery(slug: str) -> Stationery:
    """One of them. Raises NotFound."""
    try:
        return all_stationery()[slug]
    except KeyError:
        raise NotFound from None


@cache
def users_of(template: str) -> Sequence[Stationery]:
    """The letters in which a part stands."""
    return [
        one for one in all_stationery().values() if template in parts_of(one.template) and not one.is_part
    ]


def object_of(template: str, voice: Voice) -> UUID:
    """What the audit trail calls the words of a template in one voice."""
    return uuid5(NAMESPACE, f"{template}#{voice.value}")


def sample(one: Stationery) -> Composition:
    """A letter that says every sentence there is, for templates that nobody has got a letter by yet."""
    said = [
        Sentence(
            line.message,
            {name: SAMPLES.get(name, f"({meaning(name)})") for name in line.names},
            line.plural,
            2,
        )
        if line.plural
        else Sentence(line.message, {name: SAMPLES.get(name, f"({meaning(name)})") for name in line.names})
        for line in one.lines
    ]
    marks = [f"\ue000{index}\ue001" for index in range(len(said))]
    subjects = [mark for mark, line in zip(marks, one.lines, strict=True) if line.is_subject]
    body = [mark for mark, line in zip(marks, one.lines, strict=True) if not line.is_subject]
    is_frame = one.template == EVERY_LETTER
    return Composition(
        template=one.template,
        subject=subjects[0] if subjects else "",
        words=gettext("The letter itself stands here.") if is_frame else "\n\n".join(body),
        frame="\n\n".join([*body[:2], BODY, *body[2:]]) if is_frame else BODY,
        said=[] if is_frame else said,
        around=said if is_frame else [],
        reader=SAMPLES["name"],
    )


async def last_letter(session: AsyncSession, template: str, language: str) -> Letter | None:
    """The latest letter by this template that can be worded anew: nothing that lets somebody in, nothing still unsent."""
    wanted = (
        select(Letter)
        .where(
            Letter.template == template if template != EVERY_LETTER else Letter.template != "",
            Letter.language == language,
            Letter.composition.is_not(None),
            Letter.state == LetterState.SENT,
        )
        .order_by(Letter.written_at.desc())
        .limit(1)
    )
    found = await session.scalar(wanted)
    return None if found is None or is_secret(found.about_kind) else found


def _lines(template: str) -> Sequence[Line]:
    tree = tree_of(template)
    subjects = {
        id(call)
        for block in tree.find_all(nodes.Block)
        if block.name == "subject"
        for call in block.find_all(nodes.Call)
    }
    lines: dict[str, Line] = {}
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext"}:
            words: list[Any] = [arg.value for arg in call.args if isinstance(arg, nodes.Const)]
            plural = words[1] if call.node.name == "ngettext" else ""
            lines.setdefault(words[0], Line(words[0], plural, id(call) in subjects))
    return list(lines.values())
