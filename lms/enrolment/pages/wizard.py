"""The form, one question a page: `/anmelden/<run>/…`. State lives on the server; nothing here needs JavaScript."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.debits.wording import mandate_words
from lms.enrolment import rules
from lms.enrolment.errors import EnrolmentClosed, NotYetOpen, RunNotOffered
from lms.enrolment.pages.asking import answers_of, form_for, ways_of
from lms.enrolment.pages.draft import Draft
from lms.enrolment.pages.drafts import Found, find, keep, with_answer
from lms.enrolment.pages.offering import Offering, other_runs
from lms.enrolment.pages.private import PRIVATE, browser_cookie, new_browser_key
from lms.enrolment.pages.questions import TITLES, Step
from lms.enrolment.pages.unfit import refuse_unfit
from lms.enrolment.pages.way import first_open, is_reached, next_after, path_before, steps_of
from lms.enrolment.pages.words import certainty, explanation, privacy, question, waiting_list_words
from lms.enrolment.pricing.offers import offered_prices
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound, TooMany
from lms.settings import Settings
from lms.web.access import PUBLIC
from lms.web.forms import Form
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
OWN_PAGES = frozenset({Step.PARTICIPANTS, Step.PAYMENT, Step.CHECK})


class WizardPages(Controller):
    """From the start page to the last question."""

    path = "/anmelden/{run_id:uuid}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def start(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """What is needed, what it costs, and the two ways in: with and without an account."""
        found = await find(request, actor, around, run_id)
        now = around.clock()
        try:
            rules.refuse_unless_open(found.offering.run, now)
        except (RunNotOffered, NotYetOpen, EnrolmentClosed) as refusal:
            if found.draft is None:
                return await refused(around, found.offering, refusal, status=200)
        run = found.offering.run
        return Template(
            "enrolment/start.html",
            context={
                "offering": found.offering,
                "draft": found.draft,
                "prices": list(offered_prices(found.offering.prices, local(now).date())),
                "certainty": certainty(run),
                "is_full": found.draft is None and (run.free <= 0 or run.waiting > 0),
                "waiting_words": waiting_list_words(around.settings),
                "ways_to_pay": [translated(name) for _, name, _ in ways_of(found.offering)],
                "is_signed_in": actor.is_signed_in,
                "hold_minutes": around.settings.hold_minutes,
                "go_on": found.draft.path(first_open(found.draft)) if found.draft else "",
            },
            headers=PRIVATE,
        )

    @post()
    async def begin_form(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Open the form and hold a place, if one is free."""
        found = await find(request, actor, around, run_id)
        # only a key that we know is taken on: a planted one could be read along (S-10)
        is_known = found.draft is not None or found.completed_id is not None
        key = found.key if is_known else new_browser_key()
        try:
            await enrolment.hold(actor, run_id=run_id, browser_key=key)
        except (RunNotOffered, NotYetOpen, EnrolmentClosed) as refusal:
            return await refused(around, found.offering, refusal, status=refusal.status)
        return Redirect(
            url(f"/anmelden/{run_id}/{Step.WHO}"),
            status_code=303,
            cookies=[browser_cookie(key, around.settings)],
            headers=PRIVATE,
        )

    @post("/abbrechen")
    async def give_up(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Redirect:
        """Forget everything that was typed and free the place."""
        found = await find(request, actor, around, run_id)
        if found.draft is not None:
            await enrolment.give_up(actor, application_id=found.draft.application.id, browser_key=found.key)
        return Redirect(url(found.offering.course_path), status_code=303, headers=PRIVATE)

    @get("/{step:str}")
    async def ask(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        step: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """One question. Whoever skips one is led to it."""
        wanted = step_named(step)
        found = await find(request, actor, around, run_id)
        if found.draft is None:
            return gone(found, run_id)
        if not is_reached(found.draft, wanted):
            return to(found.draft, first_open(found.draft))
        return page(found.draft, wanted, form_for(found.draft, wanted), settings=around.settings)

    @post("/{step:str}")
    async def answer(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        step: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Keep an answer and go on."""
        wanted = step_named(step)
        found = await find(request, actor, around, run_id)
        if found.draft is None:
            return gone(found, run_id)
        draft = found.draft
        if not is_reached(draft, wanted):
            return to(draft, first_open(draft))
        form = form_for(draft, wanted, await request.form())
        answers = answers_of(form) if form.validate() else {}
        refusal = None
        if not form.problems:
            refusal = await refuse_unfit(
                form, draft, wanted, answers, actor=actor, around=around, enrolments=enrolment
            )
        if form.problems:
            return page(
                draft,
                wanted,
                form,
                status=refusal.status if isinstance(refusal, TooMany) else 422,
                is_unfit=bool(refusal),
                settings=around.settings,
            )
        kept = await keep(enrolment, actor, around, found.key, draft, with_answer(draft, wanted, answers))
        return to(kept, next_after(draft, kept, wanted))


def step_named(name: str) -> Step:
    """The question behind the last part of an address. Raises NotFound; some have pages of their own."""
    if name not in set(Step) - OWN_PAGES:
        raise NotFound
    return Step(name)


def page(
    draft: Draft, step: Step, form: Form, *, settings: Settings, status: int = 200, is_unfit: bool = False
) -> Template:
    """The page of one question."""
    return Template(
        "enrolment/step.html",
        context={
            **around_step(draft, step),
            "form": form,
            "fields": list(form),
            "is_unfit": is_unfit,
            "mandate_words": mandate_words(settings) if step is Step.ACCOUNT else (),
        },
        status_code=status,
        headers=PRIVATE,
    )


def around_step(draft: Draft, step: Step) -> dict[str, Any]:
    """What stands on each page of the form: where one is, the way back, how long the place is held."""
    steps = steps_of(draft)
    return {
        "draft": draft,
        "offering": draft.offering,
        "step": step,
        "number": steps.index(step) + 1,
        "total": len(steps),
        "step_title": translated(TITLES[step]),
        "question": question(draft, step),
        "explanation": explanation(draft, step),
        "privacy": privacy(draft, step),
        "back_path": path_before(draft, step),
    }


def to(draft: Draft, step: Step) -> Redirect:
    """On to a question."""
    return Redirect(url(draft.path(step)), status_code=303, headers=PRIVATE)


def gone(found: Found, run_id: UUID) -> Redirect:
    """Where somebody without an open form goes: to what came of it, or to the start."""
    end = f"/bestaetigung/{found.completed_id}" if found.completed_id else ""
    return Redirect(url(f"/anmelden/{run_id}{end}"), status_code=303, headers=PRIVATE)


async def refused(around: Around, offering: Offering, refusal: DomainError, *, status: int) -> Template:
    """Why one cannot enrol, and what one can do instead."""
    async with around.begin.reading() as session:
        others = await other_runs(session, offering.run, around.clock())
    return Template(
        "enrolment/refused.html",
        context={
            "offering": offering,
            "sentence": gettext(refusal.message, **refusal.params),
            "opens_at": refusal.params.get("opens_at"),
            "others": others,
        },
        status_code=status,
        headers=PRIVATE,
    )
