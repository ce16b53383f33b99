"""The units of a cmi5 package: `/meine-kurse/<enrolment>/pakete/<lesson>` lists them, `…/teile/<session>` shows one at work."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from content.course import PackageKind
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, NotFound
from lms.learning.addresses import lesson_path, lessons_path
from lms.learning.lessons.showing import ways, words_before
from lms.learning.models import EditionLesson, LessonKind, Package
from lms.learning.queries import Place, lesson_for
from lms.players import rules as playing
from lms.players.parts import parts_of
from lms.players.queries import PACKAGE_LESSONS, package_in, states_of
from lms.players.records.launching import Launching, Wanted, registration_of
from lms.players.records.models import RecordSession
from lms.players.records.opening import FETCHING
from lms.players.records.units import (
    launch_address,
    speaker_of,
    unit_activity,
    unit_named,
    units_of,
)
from lms.players.service import Standing, standing_of
from lms.players.showing import (
    AnyRequest,
    first_part,
    headers_for,
    in_words,
    own_origin,
    statuses_in_words,
    ticketed,
)
from lms.web.access import SIGNED_IN
from lms.web.module import Around
from lms.web.playing import RECORDS, packages_origin
from lms.web.templating import url

NO_STORE = {"cache-control": "no-store"}
OWN_WINDOW = "OwnWindow"


def units_page(
    request: AnyRequest,
    around: Around,
    place: Place,
    lesson: EditionLesson,
    package: Package,
    standing: Standing,
) -> Template:
    """The list of units with how each stands, and a button for each."""
    enrolment_id, lesson_id = place.enrolment.id, lesson.lesson_id
    parts, units = parts_of(package), units_of(package)
    progress = place.progress.get(lesson_id)
    return Template(
        "players/units.html",
        context={
            "lesson": lesson,
            "course": place.title,
            "words": words_before(lesson.text),
            "units": units,
            "statuses": statuses_in_words(standing),
            "done": {one for one, status in standing.parts.items() if status in playing.DONE},
            "next": first_part(parts, standing.parts, progress.place if progress else "") if parts else "",
            "sentence": in_words(standing, parts),
            "is_set_up": packages_origin(around.settings, request.headers.get("host", "")) is not None,
            "start": f"{lesson_path(enrolment_id, lesson_id, LessonKind.PACKAGE)}/teile",
            "new_key": uuid4,
            "back": lessons_path(enrolment_id),
        }
        | ways(place, lesson_id),
        headers=NO_STORE,
    )


class UnitPages(Controller):
    """One's own course, or that of somebody in the household; the right is looked at anew with each request (S-04)."""

    path = "/meine-kurse/{enrolment_id:uuid}/pakete/{lesson_id:uuid}/teile"
    opt = SIGNED_IN
    include_in_schema = False

    @post()
    async def start(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        launching: NamedDependency[Launching],
    ) -> Redirect:
        """Launch a unit, then show it."""
        sent = await request.form()
        home = own_origin(around.settings, request.scope["scheme"], request.headers.get("host", ""))
        try:
            key = UUID(str(sent.get("key", "")))
        except ValueError as error:
            raise Invalid from error
        wanted = Wanted(key, str(sent.get("unit", "")), str(sent.get("mode", "")), home)
        session_id = await launching.launch(
            actor, enrolment_id=enrolment_id, lesson_id=lesson_id, wanted=wanted
        )
        own = lesson_path(enrolment_id, lesson_id, LessonKind.PACKAGE)
        return Redirect(url(f"{own}/teile/{session_id}"), status_code=303)

    @get("/{session_id:uuid}")
    async def show(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The unit in a frame, or a link to a window of its own. Shown again later, a button begins anew: a launch opens once."""
        now = around.clock()
        async with around.begin.reading() as session:
            place, lesson = await lesson_for(
                session, actor, enrolment_id, lesson_id, now, kinds=PACKAGE_LESSONS
            )
            package = await package_in(session, lesson.body)
            if package is None or package.kind != PackageKind.CMI5:
                raise NotFound
            registration = await registration_of(session, enrolment_id, lesson_id, package.id)
            one = registration and await session.scalar(
                select(RecordSession).where(
                    RecordSession.id == session_id, RecordSession.registration_id == registration.id
                )
            )
            unit = unit_named(package, one.unit) if one else None
            if registration is None or not one or unit is None:
                raise NotFound
            states = await states_of(session, enrolment_id, lesson_id, package.id)
        standing = standing_of(states, parts_of(package))
        ticket = ticketed(request, around, package, lesson_id=lesson_id, holder_id=enrolment_id, now=now)
        is_fresh = one.fetched_at is None and one.ended_at is None
        centre = around.settings.public_url
        address = ticket and launch_address(
            f"{ticket['address']}/inhalt/",
            unit,
            speaker_of(centre, registration, one),
            home=one.home,
            activity=unit_activity(centre, package, unit.id),
            fetch=f"{one.home}{RECORDS}cmi5/{one.id}/{around.signer.token(FETCHING, one.id)}",
        )
        own = lesson_path(enrolment_id, lesson_id, LessonKind.PACKAGE)
        is_own_window = unit.launch_method == OWN_WINDOW
        context: dict[str, Any] = {
            "lesson": lesson,
            "course": place.title,
            "unit": unit,
            "address": address if is_fresh else "",
            "is_own_window": is_own_window,
            "mode": one.mode,
            "status": statuses_in_words(standing).get(unit.id, ""),
            "sentence": in_words(standing, parts_of(package)),
            "start": f"{own}/teile",
            "key": uuid4(),
            "back": own,
        }
        framing = headers_for(around.settings, ticket if not is_own_window else None)
        return Template("players/unit.html", context=context, headers=NO_STORE | framing)
