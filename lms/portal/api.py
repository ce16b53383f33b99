"""The programme for programs: courses and runs as JSON, for the town's site, partners and course portals."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from lms.accounts.limits import within
from lms.catalogue.models import Audience, Level
from lms.catalogue.words import LONGEST_SEARCH
from lms.kernel.errors import NotFound
from lms.portal.api_shapes import CourseDetail, OutcomeEntry, Page, course_entry, run_detail, run_entry
from lms.portal.conditional import is_known, tag_of, unchanged
from lms.portal.course_reading import course_story
from lms.portal.filters import AUDIENCES, CENTS, LEVELS, TIMES_OF_DAY, WEEKDAYS, Filters, tidy
from lms.portal.listing import courses_listed
from lms.portal.programme import Programme
from lms.web.access import PUBLIC, actor_of
from lms.web.module import Around
from lms.web.pagination import LARGEST, USUAL, window

AnyRequest = Request[Any, Any, Any]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Literal["morning", "afternoon", "evening"]


class ProgrammeApi(Controller):
    """Readable by everybody, without a token."""

    path = "/api/v1"
    opt = PUBLIC
    tags = ["programme"]

    @get("/runs", summary="The runs that begin next")
    async def runs(
        self,
        request: AnyRequest,
        programme: NamedDependency[Programme],
        around: NamedDependency[Around],
        *,
        q: FromQuery[str] = "",
        audience: FromQuery[Audience | None] = None,
        topic: FromQuery[str] = "",
        district: FromQuery[str] = "",
        venue: FromQuery[str] = "",
        weekday: FromQuery[Weekday | None] = None,
        time_of_day: FromQuery[TimeOfDay | None] = None,
        level: FromQuery[Level | None] = None,
        language: FromQuery[str] = "",
        max_price_cents: FromQuery[int | None] = None,
        available: FromQuery[bool] = False,
        step_free: FromQuery[bool] = False,
        page: FromQuery[int] = 1,
        size: FromQuery[Annotated[int, Meta(ge=1, le=LARGEST)]] = USUAL,
    ) -> Response[Page] | Response[None]:
        """Listed runs, the next start first; of a search those first whose titles name everything that is looked for.

        `topic` and `venue` are slugs, `venue=online` asks for runs on screen. `size` is at most 200.
        """
        now = programme.clock()
        edition = await programme.edition(now)
        if is_known(request, tag := tag_of(request, edition)):
            return unchanged(tag)
        filters = Filters(
            search=tidy(q)[:LONGEST_SEARCH],
            audience=_word(AUDIENCES, audience),
            topic=tidy(topic),
            district=tidy(district),
            venue=tidy(venue),
            weekday=WEEKDAYS[get_args(Weekday).index(weekday)] if weekday else "",
            time_of_day=_word(TIMES_OF_DAY, time_of_day),
            level=_word(LEVELS, level),
            course_language=tidy(language),
            price="" if max_price_cents is None else f"{max(max_price_cents, 0)}{CENTS}",
            has_places="1" if available else "",
            step_free="1" if step_free else "",
        )
        if filters.search:
            await within(programme.begin, programme.clock, "search", address=actor_of(request).address)
        number, limit, _ = window(page, size)
        found = await programme.find(edition, filters, now, number=number, size=limit)
        items = [run_entry(run, now, around.settings.public_url) for run in found.runs]
        return _page(request, items, number=found.number, size=limit, total=found.total, tag=tag)

    @get("/courses", summary="The courses that have a public run")
    async def courses(
        self,
        request: AnyRequest,
        programme: NamedDependency[Programme],
        around: NamedDependency[Around],
        page: FromQuery[int] = 1,
        size: FromQuery[Annotated[int, Meta(ge=1, le=LARGEST)]] = USUAL,
    ) -> Response[Page] | Response[None]:
        """Courses with a run still to begin, by title. `size` is at most 200."""
        now = programme.clock()
        edition = await programme.edition(now)
        if is_known(request, tag := tag_of(request, edition)):
            return unchanged(tag)
        number, limit, offset = window(page, size)
        async with programme.begin.reading() as session:
            courses, total = await courses_listed(session, now, limit=limit, offset=offset)
        items = [course_entry(course, around.settings.public_url) for course in courses]
        return _page(request, items, number=number, size=limit, total=total, tag=tag)

    @get("/courses/{slug:str}", summary="One course")
    async def course(
        self, slug: FromPath[str], programme: NamedDependency[Programme], around: NamedDependency[Around]
    ) -> CourseDetail:
        """A course, its outcomes and its runs that are not over."""
        now = programme.clock()
        if "\x00" in slug:
            raise NotFound
        async with programme.begin.reading() as session:
            story = await course_story(session, slug, now)
        course = story.course
        return CourseDetail(
            course=course_entry(course, around.settings.public_url),
            text=course.text_de,
            text_en=course.text_en,
            prior_knowledge=course.prior_knowledge_de,
            bring=course.bring_de,
            audiences=[audience.value for audience in story.audiences],
            outcomes=[
                OutcomeEntry(
                    sentence=outcome.sentence_de,
                    sentence_en=outcome.sentence_en,
                    competence=outcome.competence,
                    proficiency=outcome.proficiency,
                )
                for outcome in story.outcomes
            ],
            runs=[run_detail(run, now) for run in story.runs],
        )


def _word(words: Mapping[str, str], meant: str | None) -> str:
    """The word by which addresses of pages ask for this."""
    return next((word for word, value in words.items() if value == meant), "")


def _page(
    request: AnyRequest, items: Sequence[Any], *, number: int, size: int, total: int, tag: str
) -> Response[Page]:
    following = None
    if number * size < total:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
        following = f"{request.url.path}?{urlencode([*kept, ('page', number + 1)])}"
    page = Page(items=items, page=number, size=size, total=total, next=following)
    headers = {"etag": tag, "cache-control": "private, no-cache"} if tag else {}
    return Response(page, headers=headers)
