"""What the team makes of a wish: a public answer, or a planned run in one act."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course
from lms.catalogue.service import Courses, CourseWords
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Invalid, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation.errors import ReasonMissing, WishDecided, WishUnread
from lms.participation.models import Wish, WishRun, WishState
from lms.participation.moderating import Moderation, ensure_answerable
from lms.participation.outcome.letters import followers
from lms.participation.outcome.reading import runs_of
from lms.participation.outcome.rules import MOST_DAYS, USUAL_DAYS
from lms.participation.outcome.service import Outcomes, ensure_open
from lms.scheduling.service import Scheduling
from lms.web.access import may
from lms.web.forms import Form, Hidden, Number, Radios, Select, TextArea, form_from
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

PATH = "/verwaltung/wuensche"
PLANNED = declare(
    "wunsch-geplant", N_("The wish is being planned. Now choose dates and room, then publish the run.")
)
ANSWERED = declare("wunsch-beantwortet", N_("The answer is public. Whoever wanted to hear of it is told."))
NEW = "neu"
LONGEST_SUMMARY = 200


class PlanForm(Form):
    """Of which course the run is, and how long its supporters come first."""

    key = Hidden()
    course = Select(
        N_("Course"),
        hint=N_("A new course begins as a draft with the words of the wish."),
        missing=N_("Choose a course."),
    )
    days = Number(
        N_("Days in which only supporters may enrol"),
        least=0,
        most=MOST_DAYS,
        width=5,
        hint=N_("They count from the day on which you publish the run. 0 means: everybody at once."),
        missing=N_("Enter the number of days."),
    )


class AnswerWishForm(Form):
    """The public answer."""

    version = Hidden()
    state = Radios(
        N_("Where does the wish stand?"),
        choices=[
            (WishState.UNDER_REVIEW.value, N_("under review")),
            (WishState.PLANNED.value, N_("planned")),
            (WishState.DONE.value, N_("put into practice")),
            (WishState.REJECTED.value, N_("rejected")),
        ],
        missing=N_("Choose where the wish stands."),
    )
    answer_de = TextArea(
        N_("Answer in German"), hint=N_("It stands on the public page. A rejection needs its reason."), rows=5
    )
    answer_en = TextArea(N_("Answer in English"), hint=N_("You may leave it empty."), rows=5)


class WishOutcomePages(Controller):
    """Beside the page of a wish."""

    path = PATH + "/{wish_id:uuid}"
    opt = may("U", "wish", of=Scope.ALL)
    include_in_schema = False

    @get("/planen")
    async def ask(self, wish_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Which course, how many days."""
        return await _plan_page(around, wish_id, None)

    @post("/planen")
    async def plan(
        self,
        request: Request[Any, Any, Any],
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        courses: NamedDependency[Courses],
        scheduling: NamedDependency[Scheduling],
        outcomes: NamedDependency[Outcomes],
    ) -> Template | Redirect:
        """A draft run of the course, bound to the wish; next come its dates."""
        form = form_from(PlanForm, await request.form())
        key = uuid_in(form.key.data)
        if key is None:
            raise Invalid
        run_id = uuid5(key, form.course.data or "")
        async with around.begin.reading() as session:
            wish = await _wish(session, wish_id)
            form.course.choices = await _courses(session)
            is_done = await session.get(WishRun, (wish_id, run_id)) is not None
        if is_done:
            return after(f"/verwaltung/durchfuehrungen/{run_id}", PLANNED)
        if not form.validate():
            return await _plan_page(around, wish_id, form, status=422)
        try:
            ensure_open(wish)
            if key != key_of(wish):
                raise WishDecided
            course_id = uuid_in(form.course.data)
            if course_id is None:  # the run names the course as well: sent twice it is made once
                course_id = (await courses.create(actor, words=draft_of(wish), course_id=run_id)).id
            note = note_of(wish)
            await scheduling.add_idea(actor, course_id=course_id, run_id=run_id, note=note)
            await outcomes.plan(actor, wish_id=wish_id, run_id=run_id, days=form.days.data, note=note)
        except (WishDecided, WishUnread) as refusal:
            form.refuse("", refusal.message)
            return await _plan_page(around, wish_id, form, status=refusal.status)
        return after(f"/verwaltung/durchfuehrungen/{run_id}", PLANNED)

    @get("/antwort")
    async def consider(self, wish_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The answer as it stands."""
        async with around.begin.reading() as session:
            wish = await _wish(session, wish_id)
        form = form_from(
            AnswerWishForm, version=str(wish.version), answer_de=wish.answer_de, answer_en=wish.answer_en,
            state=wish.state.value if wish.state is not WishState.PUBLISHED else WishState.UNDER_REVIEW.value,
        )  # fmt: skip
        return await _answer_page(around, wish_id, form)

    @post("/antwort")
    async def answer(
        self,
        request: Request[Any, Any, Any],
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        moderation: NamedDependency[Moderation],
    ) -> Template | Redirect:
        """Make it public."""
        form = form_from(AnswerWishForm, await request.form())
        if not form.validate():
            return await _answer_page(around, wish_id, form, status=422)
        version = form.version.data or ""
        try:
            await moderation.answer(
                actor, wish_id=wish_id, version=int(version) if version.isdecimal() else 0,
                state=WishState(form.state.data), answer_de=form.answer_de.data or "",
                answer_en=form.answer_en.data or "",
            )  # fmt: skip
        except (ReasonMissing, Stale, WishDecided, WishUnread) as refusal:
            form.refuse("answer_de" if isinstance(refusal, ReasonMissing) else "", refusal.message)
            return await _answer_page(around, wish_id, form, status=refusal.status)
        return after(f"{PATH}/{wish_id}", ANSWERED)


def key_of(wish: Wish) -> UUID:
    """What a form to plan a run of this wish carries: the same for everybody who looks at the wish as it stands.

    So two colleagues at once make one run, and what a crash has left half done is found again and finished.
    """
    return uuid5(wish.id, f"plan {wish.version}")


def draft_of(wish: Wish) -> CourseWords:
    """A draft course in the words of the wish, for whom it was wished."""
    audiences = () if wish.for_whom is Audience.EVERYONE else (wish.for_whom,)
    return CourseWords(
        title_de=wish.title, summary_de=" ".join(wish.text.split())[:LONGEST_SUMMARY], text_de=wish.text,
        audiences=audiences or (Audience.EVERYONE,), topic_ids=(wish.topic_id,) if wish.topic_id else (),
    )  # fmt: skip


def note_of(wish: Wish) -> str:
    """What the planner should know, for the note of the run."""
    sentences = [gettext("Wished for by %(num)s people: %(title)s.", num=wish.supporters, title=wish.title)]
    if wish.district:
        sentences.append(gettext("District: %(name)s.", name=wish.district))
    if wish.when_words:
        sentences.append(gettext("When: %(words)s.", words=wish.when_words))
    return " ".join(sentences)


async def _wish(session: AsyncSession, wish_id: UUID) -> Wish:
    wish = await session.get(Wish, wish_id)
    if wish is None:
        raise NotFound
    return wish


async def _courses(session: AsyncSession) -> Sequence[tuple[str, str]]:
    rows = await session.execute(
        select(Course.id, Course.title_de, Course.title_en).order_by(Course.title_de)
    )
    english = current_language() == "en"
    known = [(str(one), (title_en if english else "") or title_de) for one, title_de, title_en in rows]
    return [(NEW, gettext("a new course")), *known]


async def _plan_page(around: Around, wish_id: UUID, form: PlanForm | None, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        wish = await _wish(session, wish_id)
        form = form or form_from(PlanForm, course=NEW, days=USUAL_DAYS)
        form.key.data = str(key_of(wish))
        told = len([one for one in await followers(session, wish) if one.reader is not None])
        form.course.choices = await _courses(session)
        runs = (await runs_of(session, [wish_id])).get(wish_id, [])
    return Template(
        "participation/desk/plan.html",
        context={
            "form": form, "wish": wish, "told": told, "runs": runs, "here": f"{PATH}/{wish_id}", "why_not": _why_not(ensure_open, wish),
        },
        status_code=status,
    )  # fmt: skip


def _why_not(ensure: Callable[[Wish], None], wish: Wish) -> str:
    try:
        ensure(wish)
    except DomainError as refusal:
        return refusal.message
    return ""


async def _answer_page(around: Around, wish_id: UUID, form: AnswerWishForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        wish = await _wish(session, wish_id)
    return Template(
        "participation/desk/answer.html",
        context={
            "form": form,
            "wish": wish,
            "here": f"{PATH}/{wish_id}",
            "why_not": _why_not(ensure_answerable, wish),
        },
        status_code=status,
    )
