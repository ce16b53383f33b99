"""The page of a course: everything one wants to know before enrolling."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.catalogue.distance_reading import approval_number_of
from lms.certification.paths.story import paths_with
from lms.kernel.clock import local
from lms.learning.lessons.reading import previews_of
from lms.portal import course_words, digcomp
from lms.portal.cards import cards
from lms.portal.conditional import is_known, marked, tag_of, unchanged
from lms.portal.course_reading import course_story, own_enrolments
from lms.portal.fragments import fragments_of
from lms.portal.programme import Programme
from lms.surveys.publishing import changes_beside
from lms.teaching.profiles.reading import public_pages
from lms.web.access import PUBLIC, actor_of
from lms.web.centre import the_centre
from lms.web.module import Around

LONGEST_SLUG = 200


class CoursePage(Controller):
    """Open to everybody; who is signed in sees their own enrolment as well."""

    path = "/kurse/{slug:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        slug: FromPath[str],
        around: NamedDependency[Around],
        programme: NamedDependency[Programme],
    ) -> Template | Response[None]:
        """The course, its coming runs and one of them in full. Raises NotFound for what was never published."""
        now = programme.clock()
        edition = await programme.edition(now)
        tag = tag_of(request, edition)
        if is_known(request, tag):
            return unchanged(tag)
        actor = actor_of(request)
        async with programme.begin.reading() as session:
            story = await course_story(session, slug[:LONGEST_SLUG].replace("\x00", ""), now)
            run = course_words.chosen_run(story.runs, request.query_params.get("durchfuehrung") or "", now)
            ids = [one.run.id for one in story.runs]
            on_paths = await paths_with(session, story.course.id)
            approval_number = await approval_number_of(session, story.course.id)
            profiles = await public_pages(session, run.run.id, local(now).date()) if run else ()
            previews = await previews_of(session, story.course.id)
            changes = await changes_beside(session, story.course.id, now)
            own = (
                await own_enrolments(session, actor.persons_for("R", "enrolment"), ids)
                if actor.is_signed_in and ids
                else {}
            )
        title, language = course_words.spoken(story.course, "title")
        context = {
            "story": story,
            "course": story.course,
            "title": title,
            "title_language": language,
            "run": run,
            "profiles": profiles,
            "previews": [
                (one.title, f"/kurse/{story.course.slug}/probe/{one.lesson_id}") for one in previews
            ],
            "changes": changes,
            "approval_number": approval_number,
            "on_paths": on_paths,
            "ways_to_pay": around.settings.ways_to_pay,
            "others": [one for one in story.runs if one is not run],
            "situation": run.situation(now).value if run else "",
            "bookable": any(course_words.can_be_booked(one, now) for one in story.runs),
            "own": own.get(run.run.id, ()) if run else (),
            "similar": cards(fragments_of(request), story.similar, now, level=3),
            "words": course_words,
            "digcomp": digcomp,
            "at": now,
            "machine_readable": course_words.machine_readable(
                story, now, public_url=around.settings.public_url, centre=the_centre()
            ),
        }
        return marked(Template("portal/course.html", context=context), tag)
