"""What may be aid, gathered from everywhere: free advice, seats and courses for less than their price. Nothing is recorded by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.aid import policy
from lms.aid.errors import AidReasonMissing
from lms.aid.forms import EndForm
from lms.aid.models import AidEnd, AidKind, AidStatement, NoAid
from lms.aid.pages.desk import AID
from lms.aid.rules import discount, hourly
from lms.aid.service import Aid
from lms.aid.words import KINDS
from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.helpdesk.models import Appointment, AppointmentState, DeskKind, HelpDesk, HelpTopic
from lms.inhouse.models import TrainingOffer, TrainingOfferState, TrainingRequest
from lms.inhouse.rules import total_of
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.maturity.models import DigitalCheck
from lms.people.models import Company
from lms.portal.desk.step import Step, step_page
from lms.settings import Settings
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

CANDIDATES = f"{AID}/vorschlaege"
NO_AID = declare("keine-beihilfe", N_("It is noted that this was no aid."))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be aid: for whom, what, when, how much and how that was reckoned."""

    kind: AidKind
    about: tuple[str, UUID]
    company: Company
    what: str
    on: date
    cents: int
    reckoning: str

    @property
    def path(self) -> str:
        """Where it is recorded, everything filled in."""
        query = urlencode({
            "art": self.kind.value, "was": self.what, "am": self.on.isoformat(), "betrag": self.cents,
            "rechnung": self.reckoning, "anlass": f"{self.about[0]}:{self.about[1]}",
        })  # fmt: skip
        return f"{AID}/unternehmen/{self.company.id}/gewaehren?{query}"


