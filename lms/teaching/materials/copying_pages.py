"""Taking over what another run of the same course has: `/kursleitung/kurse/<run>/unterlagen/uebernehmen`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.teaching.materials.forms import CopyForm
from lms.teaching.materials.pages import base_of
from lms.teaching.materials.reading import Taught, earlier_runs, taught_run
from lms.teaching.materials.service import Materials
from lms.web.access import may
from lms.web.formats import date_plain
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import after, declare

COPIED = declare(
    "unterlagen-uebernommen", N_("The materials are taken over. Please check who sees them when.")
)


class MaterialCopyPages(Controller):
    """For those who keep the materials of both runs."""

    path = "/kursleitung/kurse/{run_id:uuid}/unterlagen/uebernehmen"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def ask_copy(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Earlier runs of the same course that have some."""
        taught, form = await _copy_form(begin, actor, run_id, form_from(CopyForm))
        return _copy_page(taught, form)

    @post()
    async def copy(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        materials: NamedDependency[Materials],
    ) -> Template | Redirect:
        """Take them over."""
        taught, form = await _copy_form(begin, actor, run_id, form_from(CopyForm, await request.form()))
        status = 422
        if form.validate():
            try:
                await materials.copy(actor, run_id=run_id, source_id=UUID(form.source.data))
                return after(base_of(run_id), COPIED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
        return _copy_page(taught, form, status=status)


async def _copy_form(begin: Begin, actor: Actor, run_id: UUID, form: CopyForm) -> tuple[Taught, CopyForm]:
    async with begin.reading() as session:
        taught = await taught_run(session, actor, run_id)
        runs = await earlier_runs(session, actor, taught)
    choices = [
        (
            str(run.id),
            gettext(
                "Run %(number)s, from %(day)s: %(num)s",
                number=run.number, day=date_plain(run.starts_at) if run.starts_at else "–", num=count,
            ),
        )
        for run, count in runs
    ]  # fmt: skip
    return taught, form.knowing(choices)


def _copy_page(taught: Taught, form: CopyForm, *, status: int = 200) -> Template:
    return Template(
        "teaching/materials/copy.html",
        context={"taught": taught, "form": form, "here": base_of(taught.run.id)},
        status_code=status,
    )
