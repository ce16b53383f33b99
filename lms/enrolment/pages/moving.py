"""Changing to another run: which ones, what it comes to, and the button; by link or out of *Meine Kurse*."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, CourseTopic, PaymentMethod, Run
from lms.db import Begin
from lms.enrolment import rules
from lms.enrolment.pages.asking import ways_of
from lms.enrolment.pages.change_forms import MoveForm
from lms.enrolment.pages.checking import manage_path
from lms.enrolment.pages.offering import Offering, offering_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.ways import Holder, by_link, promised, signed_in
from lms.enrolment.pages.words import TERMS_VERSION, cancel_words
from lms.enrolment.queries import Claim
from lms.enrolment.rules import TAKES_PEOPLE
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
MOST_SAME, MOST_OTHERS = 8, 8


class MoveLinkPages(Controller):
    """For whoever holds the link."""

    path = "/anmeldung/{enrolment_id:uuid}/{token:str}/wechseln"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def choose(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """Runs with a free place: of the same course first, then of others."""
        return await _choose(around, await by_link(around, enrolment_id, token))

    @get("/{run_id:uuid}")
    async def consider(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], run_id: FromPath[UUID],
        actor: NamedDependency[Actor], around: NamedDependency[Around], enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """What it comes to."""
        return await _consider(around, enrolment, actor, await by_link(around, enrolment_id, token), run_id)

    @post("/{run_id:uuid}")
    async def move(
        self, request: AnyRequest, enrolment_id: FromPath[UUID], token: FromPath[str], run_id: FromPath[UUID],
        actor: NamedDependency[Actor], around: NamedDependency[Around], enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """Do it."""
        way = await by_link(around, enrolment_id, token)
        return await _move(request, around, enrolment, actor, way, run_id)


class OwnMovePages(Controller):
    """The same for somebody signed in."""

    path = "/meine-kurse/{enrolment_id:uuid}/wechseln"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def choose(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin],
        around: NamedDependency[Around],
    ) -> Template | Redirect:  # fmt: skip
        """Runs with a free place."""
        return await _choose(around, await signed_in(begin, actor, enrolment_id))

    @get("/{run_id:uuid}")
    async def consider(
        self, enrolment_id: FromPath[UUID], run_id: FromPath[UUID], actor: NamedDependency[Actor],
        begin: NamedDependency[Begin], around: NamedDependency[Around], enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """What it comes to."""
        return await _consider(around, enrolment, actor, await signed_in(begin, actor, enrolment_id), run_id)

    @post("/{run_id:uuid}")
    async def move(
        self, request: AnyRequest, enrolment_id: FromPath[UUID], run_id: FromPath[UUID],
        actor: NamedDependency[Actor], begin: NamedDependency[Begin], around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """Do it."""
        way = await signed_in(begin, actor, enrolment_id)
        return await _move(request, around, enrolment, actor, way, run_id)


async def runs_with_room(
    session: AsyncSession, around: Around, found: Claim
) -> tuple[Sequence[tuple[Run, Course]], Sequence[tuple[Run, Course]]]:
    """Runs in which this person finds a place now: of the same course, and of courses that share a topic with it."""
    now = around.clock()
    open_runs = (
        select(Run, Course)
        .join(Course, Course.id == Run.course_id)
        .where(
            Run.id != found.run.id,
            or_(Run.company_id.is_(None), Run.company_id == found.enrolment.company_id),
            Run.state.in_(TAKES_PEOPLE),
            Run.starts_at > now,
            Run.occupied < Run.capacity,
            Run.waiting == 0,
        )
        .order_by(Run.starts_at, Run.number)
    )
    topics = select(CourseTopic.topic_id).where(CourseTopic.course_id == found.course.id)
    related = select(CourseTopic.course_id).where(CourseTopic.topic_id.in_(topics))
    same = await session.execute(open_runs.where(Run.course_id == found.course.id).limit(MOST_SAME))
    others = await session.execute(
        open_runs.where(Run.course_id != found.course.id, Run.course_id.in_(related)).limit(MOST_OTHERS)
    )
    return [(run, course) for run, course in same if rules.is_open(run, now)], [
        (run, course) for run, course in others if rules.is_open(run, now)
    ]


async def _choose(around: Around, way: Holder) -> Template | Redirect:
    if not way.has_whole_place:
        return Redirect(url(way.here), status_code=303, headers=PRIVATE)
    async with around.begin.reading() as session:
        same, others = await runs_with_room(session, around, way.found)
        offering = await offering_of(session, way.found.run.id)
    return Template(
        "enrolment/move_choose.html",
        context={
            "offering": offering,
            "same": same,
            "others": others,
            "here": way.here,
            "is_free": rules.is_free_to_leave(way.found.run, around.clock()),
            "person": way.found.person,
        },
        headers=PRIVATE,
    )


async def _consider(
    around: Around,
    enrolment: Enrolments,
    actor: Actor,
    way: Holder,
    run_id: UUID,
    *,
    form: MoveForm | None = None,
    refusal: DomainError | None = None,
) -> Template | Redirect:
    if not way.has_whole_place:
        return Redirect(url(way.here), status_code=303, headers=PRIVATE)
    async with around.begin.reading() as session:
        offering = await offering_of(session, run_id)
        former = await offering_of(session, way.found.run.id)
    asks_method = _asks_method(way.found, offering)
    shown = form or form_from(MoveForm)
    _fit(shown, offering, asks=asks_method)
    reckoning = None
    try:
        reckoning = await enrolment.preview_move(
            actor, enrolment_id=way.found.enrolment.id, run_id=run_id, token=way.token,
            payment_method=offering.ways[0] if asks_method else None,
        )  # fmt: skip
    except NotFound:
        raise
    except DomainError as found:
        refusal = found
    return Template(
        "enrolment/move.html",
        context={
            "offering": offering,
            "former": former,
            "reckoning": reckoning,
            "form": shown,
            "asks_method": asks_method,
            "conditions": cancel_words(offering.run, around.clock()) if offering.run.price_cents else "",
            "here": way.here,
            "person": way.found.person,
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 422 if shown.problems else 200,
        headers=PRIVATE,
    )


async def _move(
    request: AnyRequest, around: Around, enrolment: Enrolments, actor: Actor, way: Holder, run_id: UUID
) -> Template | Redirect:
    async with around.begin.reading() as session:
        offering = await offering_of(session, run_id)
    form = form_from(MoveForm, await request.form())
    asks = _asks_method(way.found, offering)
    _fit(form, offering, asks=asks)
    if not form.validate():
        return await _consider(around, enrolment, actor, way, run_id, form=form)
    try:
        moved = await enrolment.move(
            actor, enrolment_id=way.found.enrolment.id, run_id=run_id, token=way.token,
            payment_method=PaymentMethod(form.method.data) if asks else None, terms_version=TERMS_VERSION,
            expected_cents=promised(form.promise.data),
        )  # fmt: skip
    except NotFound:
        raise
    except DomainError as refusal:
        return await _consider(around, enrolment, actor, way, run_id, refusal=refusal)
    new = moved.enrolment
    path = manage_path(around, new.id, new.link_version) if way.token else f"/meine-kurse/{new.id}"
    return Redirect(url(path), status_code=303, headers=PRIVATE)


def _asks_method(found: Claim, offering: Offering) -> bool:
    """Whether something is due and the way of paying that was chosen does not do for it."""
    return bool(offering.run.price_cents) and (found.enrolment.payment_method not in offering.ways)


def _fit(form: MoveForm, offering: Offering, *, asks: bool) -> None:
    if not asks:
        del form.method
        return
    form.method.choices = [(way, name) for way, name, _ in ways_of(offering, asks_account=False)]
    form.method.hints = {way: hint for way, _, hint in ways_of(offering, asks_account=False)}
