"""Funding programmes: who pays for runs, and what they ask of people before they get a certificate."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.eligibility.affected import Effect, effect_of_programme
from lms.certification.eligibility.errors import NameTaken
from lms.certification.eligibility.models import Excused, FundingProgramme, RunRule
from lms.certification.eligibility.rule_setting import CertificateRules, ProgrammeTerms
from lms.certification.eligibility.words import EXCUSED
from lms.certification.pages.rules import LONGEST_NAME, LONGEST_TEXT, SURE
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.fields import DateParts, Hidden, Number, Radios, Text, TextArea
from lms.web.forms import Form, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.tables import table_file
from lms.web.versions import Versions, both_versions, version_in

HERE = "/verwaltung/nachweise/foerderprogramme"
AS_IN_COURSE = "kurs"
ADDED = declare(
    "foerderprogramm-angelegt", N_("The funding programme is added. Choose it at the runs that it pays for.")
)
RETIRED = declare(
    "foerderprogramm-beendet", N_("The funding programme has ended. Runs that have it keep it.")
)


class ProgrammeForm(Form):
    """What a funding programme asks."""

    name = Text(N_("Name"), missing=N_("Enter the name of the programme."))
    threshold_percent = Number(
        N_("Share that has to be attended, in percent"),
        least=1,
        most=100,
        width=5,
        hint=N_("Leave it empty if the programme asks for nothing of its own."),
    )
    excused = Radios(
        N_("What about excused sessions?"),
        choices=[
            (AS_IN_COURSE, N_("As in the course.")),
            *((one.value, words) for one, words in EXCUSED.items()),
        ],
        missing=N_("Choose what excused sessions mean."),
        hint=N_("An excused session never counts as attended."),
    )
    text_de = TextArea(
        N_("Sentence for the certificate"), hint=N_("For example: Gefördert aus Mitteln des Landes.")
    )
    text_en = TextArea(N_("Sentence for the certificate in English"))
    valid_from = DateParts(N_("For runs that begin on this day or later"))
    valid_until = DateParts(N_("For runs that begin on this day or before"))
    key = Hidden()
    version = Hidden()

    def check(self) -> bool:
        """Whether everything is there and fits together."""
        is_fine = bool(self.validate())
        first, last = self.valid_from.data, self.valid_until.data
        if first and last and last < first:
            self.refuse("valid_until", N_("The last day lies before the first."))
            is_fine = False
        return is_fine

    def terms(self) -> ProgrammeTerms:
        """What was entered."""
        return ProgrammeTerms(
            name=" ".join((self.name.data or "").split())[:LONGEST_NAME],
            threshold_percent=self.threshold_percent.data,
            excused=None if self.excused.data == AS_IN_COURSE else Excused(self.excused.data),
            text_de=(self.text_de.data or "").strip()[:LONGEST_TEXT],
            text_en=(self.text_en.data or "").strip()[:LONGEST_TEXT],
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
        )


class ProgrammePages(Controller):
    """The list, adding, changing, ending."""

    path = HERE
    include_in_schema = False

    @get(opt=may("R", "certificate", of=Scope.ALL))
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """All of them, those that have ended last."""
        async with begin.reading() as session:
            lines = await _lines(session)
        return Template(
            "certification/programmes.html",
            context={
                "lines": lines,
                "excused": EXCUSED,
                "may_change": actor.may_for_all("issue", "certificate"),
            },
        )

    @get(["/liste.csv", "/liste.xlsx"], opt=may("R", "certificate", of=Scope.ALL))
    async def as_file(
        self, request: Request[Any, Any, Any], begin: NamedDependency[Begin]
    ) -> Response[bytes]:
        """The same as a table."""
        async with begin.reading() as session:
            lines = await _lines(session)
        heads: list[Cell] = [
            gettext("Name"), gettext("Percent"), gettext("Excused sessions"), gettext("For runs from"), gettext("For runs until"), gettext("Runs"),
            gettext("Ended on"), gettext("Sentence for the certificate"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                one.name, one.threshold_percent, gettext(EXCUSED[one.excused]) if one.excused else gettext("As in the course."),
                one.valid_from, one.valid_until, runs, one.retired_at, one.text_de,
            ]
            for one, runs in lines
        ]  # fmt: skip
        return table_file(request, "foerderprogramme", [heads, *rows])

    @get("/neu", opt=may("issue", "certificate"))
    async def ask_add(self) -> Template:
        return _page(form_from(ProgrammeForm, excused=AS_IN_COURSE, key=str(uuid4()), version="0"))

    @post("/neu", opt=may("issue", "certificate"))
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        certificate_rules: NamedDependency[CertificateRules],
    ) -> Template | Redirect:
        """A new one; sent twice it is made once."""
        form = form_from(ProgrammeForm, await request.form())
        if not form.check():
            return _page(form, status=422)
        try:
            await certificate_rules.add_programme(
                actor, programme_id=uuid_in(form.key.data) or uuid4(), terms=form.terms()
            )
        except NameTaken as refusal:
            form.refuse("name", refusal.message)
            return _page(form, status=refusal.status)
        return after(HERE, ADDED)

    @get("/{programme_id:uuid}", opt=may("issue", "certificate"))
    async def ask_change(self, programme_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        one = await _programme(begin, programme_id)
        return _page(form_from(ProgrammeForm, **_values(one)), one)

    @post("/{programme_id:uuid}", opt=may("issue", "certificate"))
    async def change(
        self,
        request: Request[Any, Any, Any],
        programme_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_rules: NamedDependency[CertificateRules],
    ) -> Template | Redirect:
        """What it asks from now on; where somebody is affected, only after that was said."""
        sent = await request.form()
        form = form_from(ProgrammeForm, sent)
        one = await _programme(begin, programme_id)
        if not form.check():
            return _page(form, one, status=422)
        if SURE not in sent:
            async with begin.reading() as session:
                effect = await effect_of_programme(session, programme_id, form.terms())
            if effect.is_any:
                return _page(form, one, effect=effect)
        try:
            await certificate_rules.change_programme(
                actor,
                programme_id=programme_id,
                terms=form.terms(),
                version=version_in(form.version.data) or 0,
            )
        except NameTaken as refusal:
            form.refuse("name", refusal.message)
            return _page(form, one, status=refusal.status)
        except Stale:
            stored = form_from(ProgrammeForm, **_values(await _programme(begin, programme_id)))
            versions = both_versions(form, stored, marks=["version"], keep=f"{HERE}/{programme_id}")
            return _page(form, one, status=409, versions=versions)
        return after(HERE, SAVED)

    @get("/{programme_id:uuid}/beenden", opt=may("issue", "certificate"))
    async def consider(self, programme_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What ending means."""
        one = await _programme(begin, programme_id)
        return Template("certification/programme_end.html", context={"programme": one})

    @post("/{programme_id:uuid}/beenden", opt=may("issue", "certificate"))
    async def retire(
        self,
        programme_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        certificate_rules: NamedDependency[CertificateRules],
    ) -> Redirect:
        """No further run can have it."""
        await certificate_rules.retire_programme(actor, programme_id=programme_id)
        return after(HERE, RETIRED)


