"""Issuing vouchers and making discount codes, one or a batch, with the sheet to print and the table to download."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.accounts.limits import within
from lms.catalogue.models import Audience, Course, Run
from lms.db import Begin, links_of
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.queries import person_of
from lms.portal.finance.vouchers import LIST, sheet
from lms.vouchers import codes
from lms.vouchers.errors import DayTooEarly, WordTaken, WordUnfit
from lms.vouchers.issuing import DiscountFacts
from lms.vouchers.models import Voucher, VoucherKind
from lms.vouchers.rules import MOST_IN_A_BATCH, last_day
from lms.vouchers.service import Vouchers
from lms.web.access import may
from lms.web.csv import csv_file
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Euro,
    Form,
    Hidden,
    Number,
    Select,
    Text,
    TextArea,
    form_from,
)
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

ISSUES = may("issue", "voucher")
ISSUED = declare("gutschein-ausgestellt", N_("The voucher is issued."))
MADE = declare("rabattcode-angelegt", N_("The discount code can be used now."))
AUDIENCES = [
    (Audience.SENIORS.value, N_("Older people")),
    (Audience.YOUTH.value, N_("Young people")),
    (Audience.SMES.value, N_("Companies")),
    (Audience.EVERYONE.value, N_("Everybody")),
]
LANGUAGES = [("de", N_("German")), ("en", N_("English"))]


class IssueForm(Form):
    """A value voucher without money for it."""

    amount = Euro(N_("Worth"), missing=N_("Enter the amount."))
    count = Number(
        N_("How many?"),
        least=1,
        most=MOST_IN_A_BATCH,
        width=5,
        missing=N_("Enter how many vouchers there are to be."),
    )
    name = Text(
        N_("What for?"),
        hint=N_("For example: raffle on Europe Day. It stands in the list and the history."),
        missing=N_("Write what the voucher is for."),
        longest=100,
    )
    for_name = Text(N_("Name on the voucher"), hint=N_("You can leave it empty."), longest=60)
    message = TextArea(N_("A few words for the voucher"), rows=3, longest=200)
    language = Select(N_("Language of the voucher"), choices=LANGUAGES, blank="")
    valid_until = DateParts(N_("Valid until"), missing=N_("Enter the day until which it is valid."))
    person = Hidden()
    key = Hidden()


class DiscountForm(Form):
    """A discount code, or a batch of codes that are each good once."""

    name = Text(
        N_("What for?"),
        hint=N_("For example: autumn campaign. Only the team sees it."),
        missing=N_("Write what the code is for."),
        longest=100,
    )
    word = Text(
        N_("The code"),
        hint=N_("4 to 15 letters and digits, for example HERBST26. Empty means: we make one up."),
        longest=20,
        width=20,
        autocomplete="off",
    )
    percent = Number(N_("Percent"), hint=N_("Either percent or an amount."), least=1, most=100, width=5)
    off = Euro(N_("Or an amount for each place"))
    count = Number(
        N_("How many different codes?"),
        hint=N_("With more than one, each code is good for one place."),
        least=1,
        most=MOST_IN_A_BATCH,
        width=5,
        missing=N_("Enter how many codes there are to be."),
    )
    most_uses = Number(
        N_("For how many places altogether?"),
        hint=N_("Empty means: for any number."),
        least=1,
        most=100_000,
        width=5,
    )
    once = Checkbox(N_("Each person can use it once"))
    budget = Euro(
        N_("What it may cost us altogether"), hint=N_("Empty means: no bound. It is never exceeded.")
    )
    valid_from = DateParts(N_("Valid from"), hint=N_("Empty means: at once."))
    valid_until = DateParts(N_("Valid until"), missing=N_("Enter the day until which it is valid."))
    audiences = Checkboxes(
        N_("Only for courses for"), choices=AUDIENCES, hint=N_("Without a tick: for all courses.")
    )
    runs = Text(
        N_("Only for these runs"),
        hint=N_("Numbers of runs, with commas between them. Empty means: for all."),
        longest=500,
    )
    course = Select(N_("Only for this course"), blank=N_("all courses"))
    key = Hidden()

    def says_one_sum(self) -> bool:
        """Whether exactly one of percent and amount was given; said at the field where not."""
        if (self.percent.data is None) == (self.off.data is None):
            self.refuse("percent", N_("Enter either percent or an amount."))
            return False
        return True


class NewVoucherPages(Controller):
    """Two forms, and what comes of them."""

    path = LIST
    opt = ISSUES
    include_in_schema = False

    @get("/neu")
    async def ask(
        self, request: Request[Any, Any, Any], begin: NamedDependency[Begin], around: NamedDependency[Around]
    ) -> Template:
        """A voucher, for the person one comes from (`?person=`) or for nobody in particular."""
        person_id = uuid_in(request.query_params.get("person"))
        form = form_from(
            IssueForm, count=1, language="de", valid_until=last_day(today(around.clock)), key=str(uuid4()),
            person=str(person_id or ""),
        )  # fmt: skip
        return await _issue_page(begin, form)

    @post("/neu")
    async def issue(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Issue. Sent twice it is issued once."""
        form, status = form_from(IssueForm, await request.form()), 422
        if form.validate():
            try:
                issued = await vouchers.issue(
                    actor, form_key=uuid_in(form.key.data) or uuid4(), amount_cents=form.amount.data,
                    name=form.name.data, for_name=form.for_name.data or "", message=form.message.data or "",
                    language=form.language.data or "de", valid_until=form.valid_until.data,
                    person_id=uuid_in(form.person.data), count=form.count.data,
                )  # fmt: skip
            except DomainError as refusal:
                field = "valid_until" if isinstance(refusal, DayTooEarly) else ""
                form.refuse(field, refusal.message, **refusal.params)
                status = refusal.status
            else:
                return after(_where(issued[0]), ISSUED)
        return await _issue_page(begin, form, status=status)

    @get("/rabattcode")
    async def ask_discount(self, begin: NamedDependency[Begin], around: NamedDependency[Around]) -> Template:
        """A discount code."""
        form = form_from(
            DiscountForm, count=1, key=str(uuid4()), valid_until=last_day(today(around.clock), 0)
        )
        return await _discount_page(begin, form)

    @post("/rabattcode")
    async def discount(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Make it. Sent twice it is made once."""
        form, status = form_from(DiscountForm, await request.form()), 422
        await _offer_courses(begin, form)
        fine = form.validate()
        runs = await _runs_in(begin, form)
        if form.says_one_sum() and fine and runs is not None:
            many = form.count.data > 1
            try:
                made = await vouchers.offer_discount(
                    actor, form_key=uuid_in(form.key.data) or uuid4(), word=form.word.data or "",
                    count=form.count.data,
                    facts=DiscountFacts(
                        name=form.name.data, valid_from=form.valid_from.data, valid_until=form.valid_until.data,
                        percent=form.percent.data, off_cents=form.off.data, budget_cents=form.budget.data,
                        most_uses=1 if many else form.most_uses.data, is_once_per_person=bool(form.once.data),
                        run_ids=runs, audiences=form.audiences.data or (),
                        course_ids=[UUID(form.course.data)] if form.course.data else (),
                    ),
                )  # fmt: skip
            except DomainError as refusal:
                at = "valid_until" if isinstance(refusal, DayTooEarly) else ""
                at = "word" if isinstance(refusal, (WordTaken, WordUnfit)) else at
                form.refuse(at, refusal.message, **refusal.params)
                status = refusal.status
            else:
                return after(_where(made[0]), MADE)
        return await _discount_page(begin, form, status=status)

    @get("/stapel/{batch_id:uuid}")
    async def batch(self, batch_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What was made together: to print, and to download."""
        made = await _batch(begin, batch_id)
        return Template(
            "portal/finance/voucher_batch.html",
            context={"made": made, "first": made[0], "path": f"{LIST}/stapel/{batch_id}"},
        )

    @get("/stapel/{batch_id:uuid}/gutscheine.pdf")
    async def printed(self, batch_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Response[bytes]:
        """A sheet for each."""
        made = await _batch(begin, batch_id)
        if made[0].kind is not VoucherKind.VALUE:
            raise NotFound
        async with begin.reading() as session:
            links = links_of(session)
        return await sheet(made, links)

    @get("/stapel/{batch_id:uuid}/codes.csv")
    async def table(
        self, batch_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The codes as a table."""
        await within(around.begin, around.clock, "export", account=actor.account_id or "")
        made = await _batch(around.begin, batch_id)
        rows = [
            [codes.in_groups(one.word or codes.code_again(around.signer, one.id, one.code_hash) or ""),
             one.face_cents / 100 if one.face_cents else "", one.valid_until]
            for one in made
        ]  # fmt: skip
        return csv_file(
            "codes.csv", [[gettext("Code of the voucher"), gettext("Worth"), gettext("Valid until")], *rows]
        )


def _where(voucher: Voucher) -> str:
    return f"{LIST}/stapel/{voucher.batch_id}" if voucher.batch_id else f"{LIST}/{voucher.id}"


async def _batch(begin: Begin, batch_id: UUID) -> list[Voucher]:
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Voucher).where(Voucher.batch_id == batch_id).order_by(Voucher.cause_key)
        )
        made = list(rows)
    if not made:
        raise NotFound
    return made


async def _issue_page(begin: Begin, form: IssueForm, *, status: int = 200) -> Template:
    person, person_id = None, uuid_in(form.person.data)
    if person_id is not None:
        async with begin.reading() as session:
            person = await person_of(session, person_id)
    return Template(
        "portal/finance/voucher_new.html", context={"form": form, "person": person}, status_code=status
    )


async def _offer_courses(begin: Begin, form: DiscountForm) -> None:
    async with begin.reading() as session:
        rows = await session.execute(select(Course.id, Course.title_de).order_by(Course.title_de))
        form.course.choices = [(str(course_id), title) for course_id, title in rows]


async def _discount_page(begin: Begin, form: DiscountForm, *, status: int = 200) -> Template:
    if not form.course.choices:
        await _offer_courses(begin, form)
    return Template("portal/finance/discount_new.html", context={"form": form}, status_code=status)


async def _runs_in(begin: Begin, form: DiscountForm) -> list[UUID] | None:
    """The runs whose numbers were typed; None, said at the field, where one of them is not known."""
    numbers = [one.strip() for one in (form.runs.data or "").split(",") if one.strip()]
    if not numbers:
        return []
    async with begin.reading() as session:
        rows = await session.execute(select(Run.number, Run.id).where(Run.number.in_(numbers)))
        known = {row.number: row.id for row in rows}
    missing = [one for one in numbers if one not in known]
    if missing:
        form.refuse("runs", N_("There is no run with the number %(number)s."), number=missing[0])
        return None
    return list(known.values())
