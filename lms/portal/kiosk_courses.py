"""The programme on a public tablet: looking for courses without leaving it."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from lms.accounts.limits import within
from lms.kernel.errors import DomainError
from lms.portal import course_words
from lms.portal.course_reading import course_story
from lms.portal.filters import Filters
from lms.portal.programme import Programme
from lms.practice.kiosk.door import PATH, WIPED, frame, refused, tablet_at
from lms.practice.kiosk.lessons import without_ways_out
from lms.web.access import PUBLIC, actor_of
from lms.web.module import Around
from lms.web.pagination import page_of, window

HERE = f"{PATH}/kurse"
SIZE = 10
LONGEST_SLUG = 200
AnyRequest = Request[Any, Any, Any]


class KioskCoursePages(Controller):
    """For whoever stands in front of the tablet."""

    path = HERE
    opt = PUBLIC
    include_in_schema = False
    exception_handlers = {DomainError: refused}

    @get()
    async def index(
        self, request: AnyRequest, around: NamedDependency[Around], programme: NamedDependency[Programme]
    ) -> Template:
        """The runs that fit, the next start first."""
        tablet, now = await tablet_at(request, around), around.clock()
        filters = Filters.read({"q": request.query_params.get("q") or ""})
        if filters.search:
            await within(around.begin, around.clock, "search", address=actor_of(request).address)
        number, _, _ = window(request.query_params.get("seite"))
        edition = await programme.edition(now)
        listing = await programme.find(edition, filters, now, number=number, size=SIZE)
        context = frame(tablet, around.signer, now) | {
            "here": HERE,
            "search": filters.search,
            "listing": listing,
            "page": page_of(
                (),
                number=listing.number,
                size=SIZE,
                total=listing.total,
                path=HERE,
                query=filters.query(),
            ),
        }
        return Template("portal/kiosk/courses.html", context=context, headers=WIPED)

    @get("/{slug:str}")
    async def show(
        self, request: AnyRequest, slug: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """One course with its coming runs. Raises NotFound for what was never published."""
        tablet, now = await tablet_at(request, around), around.clock()
        async with around.begin.reading() as session:
            story = await course_story(session, slug[:LONGEST_SLUG], now)
        title, _ = course_words.spoken(story.course, "title")
        summary, _ = course_words.spoken(story.course, "summary")
        text, _ = course_words.spoken(story.course, "text")
        context = frame(tablet, around.signer, now) | {
            "here": HERE,
            "title": title,
            "summary": summary,
            "text": without_ways_out(course_words.rich(text)) if text else Markup(""),
            "runs": [one for one in story.runs if course_words.can_be_booked(one, now)],
            "words": course_words,
        }
        return Template("portal/kiosk/course.html", context=context, headers=WIPED)