async def _lines(session: AsyncSession) -> Sequence[tuple[FundingProgramme, int]]:
    """Every programme with the number of its runs; one statement."""
    runs = (
        select(func.count())
        .where(RunRule.programme_id == FundingProgramme.id)
        .correlate(FundingProgramme)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(FundingProgramme, runs).order_by(
            FundingProgramme.retired_at.is_not(None), FundingProgramme.name
        )
    )
    return [(row[0], row[1]) for row in rows]


async def _programme(begin: Begin, programme_id: UUID) -> FundingProgramme:
    async with begin.reading() as session:
        found = await session.get(FundingProgramme, programme_id)
    if found is None:
        raise NotFound
    return found


def _values(one: FundingProgramme) -> Mapping[str, Any]:
    return {
        "name": one.name,
        "threshold_percent": one.threshold_percent,
        "excused": one.excused.value if one.excused else AS_IN_COURSE,
        "text_de": one.text_de,
        "text_en": one.text_en,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "key": str(one.id),
        "version": str(one.version),
    }


def _page(
    form: ProgrammeForm,
    programme: FundingProgramme | None = None,
    *,
    status: int = 200,
    effect: Effect | None = None,
    versions: Versions | None = None,
) -> Template:
    return Template(
        "certification/programme.html",
        context={"programme": programme, "form": form, "effect": effect, "versions": versions},
        status_code=status,
    )
