"""`/verwaltung/theke`: who, which course, how it is paid, one button; and the page after it."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.errors import LessGiven, MoreThanOwed
from lms.billing.policy import may_take_cash
from lms.billing.queries import balance_of
from lms.billing.receipts import Receipts, receipts_of
from lms.billing.tax.queries import treatments
from lms.db import Begin, has_sms
from lms.enrolment.conditions.fields import question_fields
from lms.enrolment.conditions.queries import clashes_of
from lms.enrolment.conditions.words import in_words
from lms.enrolment.models import EnrolmentState, EntryWay
from lms.enrolment.pages.redeeming import typed_vouchers
from lms.enrolment.queries import claim_for, position_of
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.messaging.models import Letter
from lms.people.queries import SHORTEST_SEARCH, person_of, persons_found
from lms.portal.counter.cash import printed_facts
from lms.portal.counter.conditions import asked_by, said_in
from lms.portal.counter.forms import CASH_NOW, NewPersonForm, channels, named, refuse
from lms.portal.counter.reading import reductions_offered
from lms.portal.counter.screen import COUNTER, Screen, chosen_run, screen_from
from lms.portal.desk.price_choice import price_choice
from lms.portal.desk.words import ENROLMENT_STATES
from lms.vouchers.service import Vouchers
from lms.web.access import may
from lms.web.forms import Euro, Form, Hidden, form_from
from lms.web.module import Around

HITS = 8
NEW = "neu"
TAKE, SEARCH = "anmelden", "suchen"


class CashForm(Form):
    """What changes hands."""

    amount = Euro(N_("Amount to be paid"), missing=N_("Enter the amount."))
    given = Euro(N_("Handed over"), hint=N_("Empty means: exactly the amount."))
    key = Hidden()


class CounterPages(Controller):
    """One screen, by keyboard alone."""

    path = COUNTER
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Empty, or with the person (`?person=`) and the run (`?kurs=`) that one comes from."""
        return await _page(begin, clock, actor, screen_from(request.query_params))

    @post()
    async def act(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        enrolment: NamedDependency[Enrolments],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Search with everything typed kept, or enrol. Sent twice it is enrolled once."""
        sent = await request.form()
        screen = screen_from(sent)
        if sent.get("tun") != TAKE:
            return await _page(begin, clock, actor, screen, sent)
        async with begin.reading() as session:
            run = await chosen_run(session, screen)
            known = await person_of(session, screen.person_id) if screen.person_id else None
            reductions = await reductions_offered(session)
            asks, course = await asked_by(session, run)
        form = screen.form(sent, run, known, asks, course)
        form.concession.choices = reductions
        fine, status = form.validate(), 422
        if run is None:
            form.refuse("", N_("Choose the course."))
        if known is None and not screen.is_new:
            form.refuse("", N_("Choose the person, or “New person”."))
        if fine and run is not None and (known is not None or screen.is_new):
            try:
                placed = await enrolment.enrol(
                    actor,
                    run_id=run.id,
                    persons=[named(form, known)],
                    payment_method=form.payment_method() if run.price_cents else None,
                    concession=form.is_reduced,
                    said=said_in(form, asks),
                    vouchers=await typed_vouchers(vouchers, actor, form.voucher.data or ""),
                    way=EntryWay.COUNTER if form.payment.data == CASH_NOW else EntryWay.PHONE,
                    idempotency_key=form.key.data or None,
                    idempotency_body=str(run.id).encode(),
                )
            except DomainError as refusal:
                status = refuse(form, refusal)
            else:
                done = f"{COUNTER}/fertig/{placed.enrolments[0].id}"
                now = run.price_cents and form.payment.data == CASH_NOW
                return Redirect(f"{done}?bar=1" if now else done, status_code=303)
        return await _page(begin, clock, actor, screen, sent, form=form, status=status)

    @post("/personen")
    async def persons(self, request: Request[Any, Any, Any], begin: NamedDependency[Begin]) -> Template:
        """The found persons alone, while somebody types."""
        screen = screen_from(await request.form())
        async with begin.reading() as session:
            context = await _persons(session, screen)
        return Template("portal/counter/persons.html", context={"screen": screen, **context})

    @post("/kurse")
    async def runs(
        self, request: Request[Any, Any, Any], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """The found runs alone, while somebody types."""
        screen = screen_from(await request.form())
        async with begin.reading() as session:
            cards = await screen.runs(session, clock())
        return Template("portal/counter/runs.html", context={"screen": screen, "cards": cards})

    @post("/bekannt")
    async def beside(self, request: Request[Any, Any, Any], begin: NamedDependency[Begin]) -> Template:
        """What we know of the chosen person alone."""
        screen = screen_from(await request.form())
        async with begin.reading() as session:
            known = await screen.acquaintance(session)
        return Template(
            "portal/counter/beside.html", context={"known": known, "enrolment_states": ENROLMENT_STATES}
        )

    @get("/fertig/{enrolment_id:uuid}")
    async def done(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """What came of it: the reference, the cash, the receipt, the letter, and the next person."""
        return await _done(begin, actor, enrolment_id, wants_cash=request.query_params.get("bar") == "1")

    @post("/fertig/{enrolment_id:uuid}/bargeld")
    async def take_cash(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        receipts: NamedDependency[Receipts],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """Book it and write the receipt. Sent twice it is booked once."""
        form, status = form_from(CashForm, await request.form()), 422
        if form.validate():
            async with begin.reading() as session:
                claim = await claim_for(session, actor, enrolment_id)
                known = await treatments(session)
            try:
                await receipts.receive(
                    actor,
                    enrolment_id=enrolment_id,
                    amount_cents=form.amount.data,
                    given_cents=form.given.data,
                    form_key=form.key.data or str(uuid4()),
                    facts=printed_facts(
                        claim, known, default=around.settings.tax_code, today=today(around.clock)
                    ),
                )
            except DomainError as refusal:
                at = "given" if isinstance(refusal, LessGiven) else ""
                at = "amount" if isinstance(refusal, MoreThanOwed) else at
                form.refuse(at, refusal.message, **refusal.params)
                status = refusal.status
            else:
                return Redirect(f"{COUNTER}/fertig/{enrolment_id}", status_code=303)
        return await _done(begin, actor, enrolment_id, wants_cash=True, form=form, status=status)


async def _persons(session: AsyncSession, screen: Screen) -> dict[str, Any]:
    found, total = [], 0
    if len(screen.typed) >= SHORTEST_SEARCH:
        rows, total = await persons_found(session, screen.typed, limit=HITS)
        found = list(rows)
    if screen.person_id and all(one.id != screen.person_id for one in found):
        found.insert(0, await person_of(session, screen.person_id))
    return {"found": found, "more": max(0, total - HITS)}


async def _page(
    begin: Begin,
    clock: Clock,
    actor: Actor,
    screen: Screen,
    sent: Any = None,
    *,
    form: NewPersonForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        persons = await _persons(session, screen)
        cards = await screen.runs(session, clock())
        known = await screen.acquaintance(session)
        sms = has_sms(session)
        reductions = await reductions_offered(session)
        run = await chosen_run(session, screen)
        whose = known.person if known else None
        choice = await price_choice(session, actor, run, whose, today(clock)) if run else None
        asks, course = await asked_by(session, run)
        persons_id = screen.person_id
        clashes = await clashes_of(session, [persons_id], run.id) if run and persons_id else ()
    shown = screen.shown(sent, form, asks, course)
    shown.concession.choices = reductions
    if choice is not None and known is None:
        choice = choice.at(shown.postal_code.data or "", shown.city.data or "")
    if "channel" in shown:
        shown.channel.choices = channels(sms=sms)
    return Template(
        "portal/counter/counter.html",
        context={
            "form": shown,
            "screen": screen,
            **persons,
            "cards": cards,
            "known": known,
            "reckoned": choice.lines(shown.concession.data) if choice and choice.prices.base_cents else (),
            "questions": question_fields(shown, asks.questions),
            "conditions": in_words(asks.condition, course, asks.needed) if course else (),
            "clashes": clashes,
            "enrolment_states": ENROLMENT_STATES,
        },
        status_code=status,
    )


async def _done(
    begin: Begin,
    actor: Actor,
    enrolment_id: UUID,
    *,
    wants_cash: bool,
    form: CashForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        claim = await claim_for(session, actor, enrolment_id)
        balance = (await balance_of(session, [enrolment_id]))[enrolment_id]
        receipts = await receipts_of(session, [enrolment_id])
        letters = await session.scalars(
            select(Letter)
            .where(Letter.about_kind == "enrolment", Letter.about_id == enrolment_id)
            .order_by(Letter.written_at.desc())
            .limit(3)
        )
        is_waiting = claim.enrolment.state is EnrolmentState.WAITING
        position = await position_of(session, claim.enrolment.party_id) if is_waiting else None
    may_take = may_take_cash(actor) and balance.open_cents > 0
    cash = form or form_from(CashForm, amount=max(0, balance.open_cents), key=str(uuid4()))
    return Template(
        "portal/counter/done.html",
        context={
            "claim": claim,
            "balance": balance,
            "receipts": receipts,
            "letters": letters.all() if actor.may_for_all("R", "message") else (),
            "position": position,
            "form": cash if may_take else None,
            "wants_cash": wants_cash,
            "states": ENROLMENT_STATES,
        },
        status_code=status,
    )
