"""`/verwaltung/umfragen/aenderungen`: what was changed because of what people said, for the pages of the courses."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select

from lms.catalogue.models import Course
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.surveys.models import FeedbackChange, Survey
from lms.surveys.publishing import FeedbackChanges, all_changes
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import Form, Hidden, Select, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.tables import table_file
from lms.web.versions import Versions, both_versions, version_in

PATH = "/verwaltung/umfragen/aenderungen"
PUBLISHED = declare("rueckmeldung-veroeffentlicht", N_("Everybody can read it beside the course now."))
TAKEN_BACK = declare("rueckmeldung-zurueck", N_("It is no longer shown beside the course."))
AnyRequest = Request[Any, Any, Any]


class ChangeForm(Form):
    """What was said and what came of it."""

    version = Hidden()
    key = Hidden()
    survey = Hidden(longest=36)
    course = Select(N_("Course"), missing=N_("Choose the course."))
    said_de = TextArea(
        N_("What people said"),
        hint=N_(
            "One sentence, in German and without names. For example: Die Schrift auf den Zetteln war zu klein."
        ),
        missing=N_("Write in a sentence what people said."),
        longest=500,
        rows=2,
    )
    changed_de = TextArea(
        N_("What we have changed"),
        hint=N_("For example: Alle Handzettel gibt es jetzt in großer Schrift."),
        missing=N_("Write in a sentence what you have changed."),
        longest=500,
        rows=2,
    )
    said_en = TextArea(
        N_("What people said, in English"),
        hint=N_("Empty: English pages show the German sentence."),
        longest=500,
        rows=2,
    )
    changed_en = TextArea(
        N_("What we have changed, in English"), hint=N_("Empty: English pages show the German sentence."), longest=500, rows=2
    )  # fmt: skip

    @property
    def said(self) -> tuple[str, str]:
        """In German and in English."""
        return self.said_de.data or "", self.said_en.data or ""

    @property
    def changed(self) -> tuple[str, str]:
        """In German and in English."""
        return self.changed_de.data or "", self.changed_en.data or ""


class FeedbackChangePages(Controller):
    """For the programme team."""

    path = PATH
    opt = may("U", "survey", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """Everything that was published, the latest first."""
        async with around.begin.reading() as session:
            found = await all_changes(session)
        return Template("surveys/changes.html", context={"found": found, "here": PATH})

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        async with around.begin.reading() as session:
            found = await all_changes(session)
        rows: list[list[Cell]] = [
            [gettext("Course"), gettext("What people said"), gettext("What we have changed"), gettext("Published on")]
        ]  # fmt: skip
        rows += [
            [title, one.said_de, one.changed_de, local(one.published_at).date()]
            for one, title in found
            if one.withdrawn_at is None
        ]
        return table_file(request, "aenderungen", rows)

    @get("/neu")
    async def ask(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """The empty form; coming from a survey it has the course and the trainer's words."""
        survey_id = uuid_in(request.query_params.get("umfrage"))
        async with around.begin.reading() as session:
            survey = await session.get(Survey, survey_id) if survey_id else None
        form = form_from(
            ChangeForm, None, key=str(uuid4()), survey=str(survey.id) if survey else "",
            course=str(survey.course_id) if survey else "", changed_de=survey.comment[:500] if survey else "",
        )  # fmt: skip
        return await _page(around, form, f"{PATH}/neu")

    @post("/neu")
    async def publish(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        feedback_changes: NamedDependency[FeedbackChanges],
    ) -> Response[Any]:
        """Show it beside the course."""
        form = form_from(ChangeForm, await request.form())
        form.course.choices = await _courses(around)
        if not form.validate():
            return await _page(around, form, f"{PATH}/neu", status=422)
        await feedback_changes.publish(
            actor, change_id=uuid_in(form.key.data) or uuid4(), course_id=UUID(form.course.data), said=form.said,
            changed=form.changed, survey_id=uuid_in(form.survey.data),
        )  # fmt: skip
        return after(PATH, PUBLISHED)

    @get("/{change_id:uuid}")
    async def edit(self, change_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Its words."""
        row = await _known(around, change_id)
        return await _page(around, _form_of(row), f"{PATH}/{change_id}", row=row)

    @post("/{change_id:uuid}")
    async def rewrite(
        self,
        request: AnyRequest,
        change_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        feedback_changes: NamedDependency[FeedbackChanges],
    ) -> Response[Any]:
        """Say it in other words."""
        row, here = await _known(around, change_id), f"{PATH}/{change_id}"
        form = form_from(ChangeForm, await request.form())
        form.course.choices = [(str(row.course_id), "")]
        form.course.data = str(row.course_id)
        if not form.validate():
            return await _page(around, form, here, row=row, status=422)
        version = version_in(form.version.data) or 0
        try:
            await feedback_changes.rewrite(
                actor, change_id=change_id, said=form.said, changed=form.changed, version=version
            )
        except Stale as refusal:
            now = await _known(around, change_id)
            versions = both_versions(form, _form_of(now), marks=["version"], keep=here)
            return await _page(around, form, here, row=now, status=refusal.status, versions=versions)
        return after(PATH, SAVED)

    @post("/{change_id:uuid}/zeigen")
    async def withdraw(
        self,
        request: AnyRequest,
        change_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        feedback_changes: NamedDependency[FeedbackChanges],
    ) -> Response[Any]:
        """Take it from the page of the course, or show it again."""
        is_shown = (await request.form()).get("was") == "zeigen"
        await feedback_changes.withdraw(actor, change_id=change_id, is_shown=is_shown)
        return after(PATH, PUBLISHED if is_shown else TAKEN_BACK)


async def _known(around: Around, change_id: UUID) -> FeedbackChange:
    async with around.begin.reading() as session:
        row = await session.get(FeedbackChange, change_id)
    if row is None:
        raise NotFound
    return row


def _form_of(row: FeedbackChange) -> ChangeForm:
    return form_from(
        ChangeForm, None, version=str(row.version), course=str(row.course_id), said_de=row.said_de,
        changed_de=row.changed_de, said_en=row.said_en, changed_en=row.changed_en,
    )  # fmt: skip


async def _courses(around: Around) -> list[tuple[str, str]]:
    async with around.begin.reading() as session:
        rows = await session.execute(select(Course.id, Course.title_de).order_by(Course.title_de))
        return [("", ""), *((str(course_id), title) for course_id, title in rows)]


async def _page(
    around: Around,
    form: ChangeForm,
    here: str,
    *,
    row: FeedbackChange | None = None,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    form.course.choices = await _courses(around)
    return Template(
        "surveys/change.html",
        context={
            "form": form,
            "here": here,
            "row": row,
            "list_path": PATH,
            "versions": versions,
            "course_title": dict(form.course.choices).get(str(row.course_id), "") if row else "",
        },
        status_code=status,
    )
