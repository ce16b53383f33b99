"""`/meine-kurse`: what is due, what comes next, what there is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from content.lesson import render
from lms.attendance.words import facts_in_words
from lms.catalogue.models import PaymentMethod
from lms.certification.eligibility.words import own_words
from lms.certification.wishes.queries import leave_of
from lms.enrolment.choices.reading import own_choices
from lms.enrolment.conditions.answered import answers_path, own_answers
from lms.enrolment.lists.reading import story_of
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pages.other_choices import PART
from lms.enrolment.policy import is_limited, reaches
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.payments.due import pay_path
from lms.portal.cards import cards
from lms.portal.filters import Filters
from lms.portal.fragments import fragments_of
from lms.portal.my_courses import MyCourse, Overview, course_of, overview_of
from lms.portal.my_lessons import MyLessons, my_lessons
from lms.portal.programme import Programme
from lms.portal.refund_account import accounts_asked, own_refunds
from lms.reports.participants.queries import asked_of as funder_questions
from lms.surveys.results import asked_of
from lms.teaching.materials.own_pages import kind_in_words
from lms.teaching.materials.reading import counts_shown, shown_to
from lms.teaching.messages.reading import has_conversation
from lms.web.access import SIGNED_IN
from lms.web.module import Around

AnyRequest = Request[Any, Any, Any]
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
SUGGESTIONS = 3


class MyCoursesPages(Controller):
    """One's own courses and those of the household."""

    path = "/meine-kurse"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        programme: NamedDependency[Programme],
    ) -> Template:
        """Everything, what is due first; `?person=` shows one of the household."""
        now, chosen = around.clock(), _chosen(request.query_params.get("person"))
        async with around.begin.reading() as session:
            overview = await overview_of(session, actor, chosen=chosen, now=now)
            asked = await accounts_asked(session, actor)
            reading = [*overview.current, *overview.finished]
            lessons = await my_lessons(session, actor, [one.claim for one in reading], now)
            materials = await counts_shown(session, actor, [(one.enrolment, one.run) for one in reading], now)
            surveys = await asked_of(session, actor, now)
            funders_ask = await funder_questions(session, actor, now)
        suggested = Markup("")
        if not overview.count:
            edition = await programme.edition(now)
            listing = await programme.find(edition, Filters(has_places="1"), now, number=1, size=SUGGESTIONS)
            suggested = cards(fragments_of(request), listing.runs, now)
        return Template(
            "portal/my_courses/index.html",
            context={
                "overview": overview,
                "lessons": lessons,
                "materials": materials,
                "to_learn": _to_learn(overview, lessons),
                "asked": asked,
                "surveys": surveys,
                "funders_ask": funders_ask,
                "now_is": now,
                "own_id": actor.person_id,
                "door_minutes": around.settings.join_minutes_before,
                "suggested": suggested,
                "pay_paths": {
                    one.enrolment.id: _pay(around, actor, one)
                    for one in [*overview.unpaid, *(held[0] for held in overview.to_pay)]
                },
                "links": {one.enrolment.id: _to_answer(actor, one) for one in overview.to_answer},
                "bring": _bring(overview.next_course) if overview.next_course else "",
            },
            headers=PRIVATE,
        )

    @get("/{enrolment_id:uuid}")
    async def course(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """One course: dates with marks, payment, what has happened, cancelling."""
        now = around.clock()
        async with around.begin.reading() as session:
            mine = await course_of(session, actor, enrolment_id, today=local(now).date())
            back = await own_refunds(session, actor, enrolment_id)
            answers, may_answer = await own_answers(session, mine.claim, now)
            story = await story_of(session, mine.claim, now)
            choices = await own_choices(session, mine.claim, now)
            leave = await leave_of(session, actor, enrolment_id, today=local(now).date())
            materials = await shown_to(session, actor, mine.enrolment, now)
            lessons = (await my_lessons(session, actor, [mine.claim], now)).get(enrolment_id)
            has_messages = await has_conversation(session, enrolment_id)
        return Template(
            "portal/my_courses/course.html",
            context={
                "mine": mine,
                "back": back,
                "now_is": now,
                "door_minutes": around.settings.join_minutes_before,
                "bring": _bring(mine),
                "towards": _towards(mine, actor, now),
                "next_meeting": mine.next_meeting(now) if _has_place(mine) else None,
                "answer_path": _to_answer(actor, mine),
                "calendar_path": _calendar(around, actor, mine),
                "may_object": mine.enrolment.person_id in actor.persons_for("object", "attendance"),
                "in_words": facts_in_words,
                "may_cancel": reaches(actor, mine.enrolment, "D"),
                "price_path": ""
                if is_limited(actor, mine.enrolment.person_id)
                else _price_page(around, actor, mine),
                "pay_path": _pay(around, actor, mine),
                "answers": answers,
                "answers_path": answers_path(around.signer, mine.enrolment) if may_answer else "",
                "story": story,
                "choices": choices,
                "leave": leave,
                "materials": [(one, kind_in_words(one.material)) for one in materials],
                "lessons": lessons,
                "materials_path": f"{mine.path}/unterlagen",
                "messages_path": f"{mine.path}/nachrichten"
                if has_messages and mine.enrolment.person_id in actor.persons_for("R", "message")
                else "",
                "choices_path": f"{mine.path}/{PART}" if reaches(actor, mine.enrolment, "D") else "",
            },
            headers=PRIVATE,
        )


def _to_learn(overview: Overview, lessons: Mapping[UUID, MyLessons]) -> Sequence[tuple[MyCourse, MyLessons]]:
    """The courses in which a lesson waits, in the order of their next dates: what one may go on with today."""
    return [
        (one, lessons[one.enrolment.id])
        for one in overview.current
        if one.enrolment.id in lessons and lessons[one.enrolment.id].next is not None
    ]


def _chosen(written: str | None) -> UUID | None:
    try:
        return UUID(written) if written else None
    except ValueError as error:
        raise NotFound from error


def _towards(mine: MyCourse, actor: Actor, now: datetime) -> Sequence[str]:
    """What it takes for the certificate, what is missing, or that it is on its way; nothing once it is there."""
    one = mine.towards
    if one is None or one.certificate is not None:
        return ()
    return own_words(
        one.standing,
        one.asked,
        one.exam,
        is_over=mine.is_over(now),
        to_person=mine.enrolment.person_id == actor.person_id,
    )


def _has_place(mine: MyCourse) -> bool:
    return mine.enrolment.state is EnrolmentState.CONFIRMED


def _to_answer(actor: Actor, mine: MyCourse) -> str:
    """Where an offer is answered; empty where there is none, or where a mandate does not reach so far."""
    may_answer = mine.claim.offer is not None and reaches(actor, mine.enrolment, "C")
    return f"/meine-kurse/{mine.enrolment.id}/angebot" if may_answer else ""


def _calendar(around: Around, actor: Actor, mine: MyCourse) -> str:
    """The dates as a file: of the run, or of what somebody comes to alone."""
    one = mine.enrolment
    is_closed = mine.run.company_id is not None  # nobody else finds the dates of a closed run
    if not (one.is_drop_in or is_closed) or is_limited(actor, one.person_id):
        return f"/kalender/kurs/{mine.run.number}.ics"
    return f"/anmeldung/{one.id}/{around.signer.token('enrolment', one.id, one.link_version)}/termine.ics"


def _price_page(around: Around, actor: Actor, mine: MyCourse) -> str:
    """Where it says how the price came about, and where a proof is sent; empty where there is neither."""
    one = mine.enrolment
    if one.is_drop_in or is_limited(actor, one.person_id) or not (one.price_cents or one.has_concession):
        return ""
    return f"/anmeldung/{one.id}/{around.signer.token('enrolment', one.id, one.link_version)}"


def _pay(around: Around, actor: Actor, mine: MyCourse) -> str:
    """Where it is paid online; empty where that is not offered, or where we collect the money ourselves."""
    one = mine.enrolment
    is_offered = PaymentMethod.ONLINE in around.settings.ways_to_pay
    is_collected = mine.collected is not None or one.payment_method is PaymentMethod.DIRECT_DEBIT
    if not is_offered or is_collected or mine.is_for_employee or is_limited(actor, one.person_id):
        return ""
    return pay_path(around.signer, one)


def _bring(mine: MyCourse) -> Markup:
    return Markup(render(mine.bring, top_level=3)) if mine.bring else Markup("")  # noqa: S704 - `render` makes it safe
