"""Forms to be signed on paper: a mandate, and a guardian's consent. Facts in, bytes out; never with a transaction open."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from litestar.response import Response

from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment
from lms.people.mandate_words import wording
from lms.people.models import Person
from lms.portal.acting.page import PRIVATE
from lms.portal.acting.reading import Held
from lms.portal.cards import in_language
from lms.web.centre import the_centre
from lms.web.formats import date_plain, money
from lms.web.language import Language, gettext, use_locale
from lms.web.letters import postal_address
from lms.web.paper import Stationery

SHEET = Stationery(Path(__file__).parents[1] / "templates", Path(__file__).with_name("paper.css"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Everything that stands on the sheet. `name` becomes the file's name."""

    name: str
    title: str
    language: Language
    made_at: datetime
    signer: str
    facts: Sequence[tuple[str, str]]
    sentences: Sequence[str]
    questions: Sequence[str] = ()
    """Each with two boxes to tick, yes and no."""
    lines: Sequence[str] = ()
    """Each with a line to write on."""


def mandate_paper(held: Held, *, at: datetime) -> Paper:
    """The mandate that was asked for or that holds, in the words that are kept with it."""
    assert held.principal is not None  # noqa: S101 - the page has looked
    assert held.agent is not None  # noqa: S101
    language: Language = "en" if held.principal.language == "en" else "de"
    one = held.mandate
    with use_locale(language):
        return Paper(
            name=f"vollmacht-{one.reference}.pdf",
            title=gettext("Mandate"),
            language=language,
            made_at=at,
            signer=held.principal.name,
            facts=[
                (gettext("I am"), ", ".join(postal_address(held.principal).splitlines())),
                (gettext("Acts for me"), held.agent.name),
                (gettext("Sign"), one.reference),
            ],
            sentences=[
                wording(held.principal.name, held.agent.name, one.allows, one.valid_until),
                gettext("If you do not want one of these things, please cross it out."),
                gettext("You can take this back at any time. A call is enough: it ends at once."),
            ],
        )


def consent_paper(
    enrolment: Enrolment, course: Course, run: Run, child: Person, guardian: Person, *, at: datetime
) -> Paper:
    """The consent of a guardian to one enrolment (L-30)."""
    language: Language = "en" if guardian.language == "en" else "de"
    with use_locale(language):
        title = in_language(course.title_de, course.title_en)[0]
        facts = [
            (gettext("Child"), child.name),
            (gettext("Course"), f"{title} ({run.number})"),
            (gettext("Beginning"), date_plain(run.starts_at) if run.starts_at else gettext("not known yet")),
            (gettext("Price"), money(enrolment.price_cents)),
            (gettext("Reference"), enrolment.reference),
            (gettext("Parent or guardian"), ", ".join(postal_address(guardian).splitlines())),
        ]
        return Paper(
            name=f"einwilligung-{enrolment.reference}.pdf",
            title=gettext("Consent of a parent or guardian"),
            language=language,
            made_at=at,
            signer=guardian.name,
            facts=facts,
            sentences=[consent_words(child.name, title)],
            questions=[
                gettext("May the child go home alone after the course?"),
                gettext("May we take photos of the child for our website?"),
            ],
            lines=[
                gettext("Telephone number for emergencies"),
                gettext("Who else may fetch the child?"),
            ],
        )


def consent_words(child: str, course: str) -> str:
    """To which words a guardian agrees on paper; they are kept with the enrolment."""
    return gettext(
        "I am a parent or guardian of %(child)s and agree to the enrolment in “%(course)s”. Where there are two parents, I "
        "decide for both. I make the contract and pay the price.",
        child=child, course=course,
    )  # fmt: skip


async def pdf(paper: Paper) -> Response[bytes]:
    """The sheet as the answer of a route."""
    content = await asyncio.to_thread(rendered, paper)
    headers = PRIVATE | {"content-disposition": f'attachment; filename="{paper.name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def rendered(paper: Paper) -> bytes:
    """The sheet as PDF; the same facts give the same bytes."""
    page = SHEET.words("portal/acting/paper.html", paper.language, paper=paper, centre=the_centre())
    return SHEET.pdf(page, title=paper.title, language=paper.language, created=paper.made_at)
