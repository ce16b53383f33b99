"""`/kiosk`: what somebody finds on a public tablet. No account, no name, and nothing stays."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import segno
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup

from content.lesson import read_lesson
from lms.kernel.codes import LONGEST_TYPED, grouped
from lms.kernel.errors import DomainError, TooMany
from lms.kernel.marking import N_
from lms.learning.places import lesson_files
from lms.learning.queries import files_of
from lms.practice.errors import NoSuchStep, NotATablet, WrongTabletCode
from lms.practice.kiosk.door import (
    CLEARED,
    PATH,
    WIPED,
    cookie_for,
    frame,
    refused,
    tablet_at,
    tablet_sending,
    visit_of,
)
from lms.practice.kiosk.lessons import Open, open_file, open_lesson, open_lessons, without_ways_out
from lms.practice.kiosk.service import Kiosks, Visits, is_worth_a_slip
from lms.practice.lessons import address_of
from lms.practice.steps import read_exercise
from lms.web.access import PUBLIC, actor_of
from lms.web.files.serving import handed_out
from lms.web.forms import Form, Text, form_from
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
BACK = "zurueck"


class TabletCodeForm(Form):
    """What the team shows."""

    code = Text(
        N_("The code for this tablet"),
        hint=N_("The team sees it in the administration under Public tablets."),
        missing=N_("Type the code that the team has shown you."),
        longest=LONGEST_TYPED,
        width=20,
    )


class KioskPages(Controller):
    """The tablet's own pages. Each looks at its cookie; there is no other way in."""

    path = PATH
    opt = PUBLIC
    include_in_schema = False
    exception_handlers = {DomainError: refused}

    @get()
    async def start(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Large tiles; on a device that is no tablet of ours yet, the field for its code."""
        try:
            tablet = await tablet_at(request, around)
        except NotATablet:
            return _setup_page(form_from(TabletCodeForm))
        return Template(
            "practice/kiosk/start.html",
            context=frame(tablet, around.signer, around.clock()),
            headers=WIPED,
            cookies=[cookie_for(tablet, around)],
        )

    @post("/einrichten")
    async def set_up(
        self, request: AnyRequest, around: NamedDependency[Around], kiosks: NamedDependency[Kiosks]
    ) -> Template | Redirect:
        """Make this device a tablet of ours."""
        form = form_from(TabletCodeForm, await request.form())
        if not form.validate():
            return _setup_page(form, status=422)
        try:
            tablet = await kiosks.join(code=form.code.data or "", address=actor_of(request).address)
        except (WrongTabletCode, TooMany) as refusal:
            form.refuse("code", refusal.message, **refusal.params)
            return _setup_page(form, status=refusal.status)
        return Redirect(url(PATH), status_code=303, cookies=[cookie_for(tablet, around)], headers=WIPED)

    @get("/lektionen")
    async def lessons(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """What there is to read and to practise."""
        tablet, now = await tablet_at(request, around), around.clock()
        async with around.begin.reading() as session:
            found = await open_lessons(session, now)
        context = frame(tablet, around.signer, now) | {
            "found": found,
            "done": frozenset(visit_of(tablet, now).get("lessons", [])),
        }
        return Template("practice/kiosk/lessons.html", context=context, headers=WIPED)

    @get("/lektionen/{lesson_id:uuid}")
    async def lesson(
        self, request: AnyRequest, lesson_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """A text."""
        tablet, now = await tablet_at(request, around), around.clock()
        async with around.begin.reading() as session:
            one = await open_lesson(session, lesson_id, now)
            files = await files_of(session, one.lesson.edition_id)
        read = read_lesson(one.lesson.text, address=address_of(_files(lesson_id), files))
        text = without_ways_out(read.html)
        context = frame(tablet, around.signer, now) | {"one": one, "text": text}
        return Template("practice/kiosk/lesson.html", context=context, headers=WIPED)

    @post("/lektionen/{lesson_id:uuid}")
    async def read(
        self,
        request: AnyRequest,
        lesson_id: FromPath[UUID],
        around: NamedDependency[Around],
        visits: NamedDependency[Visits],
    ) -> Redirect:
        """It has been read."""
        tablet, _ = await tablet_sending(request, around)
        async with around.begin.reading() as session:
            await open_lesson(session, lesson_id, around.clock())
        await visits.done(kiosk_id=tablet.id, lesson_id=lesson_id)
        return _to("/lektionen")

    @get("/uebungen/{lesson_id:uuid}/schritt/{number:int}")
    async def step(
        self,
        request: AnyRequest,
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        around: NamedDependency[Around],
    ) -> Template:
        """One step of an exercise."""
        tablet, now = await tablet_at(request, around), around.clock()
        async with around.begin.reading() as session:
            one = await open_lesson(session, lesson_id, now)
            files = await files_of(session, one.lesson.edition_id)
        exercise = read_exercise(
            one.lesson.text, title=one.lesson.title, address=address_of(_files(lesson_id), files)
        )
        if not one.is_practice or not 1 <= number <= len(exercise.steps):
            raise NoSuchStep
        step = exercise.steps[number - 1]
        context = frame(tablet, around.signer, now) | {
            "one": one,
            "step": step,
            "total": len(exercise.steps),
            "text": without_ways_out(step.html),
            "opening": without_ways_out(exercise.opening) if number == 1 else Markup(""),
        }
        return Template("practice/kiosk/step.html", context=context, headers=WIPED)

    @post("/uebungen/{lesson_id:uuid}/schritt/{number:int}")
    async def act(
        self,
        request: AnyRequest,
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        around: NamedDependency[Around],
        visits: NamedDependency[Visits],
    ) -> Redirect:
        """It worked, or a step back."""
        tablet, sent = await tablet_sending(request, around)
        async with around.begin.reading() as session:
            one = await open_lesson(session, lesson_id, around.clock())
        total = len(read_exercise(one.lesson.text, title=one.lesson.title).steps)
        if sent.get("was") == BACK:
            await visits.stay(kiosk_id=tablet.id)
            return _to(f"/uebungen/{lesson_id}/schritt/{min(max(1, number - 1), total)}")
        if number < total:
            await visits.stay(kiosk_id=tablet.id)
            return _to(f"/uebungen/{lesson_id}/schritt/{max(0, number) + 1}")
        await visits.done(kiosk_id=tablet.id, lesson_id=lesson_id)
        return _to("/lektionen")

    @get("/lektionen/{lesson_id:uuid}/dateien/{name:str}")
    async def file(
        self,
        request: AnyRequest,
        lesson_id: FromPath[UUID],
        name: FromPath[str],
        around: NamedDependency[Around],
    ) -> Response[Any]:
        """A picture, film or sound of a lesson."""
        await tablet_at(request, around)
        async with around.begin.reading() as session:
            found = await open_file(session, lesson_id, name, around.clock())
        return await handed_out(
            request,
            lesson_files(around.settings.files),
            stored=found.stored,
            name=found.name,
            media_type=found.media_type,
        )

    @post("/da")
    async def stay(
        self, request: AnyRequest, around: NamedDependency[Around], visits: NamedDependency[Visits]
    ) -> Response[None]:
        """Somebody is still there; the script says so."""
        tablet, _ = await tablet_sending(request, around)
        await visits.stay(kiosk_id=tablet.id)
        return Response(None, status_code=204, headers=WIPED)

    @post("/fertig")
    async def finish(
        self, request: AnyRequest, around: NamedDependency[Around], visits: NamedDependency[Visits]
    ) -> Redirect:
        """Whether something is to be taken home; nothing to take: wiped at once."""
        tablet, _ = await tablet_sending(request, around)
        if is_worth_a_slip(visit_of(tablet, around.clock())):
            return _to("/fertig")
        await visits.end(kiosk_id=tablet.id)
        return Redirect(url(PATH), status_code=303, headers=CLEARED)

    @get("/fertig")
    async def ask(self, request: AnyRequest, around: NamedDependency[Around]) -> Template | Redirect:
        """A slip, or nothing."""
        tablet, now = await tablet_at(request, around), around.clock()
        visit = visit_of(tablet, now)
        if not is_worth_a_slip(visit):
            return _to("")
        context = frame(tablet, around.signer, now) | {
            "lessons": len(visit.get("lessons", [])),
            "has_answers": bool(visit.get("answers")),
        }
        return Template("practice/kiosk/finish.html", context=context, headers=WIPED)

    @post("/ende")
    async def end(
        self, request: AnyRequest, around: NamedDependency[Around], visits: NamedDependency[Visits]
    ) -> Redirect:
        """Wipe everything."""
        tablet, _ = await tablet_sending(request, around)
        await visits.end(kiosk_id=tablet.id)
        return Redirect(url(PATH), status_code=303, headers=CLEARED)

    @post("/zettel", status_code=200)
    async def slip(
        self, request: AnyRequest, around: NamedDependency[Around], visits: NamedDependency[Visits]
    ) -> Template:
        """The slip, to print or to copy by hand; everything else is wiped by now."""
        tablet, _ = await tablet_sending(request, around)
        now = around.clock()
        visit = visit_of(tablet, now)
        async with around.begin.reading() as session:
            titles = _titles(visit.get("lessons", []), await open_lessons(session, now))
        code = await visits.take_home(kiosk_id=tablet.id)
        address = f"{around.settings.public_url.rstrip('/')}/zettel"
        context = frame(tablet, around.signer, now) | {
            "code": grouped(code),
            "address": address.rsplit("://", maxsplit=1)[-1],
            "picture": segno.make(f"{address}/{grouped(code)}", error="m", micro=False).svg_data_uri(
                border=4, light="#fff"
            ),
            "titles": titles,
            "has_answers": bool(visit.get("answers")),
            "has_visit": True,
        }
        return Template("practice/kiosk/slip.html", context=context, headers=CLEARED)


def _titles(done: Collection[str], found: Sequence[Open]) -> list[str]:
    return [one.lesson.title for one in found if str(one.lesson.lesson_id) in done]


def _files(lesson_id: UUID) -> str:
    return f"{PATH}/lektionen/{lesson_id}/dateien"


def _to(path: str) -> Redirect:
    return Redirect(url(PATH + path), status_code=303, headers=WIPED)


def _setup_page(form: TabletCodeForm, status: int = 200) -> Template:
    context = {"form": form, "here": f"{PATH}/einrichten"}
    return Template("practice/kiosk/setup.html", context=context, headers=WIPED, status_code=status)
