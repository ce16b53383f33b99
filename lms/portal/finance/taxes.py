"""`/verwaltung/finanzen/steuern`: which tax holds from when on, a new rate from a day on, and what a change would touch."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from lms.billing.tax.changes import changes_on, lines_changed, runs_changed
from lms.billing.tax.models import TaxCategory, TaxTreatment
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import treatment_on
from lms.billing.tax.service import TaxTable
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.words import spoken
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Number, Radios, Select, TextArea, form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

TAXES = "/verwaltung/finanzen/steuern"
NEXT_CHANGE = date(2027, 1, 1)
"""§ 2b UStG binds public bodies from this day on; what the page of changes begins with (L-63)."""
ADDED = declare(
    "steuer-eingetragen", N_("The tax holds from that day on. What has been invoiced stays as it is.")
)
CATEGORIES = [
    ("S", N_("taxed, at this rate")),
    ("E", N_("exempt from VAT")),
    ("O", N_("not subject to VAT")),
]


class TaxForm(Form):
    """A treatment from a day on."""

    code = Select(N_("What is taxed?"))
    category = Radios(N_("How?"), choices=CATEGORIES, missing=N_("Choose how it is taxed."))
    percent = Number(
        N_("Rate in percent"), hint=N_("Only if it is taxed. For example: 19"), least=1, most=99, width=5
    )
    note_de = TextArea(
        N_("Sentence on the invoice, in German"),
        hint=N_("Only if no tax is asked for: the reason, with the paragraph of the law."),
        rows=2,
    )
    note_en = TextArea(N_("The same in English"), rows=2)
    valid_from = DateParts(
        N_("For services from this day on"), missing=N_("Enter the day from which it holds.")
    )
    key = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Taxed needs a rate, everything else a reason."""
        fine: bool = super().validate(extra_validators)
        if (
            self.category.data == TaxCategory.STANDARD
            and self.percent.data is None
            and not self.percent.errors
        ):
            self.refuse("percent", N_("Enter the rate in percent."))
        if self.category.data in {"E", "O"} and not self.note_de.data:
            self.refuse("note_de", N_("Write the reason that stands on the invoice."))
        return fine and not self.problems


class TaxPages(Controller):
    """The table, the form, the preview of a change."""

    path = TAXES
    opt = may("R", "invoice", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Every treatment by kind, those of today marked."""
        async with around.begin.reading() as session:
            known = await treatments(session)
        return Template(
            "portal/finance/taxes.html",
            context={
                "kinds": _kinds(known, local(around.clock()).date()),
                "default": around.settings.tax_code,
                "next_change": NEXT_CHANGE,
                "may_add": actor.may_for_all("issue", "invoice"),
            },
        )

    @get("/neu", opt=may("issue", "invoice"))
    async def ask(self, around: NamedDependency[Around], art: FromQuery[str] = "") -> Template:
        """The empty form."""
        return await _page(around, form_from(TaxForm, None, key=str(uuid4()), code=art, category="S"))

    @post("/neu", opt=may("issue", "invoice"))
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        tax_table: NamedDependency[TaxTable],
    ) -> Template | Redirect:
        """Write it down; the row before it stays."""
        form = form_from(TaxForm, await request.form())
        async with around.begin.reading() as session:
            form.code.choices = _choices(await treatments(session))
        if not form.validate():
            return await _page(around, form, status=422)
        try:
            await tax_table.add(
                actor,
                treatment_id=uuid_in(form.key.data) or uuid4(),
                code=form.code.data,
                category=TaxCategory(form.category.data),
                rate_bp=(form.percent.data or 0) * 100,
                note_de=form.note_de.data or "",
                note_en=form.note_en.data or "",
                valid_from=form.valid_from.data,
            )
        except DomainError as refusal:
            form.refuse("valid_from" if refusal.status == 422 else "", refusal.message, **refusal.params)
            return await _page(around, form, status=refusal.status)
        return after(TAXES, ADDED)

    @get("/aenderungen")
    async def changes(self, around: NamedDependency[Around], ab: FromQuery[str] = "") -> Template:
        """What is taxed otherwise from a day on: kinds, runs, and lines that were invoiced before."""
        day = _day(ab)
        async with around.begin.reading() as session:
            known = await treatments(session)
            found = changes_on(known, day)
            runs = await runs_changed(session, found, day, around.settings.tax_code)
            lines = await lines_changed(session, known, day)
        return Template(
            "portal/finance/tax_changes.html",
            context={
                "day": day,
                "days": _days_of_change(known, local(around.clock()).date()),
                "changes": found,
                "names": {one.code: spoken(one.name_de, one.name_en) for one in known},
                "runs": runs,
                "lines": lines,
            },
        )


def _kinds(
    known: Sequence[TaxTreatment], today: date
) -> list[tuple[str, str, list[tuple[TaxTreatment, bool]]]]:
    kinds = []
    for code, name in _choices(known):
        now = treatment_on(known, code, today)
        kinds.append((code, name, [(one, one is now) for one in known if one.code == code]))
    return kinds


def _choices(known: Sequence[TaxTreatment]) -> list[tuple[str, str]]:
    return list({one.code: spoken(one.name_de, one.name_en) for one in known}.items())


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return NEXT_CHANGE


def _days_of_change(known: Sequence[TaxTreatment], today: date) -> list[date]:
    return sorted({one.valid_from for one in known if one.valid_from > today} | {NEXT_CHANGE})


async def _page(around: Around, form: TaxForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        form.code.choices = _choices(await treatments(session))
    return Template(
        "portal/finance/tax.html", context={"form": form, "here": f"{TAXES}/neu"}, status_code=status
    )
