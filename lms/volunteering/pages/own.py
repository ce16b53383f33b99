"""`/mithelfen/mein/…`: a helper's own page, by the link in every letter: shifts to come, shifts that are open, and the way out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.volunteering import rules
from lms.volunteering.beside import sits_today
from lms.volunteering.fitting import why_not
from lms.volunteering.forms import ReasonForm, TopicsForm
from lms.volunteering.letters import desk_words, helper_path
from lms.volunteering.models import Duty, DutyState, HelperState, Shift, ShiftAsk, ShiftState
from lms.volunteering.pages.opened import opened
from lms.volunteering.queries.helpers import Known, helper_of_person, limits_of, topics
from lms.volunteering.queries.shifts import duties_of, planned, planned_shift
from lms.volunteering.service import Helpers, Shifts
from lms.volunteering.service.acts import LINK
from lms.volunteering.words import named, state_of, topic_choices
from lms.web.access import PUBLIC, may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
AHEAD = timedelta(weeks=6)
TAKEN = declare("schicht-uebernommen", N_("The shift is yours. Thank you. You get a confirmation."))
WITHDRAWN = declare("schicht-abgesagt", N_("You have withdrawn. The team looks for somebody else."))
NO = declare("schicht-nein", N_("Thank you for your answer. Perhaps another time."))
LEFT = declare("mithelfen-beendet", N_("You have stopped helping. Thank you for everything."))


class OwnHelperWay(Controller):
    """For whoever is signed in: the way to their own page."""

    path = "/mithelfen/mein"
    opt = may("R", "volunteering")
    include_in_schema = False

    @get()
    async def go(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Redirect:
        """Where one's own link leads; to the invitation for whoever is no helper."""
        async with around.begin.reading() as session:
            helper = await helper_of_person(session, actor.person_id) if actor.person_id else None
        if helper is None:
            return Redirect(url("/mithelfen"), status_code=303)
        token = around.signer.token(LINK, helper.id, helper.link_version)
        return Redirect(url(f"/mithelfen/mein/{helper.id}/{token}"), status_code=303)


