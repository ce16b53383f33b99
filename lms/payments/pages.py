"""Paying online: the page before, the way to the provider and back, and the door for the provider's messages."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import PaymentMethod
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.pages.asking import WAYS_TO_PAY
from lms.enrolment.pages.offering import offering_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.seats.rules import is_for_employee
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Invalid, NotFound
from lms.payments.checkouts import PAGE, Checkouts
from lms.payments.due import Due, manage_path, pay_path
from lms.payments.errors import ProviderAway
from lms.payments.gateway import LARGEST_EVENT
from lms.payments.hooks import Hooks
from lms.payments.models import Checkout, CheckoutState
from lms.payments.settling import shares_of
from lms.web.access import PUBLIC
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
SIGNATURE = "stripe-signature"


class PayPages(Controller):
    """What is to be paid, for whoever holds the link of the enrolment. Looking changes nothing."""

    path = "/zahlen/{enrolment_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        checkouts: NamedDependency[Checkouts],
    ) -> Template:
        """The amount, until when the place is held, and the button; other ways below."""
        due = await checkouts.due(actor, enrolment_id=enrolment_id, token=token)
        return await _page(around, due, enrolment_id, token)

    @post()
    async def go(
        self,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        checkouts: NamedDependency[Checkouts],
    ) -> Template | Redirect:
        """To the provider's page; where it does not answer, the same page says so and offers other ways."""
        try:
            page = await checkouts.open(actor, enrolment_id=enrolment_id, token=token)
        except NotFound:
            raise
        except DomainError as refusal:
            due = await checkouts.due(actor, enrolment_id=enrolment_id, token=token)
            return await _page(around, due, enrolment_id, token, refusal=refusal)
        return Redirect(page, status_code=303, headers=PRIVATE)

    @post("/anders")
    async def otherwise(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        checkouts: NamedDependency[Checkouts],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Book the place after all, and pay later in another way."""
        sent = (await request.form()).get("method")
        try:
            if sent not in set(PaymentMethod):
                raise Invalid
            method = PaymentMethod(str(sent))
            await enrolment.pay_otherwise(actor, enrolment_id=enrolment_id, method=method, token=token)
        except NotFound:
            raise
        except DomainError as refusal:
            due = await checkouts.due(actor, enrolment_id=enrolment_id, token=token)
            return await _page(around, due, enrolment_id, token, refusal=refusal)
        return Redirect(url(f"/anmeldung/{enrolment_id}/{token}"), status_code=303, headers=PRIVATE)


class ReturnPages(Controller):
    """Where the provider sends people back to. The page shows; only what is fetched from the provider changes anything (S-50)."""

    path = "/zahlung/{checkout_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def back(
        self, checkout_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """It is checked, and the page loads itself again until it is decided."""
        return await _returned(around, checkout_id, token)

    @post()
    async def look(
        self,
        checkout_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        checkouts: NamedDependency[Checkouts],
    ) -> Template | Redirect:
        """Ask the provider now."""
        if not around.signer.matches(token, PAGE, checkout_id):
            raise NotFound
        try:
            await checkouts.look(checkout_id)
        except ProviderAway as away:
            return await _returned(around, checkout_id, token, refusal=away)
        return Redirect(url(f"/zahlung/{checkout_id}/{token}"), status_code=303, headers=PRIVATE)

    @get("/abgebrochen")
    async def gave_up(
        self, checkout_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """Nothing was charged; try again, or pay otherwise."""
        return await _returned(around, checkout_id, token, gave_up=True)


class HookDoor(Controller):
    """The provider's messages: the one path without the protection of forms (S-31); a signature stands for it."""

    path = "/stripe"
    opt = PUBLIC
    include_in_schema = False

    @post("/ereignisse", status_code=200)
    async def hear(self, request: AnyRequest, hooks: NamedDependency[Hooks]) -> Response[dict[str, str]]:
        """Verify, fetch, keep with its effect, then say that it was heard (S-51)."""
        body = await request.body()
        if len(body) > LARGEST_EVENT:
            return Response({"status": "too large"}, status_code=413)
        await hooks.receive(body, request.headers.get(SIGNATURE, ""))
        return Response({"status": "heard"})


async def _page(
    around: Around, due: Due, enrolment_id: UUID, token: str, *, refusal: DomainError | None = None
) -> Template:
    async with around.begin.reading() as session:
        offering = await offering_of(session, due.first.run_id)
        is_under_way = await session.scalar(
            select(
                exists().where(
                    Checkout.order_id == due.first.order_id, Checkout.state == CheckoutState.PROCESSING
                )
            )
        )
    here = f"/zahlen/{enrolment_id}/{token}"
    is_held = due.held_until is not None
    others = [way for way in offering.ways if way is not PaymentMethod.ONLINE and is_held]
    return Template(
        "payments/pay.html",
        context={
            "offering": offering,
            "due": due,
            "is_held": is_held,
            "is_under_way": is_under_way,
            "is_ended": not due.cents and due.first.state is EnrolmentState.EXPIRED,
            "names": [one.person.name for one in due.claims if one.person and one.enrolment.id in due.shares],
            "is_offered": bool(around.settings.stripe_key.get_secret_value()),
            "is_test": not around.settings.stripe_is_live,
            "others": [
                (way.value, *map(translated, WAYS_TO_PAY[way])) for way in others if way in PAID_LATER
            ],
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
            "is_away": isinstance(refusal, ProviderAway),
            "here": here,
            "manage_path": manage_path(around.signer, due.first),
            "is_for_company": is_for_employee(due.first),
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


PAID_LATER = (PaymentMethod.INVOICE, PaymentMethod.CASH)


async def _returned(
    around: Around,
    checkout_id: UUID,
    token: str,
    *,
    gave_up: bool = False,
    refusal: DomainError | None = None,
) -> Template | Redirect:
    if not around.signer.matches(token, PAGE, checkout_id):
        raise NotFound
    async with around.begin.reading() as session:
        checkout = await session.get(Checkout, checkout_id)
        if checkout is None:
            raise NotFound
        first = await _first(session, checkout)
    is_waiting = checkout.state in {CheckoutState.OPENING, CheckoutState.OPEN} and not gave_up
    return Template(
        "payments/returned.html",
        context={
            "checkout": checkout,
            "state": checkout.state,
            "first": first,
            "gave_up": gave_up and checkout.state in {CheckoutState.OPENING, CheckoutState.OPEN},
            "is_waiting": is_waiting,
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
            "here": f"/zahlung/{checkout_id}/{token}",
            "pay_path": pay_path(around.signer, first),
            "manage_path": manage_path(around.signer, first),
            "is_for_company": is_for_employee(first),
        },
        headers=PRIVATE,
        status_code=refusal.status if refusal else 200,
    )


async def _first(session: AsyncSession, checkout: Checkout) -> Enrolment:
    first_id = next(iter(await shares_of(session, checkout.id)))
    return await session.get_one(Enrolment, first_id)
