"""Who comes together, or whom a company sends: a list, and a small page for each person."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.forms import ParticipantForm
from lms.enrolment.pages.asking import answers_of, participant_form
from lms.enrolment.pages.draft import Draft
from lms.enrolment.pages.drafts import Found, find, keep, with_answer
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.questions import Kind, Step
from lms.enrolment.pages.unfit import refuse_unfit_participant
from lms.enrolment.pages.way import first_open, is_reached, next_after, path_before
from lms.enrolment.pages.wizard import around_step, gone, to
from lms.enrolment.service import Enrolments
from lms.enrolment.values import MOST_AT_ONCE
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
NEW = "neu"


class ParticipantPages(Controller):
    """Several persons, one page each."""

    path = "/anmelden/{run_id:uuid}/" + Step.PARTICIPANTS
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def index(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """Who is named so far; the first person is asked for at once."""
        found = await find(request, actor, around, run_id)
        draft = _open_here(found, run_id)
        if isinstance(draft, Redirect):
            return draft
        if not draft.participants:
            return Redirect(url(draft.path(f"{Step.PARTICIPANTS}/{NEW}")), status_code=303, headers=PRIVATE)
        return Template(
            "enrolment/participants.html",
            context={
                **around_step(draft, Step.PARTICIPANTS),
                "most": MOST_AT_ONCE,
                "is_reducible": draft.kind is Kind.GROUP
                and bool(draft.offering.prices.concessions)
                and not draft.concessions_of_each,  # a reduced price without reasons is claimed by one alone
            },
            headers=PRIVATE,
        )

    @post()
    async def go_on(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Redirect:
        """Everybody is named."""
        found = await find(request, actor, around, run_id)
        draft = _open_here(found, run_id)
        if isinstance(draft, Redirect):
            return draft
        kept = await keep(enrolment, actor, around, found.key, draft, draft.answers)
        return to(kept, next_after(draft, kept, Step.PARTICIPANTS))

    @get("/{number:str}")
    async def ask(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        number: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """One person's page."""
        found = await find(request, actor, around, run_id)
        draft = _open_here(found, run_id)
        if isinstance(draft, Redirect):
            return draft
        place = _place(draft, number)
        return _page(draft, participant_form(draft, place), place)

    @post("/{number:str}")
    async def answer(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        number: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Keep one person and go back to the list."""
        found = await find(request, actor, around, run_id)
        draft = _open_here(found, run_id)
        if isinstance(draft, Redirect):
            return draft
        place = _place(draft, number)
        form = participant_form(draft, place, await request.form())
        if form.validate():
            refuse_unfit_participant(form, draft, answers_of(form))
        if form.problems:
            return _page(draft, form, place, status=422)
        people = list(draft.participants)
        if place is None:
            people.append(answers_of(form))
        else:
            people[place] = answers_of(form)
        return await _keep(enrolment, actor, around, found.key, draft, people)

    @post("/{number:str}/entfernen")
    async def remove(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        number: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Redirect:
        """Take one person off the list."""
        found = await find(request, actor, around, run_id)
        draft = _open_here(found, run_id)
        if isinstance(draft, Redirect):
            return draft
        place = _place(draft, number)
        people = [one for index, one in enumerate(draft.participants) if index != place]
        return await _keep(enrolment, actor, around, found.key, draft, people)


def _open_here(found: Found, run_id: UUID) -> Draft | Redirect:
    """The open form, or where to go instead: there is none, or an earlier question is not answered."""
    draft = found.draft
    if draft is None:
        return gone(found, run_id)
    return draft if is_reached(draft, Step.PARTICIPANTS) else to(draft, first_open(draft))


def _place(draft: Draft, number: str) -> int | None:
    """Which person an address means; None for a new one. Raises NotFound."""
    if number == NEW and len(draft.participants) < MOST_AT_ONCE:
        return None
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(draft.participants):
        return int(number) - 1
    raise NotFound


def _page(draft: Draft, form: ParticipantForm, place: int | None, *, status: int = 200) -> Template:
    count = len(draft.participants)
    path = draft.path(Step.PARTICIPANTS)
    return Template(
        "enrolment/participant.html",
        context={
            **around_step(draft, Step.PARTICIPANTS),
            "form": form,
            "ordinal": count + 1 if place is None else place + 1,
            "here": f"{path}/{NEW if place is None else place + 1}",
            "before": path if count else path_before(draft, Step.PARTICIPANTS),
        },
        status_code=status,
        headers=PRIVATE,
    )


async def _keep(
    enrolment: Enrolments, actor: Actor, around: Around, key: str, draft: Draft, people: list[Any]
) -> Redirect:
    kept = await keep(enrolment, actor, around, key, draft, with_answer(draft, Step.PARTICIPANTS, people))
    return Redirect(url(kept.path(Step.PARTICIPANTS)), status_code=303, headers=PRIVATE)