class OwnHelperPages(Controller):
    """Everything but the hours."""

    path = "/mithelfen/mein/{helper_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self, helper_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """My shifts, and those I can take."""
        return await _page(around, helper_id, token)

    @post("/schichten/{shift_id:uuid}")
    async def take(
        self,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        shift_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Take a shift."""
        known = await opened(around, helper_id, token)
        try:
            await shifts.take(actor, shift_id=shift_id, helper_id=helper_id, token=token)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _page(around, helper_id, token, refusal)
        return after(helper_path(known, token), TAKEN)

    @get("/schichten/{shift_id:uuid}/absagen")
    async def consider(
        self,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        shift_id: FromPath[UUID],
        around: NamedDependency[Around],
    ) -> Template:
        """Before withdrawing."""
        known = await opened(around, helper_id, token)
        return await _withdrawing(around, known, token, shift_id)

    @post("/schichten/{shift_id:uuid}/absagen")
    async def withdraw(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        shift_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Withdraw; the team is told."""
        known = await opened(around, helper_id, token)
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return await _withdrawing(around, known, token, shift_id, form, status=422)
        try:
            await shifts.withdraw(
                actor, shift_id=shift_id, helper_id=helper_id, token=token, reason=form.reason.data or ""
            )
        except NotFound:
            raise
        except DomainError as refusal:
            return await _page(around, helper_id, token, refusal)
        return after(helper_path(known, token), WITHDRAWN)

    @get("/anfrage/{ask_id:uuid}")
    async def asked(
        self,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        ask_id: FromPath[UUID],
        around: NamedDependency[Around],
    ) -> Template:
        """The team asks whether one can come."""
        return await _asked(around, helper_id, token, ask_id)

    @post("/anfrage/{ask_id:uuid}")
    async def answer(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        ask_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Yes takes the shift."""
        known = await opened(around, helper_id, token)
        yes = (await request.form()).get("antwort") == "ja"
        try:
            await shifts.answer(actor, ask_id=ask_id, token=token, yes=yes)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _asked(around, helper_id, token, ask_id, refusal)
        return after(helper_path(known, token), TAKEN if yes else NO)

    @get("/angaben")
    async def details(
        self, helper_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Topics and times."""
        known = await opened(around, helper_id, token)
        form = form_from(TopicsForm, topics=[str(one) for one in known.topic_ids], times=known.helper.times)
        return await _details(around, known, token, form)

    @post("/angaben")
    async def change(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Template | Redirect:
        """Other topics or times."""
        known = await opened(around, helper_id, token)
        form = form_from(TopicsForm, await request.form())
        async with around.begin.reading() as session:
            form.topics.choices = topic_choices(await topics(session))
        if not form.validate():
            return await _details(around, known, token, form, status=422)
        await helpers.change(
            actor, helper_id=helper_id, token=token, topic_ids=form.topic_ids, times=form.times.data or ""
        )
        return after(helper_path(known, token), SAVED)

    @get("/aufhoeren")
    async def consider_leaving(
        self, helper_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Before stopping."""
        known = await opened(around, helper_id, token)
        return Template(
            "volunteering/leave.html",
            context={"known": known, "here": helper_path(known, token)},
            headers=PRIVATE,
        )

    @post("/aufhoeren")
    async def leave(
        self,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Redirect:
        """Stop helping."""
        known = await opened(around, helper_id, token)
        await helpers.leave(actor, helper_id=helper_id, token=token)
        return after(helper_path(known, token), LEFT)


async def _page(around: Around, helper_id: UUID, token: str, refusal: DomainError | None = None) -> Template:
    known = await opened(around, helper_id, token)
    now = around.clock()
    helps = known.helper.state is HelperState.APPROVED
    async with around.begin.reading() as session:
        mine = await duties_of(session, helper_id, Duty.state == DutyState.TAKEN, Shift.ends_at > now)
        open_ones = (
            await planned(
                session, Shift.state == ShiftState.OPEN, Shift.starts_at > now, Shift.starts_at < now + AHEAD
            )
            if helps
            else []
        )
        limits, known_topics = await limits_of(session), await topics(session)
        advises_today = helps and await sits_today(session, known.person.id, local(now).date())
    taken = [shift for _, shift, _, _ in mine]
    ids = {shift.id for shift in taken}
    offered = [
        (
            plan,
            why_not(plan, known, others=taken, limits=limits, state=around.settings.federal_state, at=now),
            rules.fitting_topics(map(str, plan.wanted_topics), map(str, known.topic_ids)),
        )
        for plan in open_ones
        if plan.shift.id not in ids
    ]
    return Template(
        "volunteering/own.html",
        context={
            "known": known,
            "here": helper_path(known, token),
            "state": state_of(known),
            "mine": [
                (
                    shift,
                    desk_words(desk, venue),
                    rules.may_withdraw(shift.starts_at, now, hours=limits.withdraw_hours),
                    rules.pause_minutes(shift.minutes, is_minor=known.is_minor_on(shift.day)),
                )
                for _, shift, desk, venue in mine
            ],
            "offered": [one for one in offered if one[1] is None],
            "unfit": [one for one in offered if one[1] is not None],
            "desk_words": desk_words,
            "named": lambda ids_: named(known_topics, ids_),
            "say": lambda problem: gettext(problem.message, **problem.params),
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
            "helps": helps,
            "advises_today": advises_today,
            "needs_consent": known.helper.guardian_id is not None and not known.has_consent,
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


async def _withdrawing(
    around: Around,
    known: Known,
    token: str,
    shift_id: UUID,
    form: ReasonForm | None = None,
    *,
    status: int = 200,
) -> Template:
    async with around.begin.reading() as session:
        mine = await duties_of(
            session, known.helper.id, Duty.state == DutyState.TAKEN, Duty.shift_id == shift_id
        )
    if not mine:
        raise NotFound
    _, shift, desk, venue = mine[0]
    return Template(
        "volunteering/withdraw.html",
        context={
            "here": helper_path(known, token),
            "shift": shift,
            "desk": desk_words(desk, venue),
            "form": form or form_from(ReasonForm),
        },
        status_code=status,
        headers=PRIVATE,
    )


async def _asked(
    around: Around, helper_id: UUID, token: str, ask_id: UUID, refusal: DomainError | None = None
) -> Template:
    known = await opened(around, helper_id, token)
    async with around.begin.reading() as session:
        ask = await session.get(ShiftAsk, ask_id)
        if ask is None or ask.helper_id != helper_id:
            raise NotFound
        plan = await planned_shift(session, ask.shift_id)
        known_topics = await topics(session)
    return Template(
        "volunteering/asked.html",
        context={
            "known": known,
            "ask": ask,
            "plan": plan,
            "desk": desk_words(plan.desk, plan.venue),
            "wanted": named(known_topics, plan.wanted_topics),
            "here": helper_path(known, token),
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


async def _details(
    around: Around, known: Known, token: str, form: TopicsForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        form.topics.choices = topic_choices(await topics(session))
    return Template(
        "volunteering/details.html",
        context={"form": form, "here": helper_path(known, token)},
        status_code=status,
        headers=PRIVATE,
    )
