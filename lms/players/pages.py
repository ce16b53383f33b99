"""A package as a lesson: `/meine-kurse/<enrolment>/pakete/<lesson>`, and the door through which it reports."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Template
from msgspec import Meta, Struct

from content.course import PackageKind
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, NotFound
from lms.learning.addresses import lesson_path, lessons_path
from lms.learning.lessons.showing import ways, words_before
from lms.learning.models import LessonKind
from lms.learning.queries import lesson_for
from lms.players.parts import parts_of
from lms.players.queries import PACKAGE_LESSONS, package_in, states_of
from lms.players.records.pages import units_page
from lms.players.service import Playing, Report, standing_of
from lms.players.showing import (
    AnyRequest,
    first_part,
    frame_of,
    headers_for,
    in_words,
    statuses_in_words,
    told_to_script,
)
from lms.web.access import SIGNED_IN
from lms.web.module import Around
from lms.web.templating import csrf_token_of, url

PRIVATE = {"cache-control": "no-store"}
LONGEST_NAME, LONGEST_VALUE, MOST_VALUES = 300, 100_000, 8_000


class Sent(Struct, forbid_unknown_fields=True):
    """A report as the page sends it. `data` are CMI elements, or what `h5p.js` makes of an exercise."""

    package: UUID
    part: Annotated[str, Meta(max_length=200)]
    based_on: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    key: Annotated[str, Meta(pattern="^[0-9a-zA-Z-]{8,64}$")]
    data: Annotated[
        dict[Annotated[str, Meta(max_length=LONGEST_NAME)], Annotated[str, Meta(max_length=LONGEST_VALUE)]],
        Meta(max_length=MOST_VALUES),
    ]


class Told(Struct):
    """What became of a report: `saved`, or `elsewhere` when another window had saved meanwhile."""

    outcome: str
    revision: int
    sentence: str
    parts: dict[str, str]


class State(Struct):
    """What a part had kept, for its player; and the token for what is sent, as whoever signs in again gets another."""

    revision: int
    data: dict[str, Any]
    csrf: str


class PackagePages(Controller):
    """One's own course, or that of somebody in the household; the right is looked at anew with each request (S-04)."""

    path = "/meine-kurse/{enrolment_id:uuid}/pakete/{lesson_id:uuid}"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The lesson with the frame in which its package plays."""
        now = around.clock()
        async with around.begin.reading() as session:
            place, lesson = await lesson_for(
                session, actor, enrolment_id, lesson_id, now, kinds=PACKAGE_LESSONS
            )
            package = await package_in(session, lesson.body)
            if package is None:
                raise NotFound
            states = await states_of(session, enrolment_id, lesson_id, package.id)
        parts = parts_of(package)
        standing = standing_of(states, parts)
        if package.kind == PackageKind.CMI5:
            return units_page(request, around, place, lesson, package, standing)
        progress = place.progress.get(lesson_id)
        frame = frame_of(request, around, package, lesson_id=lesson_id, holder_id=enrolment_id, now=now)
        own = lesson_path(enrolment_id, lesson_id, LessonKind.PACKAGE)
        return Template(
            "players/lesson.html",
            context={
                "lesson": lesson,
                "course": place.title,
                "written_in": place.course.language,
                "words": words_before(lesson.text),
                "parts": parts,
                "statuses": statuses_in_words(standing),
                "sentence": in_words(standing, parts),
                "is_preview": False,
                "about": frame
                and told_to_script(
                    request,
                    package,
                    parts,
                    frame,
                    first=first_part(parts, standing.parts, progress.place if progress else ""),
                    save=url(f"{own}/stand"),
                    learner=around.signer.token("learner-in-package", enrolment_id)[:16],
                ),
                "back": lessons_path(enrolment_id),
            }
            | ways(place, lesson_id),
            headers=PRIVATE | headers_for(around.settings, frame),
        )

    @get("/stand")
    async def state(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[State]:
        """What the part `?teil=` had kept; asked before it is opened, so that it goes on where it stopped elsewhere."""
        async with around.begin.reading() as session:
            _, lesson = await lesson_for(
                session, actor, enrolment_id, lesson_id, around.clock(), kinds=PACKAGE_LESSONS
            )
            package = await package_in(session, lesson.body)
            if package is None:
                raise NotFound
            states = await states_of(session, enrolment_id, lesson_id, package.id)
        found = states.get(request.query_params.get("teil", ""))
        csrf = csrf_token_of(request)
        told = State(found.revision, found.data, csrf) if found else State(0, {}, csrf)
        return Response(told, headers=PRIVATE)

    @post("/stand", status_code=200)
    async def take(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        data: JSONBody[Sent],
        actor: NamedDependency[Actor],
        playing: NamedDependency[Playing],
    ) -> Response[Told]:
        """Keep what a part reports."""
        report = Report(data.package, data.part, data.based_on, data.key, _clean(data.data))
        kept = await playing.keep(actor, enrolment_id=enrolment_id, lesson_id=lesson_id, report=report)
        told = Told(
            "saved" if kept.is_current else "elsewhere",
            kept.revision,
            in_words(kept.standing, kept.parts),
            statuses_in_words(kept.standing),
        )
        return Response(told, headers=PRIVATE)


def _clean(data: dict[str, str]) -> dict[str, str]:
    """Without NUL, which PostgreSQL does not take. Raises Invalid for halves of signs that are no text at all."""
    try:
        for name, value in data.items():
            (name + value).encode()
    except UnicodeEncodeError as error:
        raise Invalid from error
    return {name.replace("\x00", ""): value.replace("\x00", "") for name, value in data.items()}
