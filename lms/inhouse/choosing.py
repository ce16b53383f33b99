"""What can be chosen in the forms: courses, rooms, trainers, devices, taxes. In a session somebody else opened."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.tax.queries import treatments
from lms.catalogue.models import Audience, Course, CourseAudience, Run
from lms.inhouse.offer_forms import OfferForm
from lms.scheduling.choices import Choices, room_choices, thing_choices, trainer_choices
from lms.web.language import current_language


async def offered_courses(session: AsyncSession, chosen: UUID | None = None) -> Choices:
    """The courses for companies that were offered to everybody once, and the one that is `chosen` already, by title."""
    shown = exists().where(
        Run.course_id == Course.id, Run.published_at.is_not(None), Run.company_id.is_(None)
    )
    for_companies = exists().where(
        CourseAudience.course_id == Course.id, CourseAudience.audience == Audience.SMES
    )
    wanted = select(Course).where(shown, or_(for_companies, Course.id == chosen))
    return _named((await session.scalars(wanted)).all())


async def offer_choices(session: AsyncSession, form: OfferForm) -> OfferForm:
    """The form with everything that can be chosen; six statements."""
    form.course.choices = _named((await session.scalars(select(Course))).all())
    form.room.choices = await room_choices(session)
    form.trainer.choices = await trainer_choices(session)
    form.thing.choices = await thing_choices(session)
    english = current_language() == "en"
    latest = {one.code: one for one in await treatments(session)}
    form.tax.choices = [(code, one.name_en if english else one.name_de) for code, one in latest.items()]
    return form


def _named(courses: Iterable[Course]) -> Choices:
    english = current_language() == "en"
    named = [(str(one.id), (one.title_en if english else "") or one.title_de) for one in courses]
    return sorted(named, key=lambda one: one[1].casefold())