class AidCandidatePages(Controller):
    """The list to work off."""

    path = CANDIDATES
    include_in_schema = False

    @get(opt=may("R", "state-aid", of=Scope.ALL))
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Everything that was given for less than its price and is not decided about."""
        async with around.begin.reading() as session:
            found = await candidates(session, around.settings)
        return Template(
            "portal/finance/aid.html",
            context={"rows": found, "kinds": KINDS, "here": CANDIDATES, "may_grant": policy.may_grant(actor)},
        )

    @get("/{kind:str}/{about_id:uuid}/keine", opt=may("C", "state-aid"))
    async def consider(self, kind: FromPath[str], about_id: FromPath[UUID]) -> Template:
        """Say why it is no aid."""
        return step_page(_step(kind, about_id), form_from(EndForm))

    @post("/{kind:str}/{about_id:uuid}/keine", opt=may("C", "state-aid"))
    async def dismiss(
        self,
        request: Request[Any, Any, Any],
        kind: FromPath[str],
        about_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        state_aid: NamedDependency[Aid],
    ) -> Template | Redirect:
        """It was no aid; the reason is kept."""
        form = form_from(EndForm, await request.form())
        if not form.validate():
            return step_page(_step(kind, about_id), form, status=422)
        try:
            await state_aid.dismiss(actor, about_kind=kind[:40], about_id=about_id, reason=form.reason.data)
        except AidReasonMissing as refusal:
            form.refuse("reason", refusal.message)
            return step_page(_step(kind, about_id), form, status=422)
        return after(CANDIDATES, NO_AID)


async def candidates(session: AsyncSession, settings: Settings) -> Sequence[Candidate]:
    """What may be aid and is not decided about, oldest first; eight statements."""
    found = [
        *await _advice(session, settings),
        *await _seats(session),
        *await _trainings(session),
        *await _free_runs(session),
    ]
    held = AidStatement.id.not_in(select(AidEnd.statement_id))
    recorded = await session.execute(select(AidStatement.about_kind, AidStatement.about_id).where(held))
    dismissed = await session.execute(select(NoAid.about_kind, NoAid.about_id))
    decided = {(kind, about_id) for rows in (recorded, dismissed) for kind, about_id in rows}
    return sorted(
        (one for one in found if one.about not in decided and one.cents > 0), key=lambda one: (one.on, one.what)
    )  # fmt: skip


async def _advice(session: AsyncSession, settings: Settings) -> list[Candidate]:
    """Advice that a company got: its time at the usual rate. The check itself is free for every business and so no aid."""
    rows = await session.execute(
        select(Appointment, HelpTopic, Company)
        .join(HelpDesk, HelpDesk.id == Appointment.desk_id)
        .join(HelpTopic, HelpTopic.id == Appointment.topic_id)
        .join(Company, Company.id == Appointment.company_id)
        .where(HelpDesk.kind == DeskKind.ADVICE, Appointment.state == AppointmentState.DONE)
        .order_by(Appointment.starts_at)
    )
    checks = await _shared_checks(session)
    found = []
    for appointment, topic, company in rows:
        minutes = int((appointment.ends_at - appointment.starts_at).total_seconds() // 60)
        about_check = [at for at in checks.get(company.id, ()) if at <= appointment.starts_at]
        if about_check:
            checks[company.id] = [at for at in checks[company.id] if at > appointment.starts_at]
            kind = AidKind.DIGITAL_CHECK
            what = gettext(
                "Digital check with advice: %(topic)s, %(minutes)s minutes",
                topic=topic.name_de,
                minutes=minutes,
            )
        else:
            kind = AidKind.CONSULTATION
            what = gettext("Advice: %(topic)s, %(minutes)s minutes", topic=topic.name_de, minutes=minutes)
        words = gettext(
            "%(minutes)s minutes at %(rate)s an hour", minutes=minutes, rate=amount(settings.advice_hour_cents)
        )  # fmt: skip
        found.append(
            Candidate(
                kind, ("appointment", appointment.id), company, what, local(appointment.starts_at).date(),
                hourly(minutes, settings.advice_hour_cents), words,
            )
        )  # fmt: skip
    return found


async def _shared_checks(session: AsyncSession) -> dict[UUID, list[datetime]]:
    """Since when companies let their adviser see a check: the first advice after that is the advice about it."""
    rows = await session.execute(
        select(DigitalCheck.company_id, DigitalCheck.shared_at).where(
            DigitalCheck.company_id.is_not(None), DigitalCheck.shared_at.is_not(None)
        )
    )
    found: dict[UUID, list[datetime]] = {}
    for company_id, shared_at in rows:
        if company_id is not None and shared_at is not None:
            found.setdefault(company_id, []).append(shared_at)
    return found


async def _seats(session: AsyncSession) -> list[Candidate]:
    """Seats for which a company pays less than the price of the run."""
    rows = await session.execute(
        select(Enrolment, Run, Course, Company)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .join(Company, Company.id == Enrolment.company_id)
        .where(Enrolment.state == EnrolmentState.CONFIRMED, Enrolment.price_cents < Run.price_cents)
    )
    return [
        Candidate(
            AidKind.SEAT, ("enrolment", enrolment.id), company, gettext("Seat: %(course)s", course=course.title_de),
            local(run.starts_at or enrolment.created_at).date(), discount(run.price_cents, enrolment.price_cents),
            _less(run.price_cents, enrolment.price_cents),
        )
        for enrolment, run, course, company in rows
    ]  # fmt: skip


async def _trainings(session: AsyncSession) -> list[Candidate]:
    """Accepted offers for less than the regular price."""
    rows = await session.execute(
        select(TrainingOffer, Company)
        .join(TrainingRequest, TrainingRequest.id == TrainingOffer.request_id)
        .join(Company, Company.id == TrainingRequest.company_id)
        .where(TrainingOffer.state == TrainingOfferState.ACCEPTED, TrainingOffer.regular_cents.is_not(None))
    )
    return [
        Candidate(
            AidKind.TRAINING, ("training_offer", offer.id), company, f"{offer.title} ({offer.number})",
            local(offer.answered_at or offer.created_at).date(), discount(offer.regular_cents or 0, total_of(offer)),
            _less(offer.regular_cents or 0, total_of(offer)),
        )
        for offer, company in rows
    ]  # fmt: skip


async def _free_runs(session: AsyncSession) -> list[Candidate]:
    """Closed runs that cost nothing and of which no offer speaks: the places at the usual price of the course."""
    rows = await session.execute(
        select(Run, Course, Company)
        .join(Course, Course.id == Run.course_id)
        .join(Company, Company.id == Run.company_id)
        .outerjoin(TrainingRequest, TrainingRequest.run_id == Run.id)
        .where(
            Run.price_cents == 0, Run.occupied > 0, TrainingRequest.id.is_(None), Run.starts_at.is_not(None),
            Run.state.in_((RunState.CONFIRMED, RunState.COMPLETED)),
        )
    )  # fmt: skip
    return [
        Candidate(
            AidKind.TRAINING, ("run", run.id), company,
            gettext("Closed run %(number)s: %(course)s", number=run.number, course=course.title_de),
            local(run.starts_at or run.created_at).date(), run.occupied * course.default_price_cents,
            gettext("%(num)s places at %(price)s", num=run.occupied, price=amount(course.default_price_cents)),
        )
        for run, course, company in rows
    ]  # fmt: skip


def _less(regular: int, paid: int) -> str:
    return gettext("Regular price %(regular)s, paid %(paid)s", regular=amount(regular), paid=amount(paid))


def _step(kind: str, about_id: UUID) -> Step:
    return Step(
        title=gettext("Was this no aid?"),
        about=gettext("What may be aid"),
        path=f"{CANDIDATES}/{kind}/{about_id}/keine",
        back=CANDIDATES,
        button=gettext("Note that it was no aid"),
        way_out=gettext("Leave it in the list"),
        sentences=[
            gettext(
                "It leaves the list, and your reason is kept. For example: everybody gets this for nothing."
            )
        ],
    )
