"""The reductions of the centre: for whom, what proves it, how much."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.enrolment.pricing.models import ConcessionKind
from lms.enrolment.pricing.service import KindFacts, Pricing
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.ideas import key_of
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.forms import Checkbox, Euro, Form, Hidden, Number, Text, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.versions import both_versions, version_in

KINDS = "/verwaltung/ermaessigungen"


class KindForm(Form):
    """One reduction."""

    name_de = Text(
        N_("For whom, in German"), hint=N_("For example: Studierende"), missing=N_("State for whom it is.")
    )
    name_en = Text(N_("For whom, in English"))
    needs_proof = Checkbox(N_("A proof is needed"))
    proof_de = Text(N_("What proves it, in German"), hint=N_("For example: Studierendenausweis"))
    proof_en = Text(N_("What proves it, in English"))
    percent = Number(N_("Less by percent"), least=1, most=100, width=5, hint=N_("Where a course has no reduced price of its own. Leave both empty if it holds only there."))  # fmt: skip
    off = Euro(N_("or less by an amount"))
    is_retired = Checkbox(N_("No longer offered"))
    key = Hidden()
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """A share or an amount, not both."""
        fine: bool = super().validate(extra_validators)
        if self.percent.data is not None and self.off.data is not None:
            self.refuse("off", N_("Enter a share in percent or an amount, not both."))
            return False
        if self.off.data == 0:
            self.refuse("off", N_("Enter an amount above nothing, or leave it empty."))
            return False
        return fine

    def facts(self) -> KindFacts:
        """The facts of a form that is valid."""
        return KindFacts(
            name_de=self.name_de.data.strip(),
            name_en=(self.name_en.data or "").strip(),
            proof_de=(self.proof_de.data or "").strip(),
            proof_en=(self.proof_en.data or "").strip(),
            needs_proof=bool(self.needs_proof.data),
            percent=self.percent.data,
            off_cents=self.off.data,
            is_retired="is_retired" in self and bool(self.is_retired.data),
        )


class ConcessionKindPages(Controller):
    """The list, one more, other words."""

    path = KINDS
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin]) -> Template:
        """All reductions."""
        return Template("portal/desk/concessions.html", context={"kinds": await _kinds(begin)})

    @get("/neu")
    async def ask_new(self) -> Template:
        """The form for one more."""
        return step_page(_adding(), _new_form(key=str(uuid4()), needs_proof=True))

    @post("/neu")
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        pricing: NamedDependency[Pricing],
    ) -> Template | Redirect:
        """One more reduction."""
        form = _new_form(await request.form())
        if not form.validate():
            return step_page(_adding(), form, status=422)
        await pricing.add_kind(actor, kind_id=key_of(form.key.data), facts=form.facts())
        return after(KINDS, SAVED)

    @get("/{kind_id:uuid}")
    async def ask_change(self, kind_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The form of one."""
        kind = await _kind(begin, kind_id)
        return step_page(_changing(kind), form_from(KindForm, **_values(kind)))

    @post("/{kind_id:uuid}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        kind_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        pricing: NamedDependency[Pricing],
    ) -> Template | Redirect:
        """Other words or amounts. Whoever was slower sees both versions."""
        form = form_from(KindForm, await request.form())
        kind = await _kind(begin, kind_id)
        if not form.validate():
            return step_page(_changing(kind), form, status=422)
        try:
            await pricing.change_kind(
                actor, kind_id=kind_id, facts=form.facts(), version=version_in(form.version.data) or 0
            )
        except Stale as refusal:
            kind = await _kind(begin, kind_id)
            versions = both_versions(
                form, form_from(KindForm, **_values(kind)), marks=["version"], keep=KINDS
            )
            return step_page(_changing(kind), form, status=refusal.status, versions=versions)
        return after(KINDS, SAVED)


def _new_form(sent: Any = None, **values: Any) -> KindForm:
    form = form_from(KindForm, sent, **values)
    del form.is_retired
    return form


def _values(kind: ConcessionKind) -> dict[str, Any]:
    names = ("name_de", "name_en", "needs_proof", "proof_de", "proof_en", "percent", "is_retired")
    return {name: getattr(kind, name) for name in names} | {
        "off": kind.off_cents,
        "version": str(kind.version),
    }


def _adding() -> Step:
    return Step(
        title=gettext("A new reduction"),
        about=gettext("Reductions of the centre"),
        path=f"{KINDS}/neu",
        back=KINDS,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
    )


def _changing(kind: ConcessionKind) -> Step:
    return Step(
        title=gettext("Change the reduction: %(name)s", name=kind.name_de),
        about=gettext("Reductions of the centre"),
        path=f"{KINDS}/{kind.id}",
        back=KINDS,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[gettext("Who is enrolled already keeps what was agreed.")],
    )


async def _kinds(begin: Begin) -> Sequence[ConcessionKind]:
    async with begin.reading() as session:
        rows = await session.scalars(
            select(ConcessionKind).order_by(
                ConcessionKind.is_retired, ConcessionKind.name_de, ConcessionKind.id
            )
        )
        return rows.all()


async def _kind(begin: Begin, kind_id: UUID) -> ConcessionKind:
    async with begin.reading() as session:
        kind = await session.get(ConcessionKind, kind_id)
    if kind is None:
        raise NotFound
    return kind
