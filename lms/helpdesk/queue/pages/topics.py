"""`/verwaltung/sprechstunde/themen`: what people asked for, and a course made of it with one click."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.service import Courses
from lms.helpdesk.queue import words
from lms.helpdesk.queue.drafting import (
    TopicDrafts,
    course_id_of,
    course_words,
    reason,
    run_id_of,
    topic_of,
)
from lms.helpdesk.queue.figures import Figures, Share, as_rows, figures
from lms.helpdesk.queue.hiding import FEWEST
from lms.helpdesk.queue.pages.frame import AnyRequest
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.scheduling.service import Scheduling
from lms.web.access import may
from lms.web.charts import Bar, bars_of
from lms.web.formats import month as month_words
from lms.web.formats import number as in_words
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.tables import table_file

PATH = "/verwaltung/sprechstunde/themen"
DRAFTED = declare(
    "thema-kurs", N_("The draft of a course is made from the topic. Nobody sees it until you publish a run.")
)


class HelpTopicFigures(Controller):
    """A year in numbers."""

    path = PATH
    include_in_schema = False

    @get(opt=may("R", "report", of=Scope.ALL))
    async def index(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """By topic and month, by age, by way, by place."""
        found = await _figures(around, request)
        context = {
            "found": found,
            "words": words,
            "here": PATH,
            "fewest": FEWEST,
            "finding": _finding(found),
            "bars": _bars([Share(words.name_of(one.topic), one.total) for one in found.topics]),
            "by_age": _bars(found.ages),
            "months": _months(found),
            "may_draft": actor.may_for_all("C", "plan"),
        }
        return Template("helpdesk/queue/topics.html", context=context)

    @get(["/kontakte.csv", "/kontakte.xlsx"], opt=may("R", "report", of=Scope.ALL))
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        return table_file(request, "sprechstunde-themen", as_rows(await _figures(around, request)))

    @post("/{topic_id:uuid}/kurs", opt=may("C", "plan"))
    async def draft(
        self,
        topic_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        courses: NamedDependency[Courses],
        scheduling: NamedDependency[Scheduling],
        topic_drafts: NamedDependency[TopicDrafts],
    ) -> Redirect:
        """A draft of a course, an idea for a run with the reason, and the mark at the topic.

        Three transactions with ids that follow from the topic's: whoever is interrupted clicks again and makes nothing twice.
        """
        day = today(around.clock)
        async with around.begin.reading() as session:
            topic, made = await topic_of(session, topic_id)
            found = await figures(session, day.year, day)
        if made is None:
            course = await courses.create(actor, words=course_words(topic), course_id=course_id_of(topic))
            await scheduling.add_idea(
                actor, course_id=course.id, run_id=run_id_of(topic), note=reason(topic, found)
            )
            await topic_drafts.made(actor, topic_id=topic_id, course_id=course.id)
            made = course.id
        return after(f"/verwaltung/kurse/{made}", DRAFTED)


async def _figures(around: Around, request: AnyRequest) -> Figures:
    day = today(around.clock)
    asked: Any = request.query_params.get("jahr") or ""
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and int(asked) else day.year
    async with around.begin.reading() as session:
        return await figures(session, year, day)


def _months(found: Figures) -> list[tuple[int, str]]:
    """The months from the first with a contact to the last: their place in the year, and their name."""
    asked = [place for place, number in enumerate(found.months) if number is None or number]
    places = range(min(asked), max(asked) + 1) if asked else range(0)
    return [(place, month_words(date(found.year, place + 1, 1))) for place in places]


def _bars(shares: list[Share] | Any) -> list[Bar]:
    return list(bars_of((one.words, one.number, _told(one.number)) for one in shares))


def _told(number: int | None) -> str:
    return gettext("hidden") if number is None else in_words(number)


def _finding(found: Figures) -> str:
    """What the numbers say, in a sentence."""
    first = next(iter(found.topics), None)
    if first is None or first.total is None:
        return gettext("Too few contacts to say what people ask for")
    return gettext(
        "Most often: %(topic)s, %(number)s contacts",
        topic=words.name_of(first.topic),
        number=in_words(first.total),
    )
