"""Qualifications: what ends soon, which kinds there are, and what they are required for."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import persons_file
from lms.catalogue.models import Audience, Course, Topic
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.choices import AUDIENCE_NAMES
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import spoken
from lms.trainers.qualifications.models import QualificationKind, QualificationNeed
from lms.trainers.qualifications.queries import (
    Expiring,
    expiring,
    kind_of,
    kinds_of,
    needs_of_kind,
)
from lms.trainers.qualifications.service import Qualifications
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import Form, Hidden, Number, Select, Text, form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in

BOOK = "/verwaltung/qualifikationen"
TRAINERS = "/verwaltung/kursleitungen"
CONDUCT = N_("Certificate of conduct")


class KindForm(Form):
    """Something that can be proved."""

    name = Text(
        N_("What is it called?"), hint=N_("For example: First aid"), missing=N_("Enter what it is called."), longest=120
    )  # fmt: skip
    months = Number(
        N_("For how many months is it valid?"), hint=N_("Empty means: for good."), least=1, most=600, width=5
    )
    key = Hidden()


class NeedForm(Form):
    """What it is required for."""

    what = Select(N_("Required for"), missing=N_("Choose what it is required for."))


class QualificationPages(Controller):
    """What ends soon, and the kinds."""

    path = BOOK
    opt = may("U", "qualification")
    include_in_schema = False

    @get(opt=may("R", "qualification", of=Scope.ALL))
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """What has ended or ends soon, and the kinds."""
        day, days = today(around.clock), around.settings.qualification_warning_days
        async with around.begin.reading() as session:
            found = await expiring(session, day, days=days)
            kinds = await kinds_of(session, with_retired=True)
        return Template(
            "portal/fees/qualifications.html",
            context={
                "found": found, "kinds": kinds, "day": day, "days": days, "conduct": CONDUCT,
                "may_keep": actor.may_for_all("U", "qualification"),
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"], opt=may("R", "qualification", of=Scope.ALL))
    async def as_file(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """What has ended or ends soon, to take away."""
        days = around.settings.qualification_warning_days
        async with around.begin.reading() as session:
            found = await expiring(session, today(around.clock), days=days)
        heads = [gettext("Trainer"), gettext("Proof"), gettext("Valid until")]
        rows: list[list[Cell]] = [[one.person.name, _name(one), one.valid_until] for one in found]
        return await persons_file(request, around, actor, "qualifikationen", [heads, *rows])

    @get("/neu")
    async def ask_kind(self) -> Template:
        """The form of a new kind."""
        return step_page(_adding(), form_from(KindForm, None, key=str(uuid4())))

    @post("/neu")
    async def add_kind(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        qualification_book: NamedDependency[Qualifications],
    ) -> Template | Redirect:
        """A new kind."""
        form, status = form_from(KindForm, await request.form()), 422
        if form.validate():
            try:
                kind = await qualification_book.add_kind(
                    actor, kind_id=uuid_in(form.key.data) or uuid4(), name=form.name.data,
                    valid_months=form.months.data,
                )  # fmt: skip
                return after(f"{BOOK}/{kind.id}", SAVED)
            except DomainError as refusal:
                form.refuse("name", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_adding(), form, status=status)

    @get("/{kind_id:uuid}")
    async def show(self, kind_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """What one kind is required for."""
        return await _kind_page(around, kind_id, form_from(NeedForm))

    @post("/{kind_id:uuid}/verlangen")
    async def require(
        self,
        request: Request[Any, Any, Any],
        kind_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        qualification_book: NamedDependency[Qualifications],
    ) -> Template | Redirect:
        """From now on it is required there."""
        form = form_from(NeedForm, await request.form())
        async with around.begin.reading() as session:
            form.what.choices = await _things(session)
        if not form.validate():
            return await _kind_page(around, kind_id, form, status=422)
        sort, _, value = (form.what.data or "").partition(":")
        things: dict[str, dict[str, Any]] = {
            "topic": {"topic_id": uuid_in(value)},
            "course": {"course_id": uuid_in(value)},
            "audience": {"audience": value},
        }
        await qualification_book.require(actor, kind_id=kind_id, **things[sort])
        return after(f"{BOOK}/{kind_id}", SAVED)

    @post("/{kind_id:uuid}/nicht-verlangen/{need_id:uuid}")
    async def require_no_more(
        self,
        kind_id: FromPath[UUID],
        need_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        qualification_book: NamedDependency[Qualifications],
    ) -> Redirect:
        """It is not required there any more."""
        await qualification_book.require_no_more(actor, need_id=need_id)
        return after(f"{BOOK}/{kind_id}", SAVED)

    @post("/{kind_id:uuid}/stilllegen")
    async def retire(
        self,
        request: Request[Any, Any, Any],
        kind_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        qualification_book: NamedDependency[Qualifications],
    ) -> Redirect:
        """Not used any more, or again."""
        sent = await request.form()
        is_retired = sent.get("stillgelegt") == "ja"
        await qualification_book.retire_kind(actor, kind_id=kind_id, is_retired=is_retired)
        return after(f"{BOOK}/{kind_id}", SAVED)


def _adding() -> Step:
    return Step(
        title=gettext("New kind of qualification"), about=gettext("Qualifications"), path=f"{BOOK}/neu",
        back=BOOK, button=gettext("Save"), way_out=gettext("Change nothing"),
        sentences=[
            gettext("The certificate of conduct is there already: it is required for courses for children and young people."),
            gettext("Where a rate or a profile bears this name, from now on only what the team has seen counts."),
        ],
    )  # fmt: skip


def _name(one: Expiring) -> str:
    return one.name or translated(CONDUCT)


async def _things(session: AsyncSession) -> list[tuple[str, str]]:
    """Everything that a kind can be required for."""
    audiences = [
        (f"audience:{one.value}", gettext("Audience: %(name)s", name=translated(AUDIENCE_NAMES[one])))
        for one in Audience
    ]
    topics = [
        (f"topic:{one.id}", gettext("Topic: %(name)s", name=spoken(one.name_de, one.name_en)))
        for one in await session.scalars(select(Topic).order_by(Topic.name_de))
    ]
    courses = [
        (f"course:{one.id}", gettext("Course: %(name)s", name=spoken(one.title_de, one.title_en)))
        for one in await session.scalars(select(Course).order_by(Course.title_de))
    ]
    return [*audiences, *topics, *courses]  # fmt: skip


def _thing(need: QualificationNeed) -> str:
    if need.topic_id is not None:
        return f"topic:{need.topic_id}"
    return f"course:{need.course_id}" if need.course_id is not None else f"audience:{need.audience}"


async def _kind_page(around: Around, kind_id: UUID, form: NeedForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        kind: QualificationKind = await kind_of(session, kind_id)
        needs = await needs_of_kind(session, kind_id)
        things: Mapping[str, str] = dict(await _things(session))
    form.what.choices = list(things.items())
    lines = [(need.id, things.get(_thing(need), "–")) for need in needs]
    return Template(
        "portal/fees/qualification.html", context={"kind": kind, "lines": lines, "form": form}, status_code=status
    )  # fmt: skip
