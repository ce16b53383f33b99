"""The closed run of an accepted offer, in one click: course, dates, places, price, for this company alone.

Each step is a transaction of its own and is done once, however often it is sent: the ids of course and run follow from the
offer. A run that cannot be published yet stays a draft, and the page of the run says why.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import Audience, Run, RunState
from lms.catalogue.service import Courses, CourseWords
from lms.enrolment.pricing.service import Pricing
from lms.enrolment.seats.contacts import Seats
from lms.inhouse.feasibility import plan_of, terms_of
from lms.inhouse.letters import DESK
from lms.inhouse.models import TrainingOffer, TrainingOfferState
from lms.inhouse.queries import Asked, asked_of
from lms.inhouse.rules import id_for, periods_of
from lms.inhouse.service import InHouse
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.scheduling.errors import ResourceTaken, RoomTooSmall
from lms.scheduling.service import Scheduling
from lms.scheduling.words import clash_in_words
from lms.web.access import may
from lms.web.formats import amount, period
from lms.web.language import gettext, ngettext
from lms.web.module import Around
from lms.web.notices import after, declare

MADE = declare(
    "firmenkurs-angelegt", N_("The closed run is there. The company can book its seats and name people.")
)
DRAFTED = declare(
    "firmenkurs-entwurf", N_("The closed run is there as a draft. Publish it when it is complete, so that the company can book.")
)  # fmt: skip
SMALLEST = 1
WITHOUT_DATES = "ohne-termine"


class ClosedRunPages(Controller):
    """Making the run of an accepted offer."""

    path = DESK + "/{request_id:uuid}/durchfuehrung"
    opt = may("C", "plan")
    include_in_schema = False

    @get()
    async def ask(self, request_id: FromPath[UUID], around: NamedDependency[Around]) -> Template | Redirect:
        """What will be made."""
        asked, offer = await _accepted(around, request_id)
        if asked.run is not None:
            return Redirect(f"/verwaltung/durchfuehrungen/{asked.run.id}")
        return step_page(_step(asked, offer))

    @post()
    async def make(
        self,
        request: Request[Any, Any, Any],
        request_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        courses: NamedDependency[Courses],
        scheduling: NamedDependency[Scheduling],
        company_seats: NamedDependency[Seats],
        pricing: NamedDependency[Pricing],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Make it. Where the dates are not free any more, it can be made without them."""
        asked, offer = await _accepted(around, request_id)
        if asked.run is not None:
            return Redirect(f"/verwaltung/durchfuehrungen/{asked.run.id}", status_code=303)
        without_dates = (await request.form()).get("statt") == WITHOUT_DATES
        try:
            course_id = await _course(courses, actor, offer)
            run = await _run(scheduling, actor, offer, course_id, without_dates=without_dates)
            run = await company_seats.close_run(
                actor,
                run_id=run.id,
                company_id=asked.request.company_id,
                naming_days=run.naming_days,
                version=run.version,
            )
            if offer.tax_code and run.tax_code != offer.tax_code:
                run = await pricing.set_prices(
                    actor, run_id=run.id, rates=(), concession_ids=(), version=run.version, tax_code=offer.tax_code
                )  # fmt: skip
            is_open = run.state is not RunState.DRAFT or (
                bool(run.session_count) and await _published(scheduling, actor, run)
            )
            # last, because it tells the company: where an earlier step fails, the next click goes on
            await inhouse.became_run(actor, offer_id=offer.id, run_id=run.id)
        except NotFound:
            raise
        except (ResourceTaken, RoomTooSmall) as refusal:
            clashes = (
                [clash_in_words(one) for one in refusal.clashes]
                if isinstance(refusal, ResourceTaken)
                else [gettext(refusal.message)]
            )
            return _refused(asked, offer, clashes, refusal.status)
        except DomainError as refusal:
            return _refused(asked, offer, [gettext(refusal.message, **refusal.params)], refusal.status)
        return after(f"/verwaltung/durchfuehrungen/{run.id}", MADE if is_open else DRAFTED)


async def _accepted(around: Around, request_id: UUID) -> tuple[Asked, TrainingOffer]:
    async with around.begin.reading() as session:
        asked = await asked_of(session, request_id)
    offer = asked.holding
    if offer is None or offer.state is not TrainingOfferState.ACCEPTED:
        raise NotFound
    return asked, offer


async def _course(courses: Courses, actor: Actor, offer: TrainingOffer) -> UUID:
    """The course of the offer; where the title was its own, a course that nobody sees before it is published."""
    if offer.course_id is not None:
        return offer.course_id
    words = CourseWords(
        title_de=offer.title,
        text_de=offer.text,
        default_capacity=offer.people,
        default_minimum=SMALLEST,
        default_sessions=max(1, len(offer.days)),
        default_minutes=offer.minutes or 90,
        audiences=(Audience.SMES,),
    )
    return (await courses.create(actor, words=words, course_id=id_for("course", offer.id))).id


async def _run(
    scheduling: Scheduling, actor: Actor, offer: TrainingOffer, course_id: UUID, *, without_dates: bool
) -> Run:
    run_id = id_for("run", offer.id)
    plan = plan_of(offer, course_id=course_id, run_id=run_id)
    if plan is not None and not without_dates:
        return await scheduling.plan(actor, plan)
    note = gettext(
        "Offer %(number)s: the dates are still to be agreed with the company.", number=offer.number
    )
    run = await scheduling.add_idea(actor, course_id=course_id, run_id=run_id, note=note)
    terms = terms_of(offer)
    if (run.capacity, run.price_cents, run.note_de) == (terms.capacity, terms.price_cents, terms.note_de):
        return run
    return await scheduling.change(actor, run_id=run.id, terms=terms, version=run.version)


async def _published(scheduling: Scheduling, actor: Actor, run: Run) -> bool:
    """Whether the company can book now; what forbids it (a proof that is not read, a rule of law) is said by the run's own page."""
    try:
        await scheduling.publish(actor, run_id=run.id)
    except DomainError:
        return False
    return True


def _step(asked: Asked, offer: TrainingOffer) -> Step:
    here = f"{DESK}/{asked.request.id}"
    periods = [period(one.start, one.end) for one in periods_of(offer.days, offer)]
    seat = terms_of(offer).price_cents
    return Step(
        title=gettext("Make the closed run"),
        about=asked.name,
        path=f"{here}/durchfuehrung",
        back=here,
        button=gettext("Make the closed run"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext("A run of “%(title)s” is made that only %(company)s can see and book.", title=offer.title, company=asked.name),
            ngettext("It has %(num)s place.", "It has %(num)s places.", offer.people),
            "; ".join(periods) + "." if periods else gettext("It has no dates yet: you plan them afterwards."),
            gettext("Each place costs %(sum)s and is invoiced when the company books it.", sum=amount(seat))
            if seat
            else gettext("The places cost nothing: the company gets one invoice over the sum agreed."),
            *([] if offer.course_id else [gettext("A course draft with this title is made, which you can complete afterwards.")]),
            gettext("The company gets a letter and can name who comes."),
        ],
    )  # fmt: skip


def _refused(asked: Asked, offer: TrainingOffer, clashes: Sequence[str], status: int) -> Template:
    return Template(
        "portal/inhouse/refused.html",
        context={"step": _step(asked, offer), "clashes": clashes, "without_dates": WITHOUT_DATES},
        status_code=status,
    )
