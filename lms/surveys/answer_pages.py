"""`/umfrage/…`: answering by the link of a letter, on paper, and the way there from *Meine Kurse*."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.messaging.models import AddressForm
from lms.people.models import Person
from lms.people.rules import is_du
from lms.surveys import policy, rules
from lms.surveys.answering import Answers, code_of, is_marked, link_of, occasion_of
from lms.surveys.forms import AnswerForm, answer_form
from lms.surveys.models import Occasion, Survey, SurveyTrainer
from lms.surveys.questions import Question, read
from lms.web.access import PUBLIC, may
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.templating import url


@dataclass(frozen=True, slots=True)
class Door:
    """A place that was found by its link, and the survey of its run."""

    enrolment: Enrolment
    survey: Survey
    course: Course
    is_du: bool
    is_marked: bool
    names: Sequence[str]

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def is_first(self) -> bool:
        """Whether it is asked while the run goes on."""
        return self.survey.occasion is Occasion.FIRST_SESSION

    @property
    def questions(self) -> list[Question]:
        """What is asked, in the words the survey began with."""
        return read(self.survey.questions)


class AnswerPages(Controller):
    """Open to whoever holds the link; it says nothing about who that is."""

    path = "/umfrage/{enrolment_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """The questions; thanks where the place has answered; what came of it when the survey has ended."""
        door = await _opened(around, enrolment_id, token)
        if door.is_marked or _is_over(around, door.survey):
            return _end_page(around, door)
        return _form_page(around, door, answer_form(door.questions, informal=door.is_du))

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        survey_answers: NamedDependency[Answers],
    ) -> Template | Redirect:
        """Take the answers, after one look at whether a text names somebody."""
        door = await _opened(around, enrolment_id, token)
        if door.is_marked or _is_over(around, door.survey):
            return _end_page(around, door)
        form = answer_form(door.questions, await request.form(), informal=door.is_du)
        if not form.validate():
            return _form_page(around, door, form, status=422)
        named = {
            name: found for name, text in form.texts.items() if (found := rules.names_in(text, door.names))
        }
        if named and form.seen.data != form.digest:
            form.seen.data = form.digest
            form.seen.raw_data = None
            return _form_page(around, door, form, named=named, status=422)
        await survey_answers.answer(enrolment_id=enrolment_id, token=token, given=form.given)
        return Redirect(url(f"/umfrage/{enrolment_id}/{token}"), status_code=303, headers=PRIVATE)

    @get("/papier")
    async def paper(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """The sheet of this place, to print."""
        door = await _opened(around, enrolment_id, token)
        if door.is_marked or _is_over(around, door.survey):
            return _end_page(around, door)
        return Template(
            "surveys/paper.html",
            context={
                "title": door.title,
                "questions": door.questions,
                "is_du": door.is_du,
                "sheets": [("", code_of(around.signer, door.enrolment, door.survey.occasion))],
                "closes_on": local(door.survey.closes_at).date(),
                "back": f"/umfrage/{enrolment_id}/{token}",
            },
            headers=PRIVATE,
        )


class OwnSurveyPages(Controller):
    """The same from *Meine Kurse*."""

    path = "/meine-kurse/{enrolment_id:uuid}/umfrage"
    opt = may("C", "survey")
    include_in_schema = False

    @get()
    async def lead(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Redirect:
        """To the page of the link: whoever answers there is not asked who they are."""
        return await _lead(enrolment_id, actor, around, Occasion.LAST_SESSION)

    @get("/erster-termin")
    async def lead_to_first(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Redirect:
        """The same for the questions after the first session."""
        return await _lead(enrolment_id, actor, around, Occasion.FIRST_SESSION)


async def _lead(enrolment_id: UUID, actor: Actor, around: Around, occasion: Occasion) -> Redirect:
    async with around.begin.reading() as session:
        enrolment = await session.get(Enrolment, enrolment_id)
    if enrolment is None or not policy.may_answer(actor, enrolment):
        raise NotFound
    return Redirect(url(link_of(around.signer, enrolment, occasion)), status_code=303, headers=PRIVATE)


async def _opened(around: Around, enrolment_id: UUID, token: str) -> Door:
    """Raises NotFound for a wrong or old link, a place that was given up, and a run that is not asked about."""
    async with around.begin.reading() as session:
        enrolment = await session.get(Enrolment, enrolment_id)
        if enrolment is None:
            raise NotFound
        occasion = occasion_of(around.signer, enrolment, token)
        survey = await session.scalar(
            select(Survey).where(Survey.run_id == enrolment.run_id, Survey.occasion == occasion)
        )
        if survey is None or enrolment.state is not EnrolmentState.CONFIRMED:
            raise NotFound
        course = await session.get_one(Course, survey.course_id)
        person = await session.get(Person, enrolment.person_id)
        marked = await is_marked(session, survey, enrolment)
        names = await _names(session, survey)
    is_informal = person is not None and person.address_form is AddressForm.INFORMAL
    day = local(around.clock()).date()
    says_du = person is not None and is_du(person.birth_date, day, is_informal=is_informal)
    return Door(enrolment, survey, course, says_du, marked, names)


async def _names(session: AsyncSession, survey: Survey) -> Sequence[str]:
    """Of whom a free text might speak: those who taught and those who took part."""
    trainers = select(SurveyTrainer.person_id).where(SurveyTrainer.survey_id == survey.id)
    participants = select(Enrolment.person_id).where(Enrolment.run_id == survey.run_id)
    found = await session.scalars(select(Person).where(Person.id.in_(trainers) | Person.id.in_(participants)))
    return [one.name for one in found]


def _is_over(around: Around, survey: Survey) -> bool:
    return survey.closed_at is not None or around.clock() >= survey.closes_at


def _form_page(
    around: Around,
    door: Door,
    form: AnswerForm,
    *,
    named: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Template:
    here = link_of(around.signer, door.enrolment, door.survey.occasion)
    return Template(
        "surveys/answer.html",
        context={
            "form": form,
            "named": named or {},
            "title": door.title,
            "here": here,
            "closes_on": local(door.survey.closes_at).date(),
            "is_first": door.is_first,
        },
        status_code=status,
        headers=PRIVATE,
    )


def _end_page(around: Around, door: Door) -> Template:
    return Template(
        "surveys/end.html",
        context={
            "title": door.title,
            "is_over": _is_over(around, door.survey),
            "is_first": door.is_first,
            "comment": door.survey.comment,
        },
        headers=PRIVATE,
    )
