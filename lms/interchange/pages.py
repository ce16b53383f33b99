"""Pages for bringing material in and taking it along."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from content.packages.report import Fate
from lms.catalogue.models import Course
from lms.interchange.errors import NothingSent
from lms.interchange.exporting import FORMATS, Export
from lms.interchange.models import UNDER_WAY, Intake, IntakeState
from lms.interchange.queries import intake_of, intakes_of
from lms.interchange.reading import counts
from lms.interchange.service import Interchange
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.learning.addresses import writing_path
from lms.learning.contents.reading import course_to_write
from lms.web.access import may
from lms.web.forms import Form, Hidden, Upload, form_from
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

SENTENCES = {
    IntakeState.WAITING: N_("The file has arrived and waits to be read."),
    IntakeState.READING: N_("The file is being read."),
    IntakeState.TAKING: N_("The lessons are being taken over."),
}
KINDS = {
    "text": N_("text"),
    "practice": N_("practice"),
    "quiz": N_("quiz"),
    "package": N_("package"),
    "tool": N_("link"),
}
ACCEPT = ".imscc,.zip,.mbz,.h5p,.gift,.txt"


class BringForm(Form):
    """The file, and a key that makes sending it twice one."""

    key = Hidden()
    lesson = Hidden()
    file = Upload(
        N_("File"),
        hint=N_(
            "A backup from Moodle (.mbz), a course of another system (.imscc or .zip), a package to take part in (SCORM, H5P, cmi5), questions (QTI, GIFT), or a folder of text files as ZIP; 300 MB at most."
        ),
        missing=NothingSent.message,
    )


class BringPages(Controller):
    """Material of others for a course: looked into first, taken over only then."""

    path = "/inhalte/{course_id:uuid}/mitbringen"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def ask(
        self,
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        lektion: FromQuery[str] = "",
    ) -> Template:
        """The form, and what was brought before; `lektion` names a lesson that is to get another package."""
        form = form_from(BringForm, None)
        form.key.data, form.lesson.data = str(uuid4()), str(uuid_in(lektion) or "")
        return await _form_page(around, actor, course_id, form)

    @post()
    async def bring(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        interchange: NamedDependency[Interchange],
    ) -> Response[Any]:
        """Keep the file; the worker reads it."""
        form = form_from(BringForm, await request.form())
        key = uuid_in(form.key.data or "") or uuid4()
        form.key.data = str(key)
        if not form.validate():
            return await _form_page(around, actor, course_id, form, status=422)
        sent = form.file.data
        try:
            await interchange.receive(
                actor,
                course_id=course_id,
                intake_id=key,
                name=sent.filename,
                source=sent.file,
                lesson_id=uuid_in(form.lesson.data or ""),
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("file", refusal.message, **refusal.params)
            return await _form_page(around, actor, course_id, form, status=refusal.status)
        return Redirect(url(f"{_base(course_id)}/{key}"), status_code=303)

    @get("/{intake_id:uuid}")
    async def show(
        self,
        course_id: FromPath[UUID],
        intake_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """How far it is, then the report, then what became of it."""
        async with around.begin.reading() as session:
            course = await course_to_write(session, actor, course_id)
            intake = await intake_of(session, actor, course_id, intake_id)
        return _intake_page(course, intake)

    @post("/{intake_id:uuid}")
    async def decide(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        intake_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        interchange: NamedDependency[Interchange],
    ) -> Response[Any]:
        """Take the ticked chapters over, or nothing."""
        sent = await request.form()
        if sent.get("was") == "verwerfen":
            await interchange.drop(actor, course_id=course_id, intake_id=intake_id)
            return Redirect(url(_base(course_id)), status_code=303)
        chapters = {
            int(one) for one in map(str, sent.getall("chapter", [])) if one.isdecimal() and len(one) < 6
        }
        try:
            await interchange.take(actor, course_id=course_id, intake_id=intake_id, chapters=chapters)
        except NotFound:
            raise
        except DomainError as refusal:
            async with around.begin.reading() as session:
                course = await course_to_write(session, actor, course_id)
                intake = await intake_of(session, actor, course_id, intake_id)
            return _intake_page(course, intake, refusal=refusal)
        return Redirect(url(f"{_base(course_id)}/{intake_id}"), status_code=303)


class TakePages(Controller):
    """A course's lessons as a file that other systems read."""

    path = "/inhalte/{course_id:uuid}/mitnehmen"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def ask(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Which formats there are, and what each is good for."""
        async with around.begin.reading() as session:
            course = await course_to_write(session, actor, course_id)
        return Template(
            "interchange/take.html",
            context={"title": _title(course), "back": writing_path(course_id), "formats": FORMATS.values(),
                     "here": f"{writing_path(course_id)}/mitnehmen"},
        )  # fmt: skip

    @get("/{name:str}")
    async def take(
        self,
        course_id: FromPath[UUID],
        name: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Stream:
        """The file itself."""
        if name not in FORMATS:
            raise NotFound
        return await Export(around).file(actor, course_id=course_id, target=FORMATS[name])


async def _form_page(
    around: Around, actor: Actor, course_id: UUID, form: BringForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        course = await course_to_write(session, actor, course_id)
        intakes = await intakes_of(session, course_id)
    return Template(
        "interchange/bring.html",
        status_code=status,
        context={
            "form": form,
            "accept": ACCEPT,
            "title": _title(course),
            "back": writing_path(course_id),
            "here": _base(course_id),
            "intakes": [(one, one.state in UNDER_WAY) for one in intakes],
        },
    )


def _intake_page(course: Course, intake: Intake, *, refusal: DomainError | None = None) -> Template:
    remarks = [(one["fate"], one["place"], _said(one)) for one in intake.remarks]
    return Template(
        "interchange/intake.html",
        status_code=refusal.status if refusal else 200,
        context={
            "title": _title(course),
            "intake": intake,
            "is_under_way": intake.state in UNDER_WAY,
            "sentence": SENTENCES.get(intake.state, ""),
            "kinds": KINDS,
            "counts": counts(intake.remarks),
            "told": [one for one in remarks if one[0] != Fate.TAKEN],
            "taken": [one for one in remarks if one[0] == Fate.TAKEN],
            "trouble": gettext(intake.trouble, **intake.trouble_params) if intake.trouble else "",
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
            "back": _base(course.id),
            "here": f"{_base(course.id)}/{intake.id}",
            "lessons": writing_path(course.id),
        },
    )


def _said(remark: dict[str, Any]) -> str:
    sentence = remark["message"]
    return gettext(sentence, **remark["params"]) if sentence else ""


def _base(course_id: UUID) -> str:
    return f"{writing_path(course_id)}/mitbringen"


def _title(course: Course) -> str:
    return (current_language() == "en" and course.title_en) or course.title_de
