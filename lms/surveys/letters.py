"""The letters about a survey: once when it opens, and once more after a week to places that have not answered."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import links_of
from lms.enrolment.letters.facts import facts_of, send
from lms.kernel.clock import local
from lms.people.rules import is_minor
from lms.surveys.answering import link_of, places_of
from lms.surveys.events import SurveyOpened, SurveyReminded
from lms.surveys.models import Occasion, Survey, SurveyMark

FOLDER = "surveys/letters/"
LETTERS = {Occasion.FIRST_SESSION: "survey_first", Occasion.LAST_SESSION: "survey_open"}


async def ask(session: AsyncSession, event: SurveyOpened) -> None:
    """A letter with the link to everybody with a place; for a child to whoever reads its letters."""
    survey = await session.get_one(Survey, event.survey_id)
    await _write(session, event, LETTERS[survey.occasion])


async def remind(session: AsyncSession, event: SurveyReminded) -> None:
    """The same to those who have not answered by now."""
    await _write(session, event, "survey_reminder")


async def _write(session: AsyncSession, event: SurveyOpened | SurveyReminded, name: str) -> None:
    survey = await session.get_one(Survey, event.survey_id)
    if survey.closed_at is not None:
        return
    marked = set(
        await session.scalars(select(SurveyMark.enrolment_id).where(SurveyMark.survey_id == survey.id))
    )
    signer = links_of(session).signer
    for place in await places_of(session, survey.run_id):
        facts = await facts_of(session, place.id) if place.id not in marked else None
        if facts is None:
            continue
        await send(
            session,
            facts,
            name,
            folder=FOLDER,
            at=event.at,
            survey_path=link_of(signer, place, survey.occasion),
            until=local(survey.closes_at).date(),
            for_child=is_minor(facts.person.birth_date, local(event.at).date())
            and facts.person.id != facts.reader.id,
        )
